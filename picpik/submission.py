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

from .bookkeeping import Bookkeeping
from .client import Client
from .errors import CallFailed, OutcomeUnknown, PicpikError
from .ledger import FAILED, SUBMITTED, UNKNOWN, Ledger, Record, TaskBelongsElsewhere
from .patience import Patience
from .progress import Phase
from .retry import SubmitVerdict, judge_submit, wait_before_retry
from .tasks import created_at

_SENDS = 5
_CLOCK_SLACK = 10.0  # seconds: TaskUIDs and Date headers count whole seconds, and a request takes a while to arrive
_LONGEST_SUBMIT = 600.0  # seconds from the start of a submit to the last moment at which its task can be made
_NONE_FITS = "PICPIK lists no running task that fits."


class Withdrawn(PicpikError):
    """Nobody waited for the request any more before it was sent: it was not sent, and cost nothing."""

    def __init__(self) -> None:
        super().__init__("The request was withdrawn before it was sent.", "Nothing was paid. Run again to send it.")


class TakenOver(Exception):
    """Another process has taken the request over, or has its TaskUID: it must not be sent here."""


class Submission:
    """One request on its way to a TaskUID. Its row in the ledger is the caller's, who keeps it alive meanwhile."""

    def __init__(
        self,
        client: Client,
        books: Bookkeeping,
        record: Record,
        params: dict[str, Any],
        *,
        unwatched: asyncio.Event,
        say: Callable[[Phase, str | None], None],
        jitter: random.Random,
        patience: Patience,
    ) -> None:
        self._client = client
        self._books = books
        self._record = record
        self._params = params
        self._unwatched = unwatched
        self._say = say
        self._jitter = jitter
        self._patience = patience

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
        trouble = _NONE_FITS
        for pause in self._patience.looks_after:
            await asyncio.sleep(pause)
            found, trouble = await self._search(_submit_began(self._record))
            if found is not None or trouble == _NONE_FITS:
                return found
        await self._write(state=UNKNOWN)
        raise unanswered(self._record, trouble)

    async def _send_until_decided(self) -> Record:
        for attempt in range(1, _SENDS + 1):
            if self._unwatched.is_set():
                raise Withdrawn
            self._say(Phase.SUBMITTING, None)
            begun = await self._books(Ledger.begin_submit, self._record)
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
                await self._pause(wait_before_retry(attempt, error, self._jitter, self._patience))
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
        trouble = _NONE_FITS
        for pause in self._patience.looks_after:
            await asyncio.sleep(pause)
            # our own clock may have been set meanwhile: count back on the monotonic one
            found, trouble = await self._search(time.time() - (time.monotonic() - began))
            if found is not None:
                return found
        left = await self._write(state=UNKNOWN, message=error.what)
        if left.task_uid is not None:  # another process has found it meanwhile
            return left
        raise OutcomeUnknown(error.what, trouble)

    async def _search(self, began: float) -> tuple[Record | None, str]:
        """Adopts the one task that fits the request, whose submit began at `began` on our own clock.

        Gives its record; or None, and why it is none.
        """
        try:
            candidates = await self._candidates(began)
        except CallFailed as failure:
            return None, f"PICPIK could not be asked for it ({failure.what})"
        if not candidates:
            return None, _NONE_FITS
        # Others that got no answer: any of the tasks may be theirs. Their times were taken by a clock that may have
        # been set since, so they do not count here: a wrong picture is worse than none.
        rivals = await self._books(Ledger.rivals, self._record)
        if len(candidates) > 1 or rivals:
            return None, (
                f"PICPIK lists {len(candidates)} running tasks ({', '.join(candidates)}) that fit "
                f"{len(rivals) + 1} requests without a TaskUID; Poll Task shows what they are."
            )
        adopted = await self._books(Ledger.adopt, self._record, candidates[0])
        if adopted is None:
            return None, _NONE_FITS
        self._record = adopted
        return adopted, ""

    async def _candidates(self, began: float) -> list[str]:
        """Running tasks that no row of the ledger has, with the request's Action, Seed and time."""
        running = await self._client.running_tasks()
        recent = [uid for uid in running if self._may_be_made_by(began, uid)]
        known = await self._books(Ledger.knows, recent)
        new = [uid for uid in recent if uid not in known]
        details = await self._client.task_details(new) if new else {}
        wanted = (self._record.action, self._record.seed)
        return [uid for uid, detail in details.items() if (detail.action, detail.seed) == wanted]

    def _may_be_made_by(self, began: float, task_uid: str) -> bool:
        """Can a submit that began at `began` on our clock have made this task?"""
        made = created_at(task_uid)
        if made is None:
            return False
        after = made - (began + (self._client.clock_offset or 0.0))
        return -_CLOCK_SLACK <= after <= _LONGEST_SUBMIT + _CLOCK_SLACK

    async def _pause(self, seconds: float) -> None:
        """Waits, but no longer than somebody wants the request."""
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._unwatched.wait(), seconds)

    async def _write(self, **changes: Any) -> Record:
        self._record = await self._books(Ledger.write, replace(self._record, **changes))
        return self._record


def unanswered(record: Record, trouble: str = _NONE_FITS) -> OutcomeUnknown:
    """About an earlier try, of which nobody can tell whether it was accepted."""
    return OutcomeUnknown(f"an earlier try ({record.action}, seed {record.seed}) got no answer.", trouble)


def _submit_began(record: Record) -> float:
    return record.submit_began or record.created
