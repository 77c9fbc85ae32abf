"""Submitting a paid request: at most once, and knowing afterwards whether it was accepted.

send ──accepted──────────────────────────────────────────────► TaskUID
 ├──certainly not accepted (no connection, throttled)──► wait, send again, a few times
 ├──refused──────────────────────────────────────────────────► error
 └──anything else: unknown ──► look for the task ──exactly one──► TaskUID
                                                 └──none, or no telling──► error; running again looks again
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from ..api import CallFailed
from ..ledger import FAILED, SUBMITTED, UNKNOWN, Ledger, LedgerThread, Record, TaskBelongsElsewhere
from .account_session import AccountSession
from .delays import Delays
from .errors import OutcomeUnknown, Withdrawn
from .progress import Phase
from .retry import SubmitVerdict, judge_submit, wait_before_retry
from .search import NONE_FITS

_SENDS = 5


class TakenOver(Exception):
    """Another process has taken the request over, or has its TaskUID: it must not be sent here."""


class Submission:
    """One request on its way to a TaskUID. Its row in the ledger is the caller's, who keeps it alive meanwhile."""

    def __init__(
        self,
        session: AccountSession,
        ledger: LedgerThread,
        record: Record,
        params: dict[str, Any],
        *,
        unwatched: asyncio.Event,
        say: Callable[[Phase, str | None], None],
        jitter: random.Random,
        delays: Delays,
    ) -> None:
        self._client = session.client
        self._ledger = ledger
        self._search = session.search
        self._record = record
        self._params = params
        self._unwatched = unwatched
        self._say = say
        self._jitter = jitter
        self._delays = delays

    async def send(self) -> Record:
        """Sends the request and returns its record with a TaskUID.

        Raises CallFailed where it was certainly not accepted, OutcomeUnknown where nobody can tell, Withdrawn where
        nobody wanted it any more before it was sent, and TakenOver. The ledger says the same when this returns or
        raises.
        """
        try:
            return await self._send_until_decided()
        except (CallFailed, Withdrawn) as error:
            await self._write(state=FAILED, current_key=None, ended=time.time(), message=error.what)
            raise

    async def look(self) -> Record | None:
        """Looks for a task that may already be there: the record with its TaskUID, or None where there is none.

        Raises OutcomeUnknown where there is more than one that it could be, or where the service cannot be asked.
        """
        self._say(Phase.LOOKING, None)
        trouble = NONE_FITS
        for pause in self._delays.searches_after:
            await asyncio.sleep(pause)
            found, trouble = await self._found(_submit_began(self._record))
            if found is not None or trouble == NONE_FITS:
                return found
        await self._write(state=UNKNOWN)
        raise unanswered(self._record, trouble)

    async def _send_until_decided(self) -> Record:
        for attempt in range(1, _SENDS + 1):
            if self._unwatched.is_set():
                raise Withdrawn
            self._say(Phase.SUBMITTING, None)
            begun = await self._ledger(Ledger.begin_submit, self._record)
            if begun is None:
                raise TakenOver
            self._record = begun
            began = time.monotonic()
            try:
                task_uid = await self._client.submit(self._params)
            except CallFailed as error:
                verdict = judge_submit(error)
                if verdict is SubmitVerdict.UNKNOWN:
                    return await self._find_out(error, began)
                if verdict is SubmitVerdict.REFUSED or attempt == _SENDS:
                    raise
                self._say(Phase.SUBMITTING, error.what)
                await self._pause(wait_before_retry(attempt, error, self._jitter, self._delays))
            else:
                return await self._accepted(task_uid)
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _accepted(self, task_uid: str) -> Record:
        try:
            return await self._write(state=SUBMITTED, task_uid=task_uid, submitted=time.time())
        except TaskBelongsElsewhere:
            await self._write(state=UNKNOWN)
            raise OutcomeUnknown(
                f"PICPIK answered with task {task_uid},", "which another request has already; Poll Task shows it."
            ) from None

    async def _find_out(self, error: CallFailed, began: float) -> Record:
        """Looks for the task of a submit that failed after it may have been accepted."""
        self._say(Phase.LOOKING, error.what)
        trouble = NONE_FITS
        for pause in self._delays.searches_after:
            await asyncio.sleep(pause)
            # our own clock may have been set meanwhile: count back on the monotonic one
            found, trouble = await self._found(time.time() - (time.monotonic() - began))
            if found is not None:
                return found
        left = await self._write(state=UNKNOWN, message=error.what)
        if left.task_uid is not None:  # another process has found it meanwhile
            return left
        raise OutcomeUnknown(error.what, trouble)

    async def _found(self, began: float) -> tuple[Record | None, str]:
        found, trouble = await self._search.adopt(self._record, began)
        self._record = found or self._record
        return found, trouble

    async def _pause(self, seconds: float) -> None:
        """Waits, but no longer than somebody wants the request."""
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._unwatched.wait(), seconds)

    async def _write(self, **changes: Any) -> Record:
        self._record = await self._ledger(Ledger.write, replace(self._record, **changes))
        return self._record


def unanswered(record: Record, trouble: str = NONE_FITS) -> OutcomeUnknown:
    """About an earlier try, of which nobody can tell whether it was accepted."""
    request = record.action if record.seed is None else f"{record.action}, seed {record.seed}"
    return OutcomeUnknown(f"an earlier try ({request}) got no answer.", trouble)


def _submit_began(record: Record) -> float:
    return record.submit_began or record.created
