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
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any

from .bookkeeping import Bookkeeping
from .client import Client
from .errors import CallFailed, OutcomeUnknown, PicpikError
from .ledger import FAILED, SUBMITTED, UNKNOWN, Ledger, Record
from .progress import Phase
from .retry import SubmitVerdict, judge_submit, wait_before_retry
from .tasks import created_at

BEAT = 1.0
"""Seconds between two signs of life of a process that submits."""

_SENDS = 5
_LOOKS_AFTER = (0.0, 1.0, 3.0)  # seconds: an accepted task may take a moment to be listed
_CLOCK_SLACK = 10.0  # seconds: TaskUIDs and Date headers count whole seconds, and a request takes a while to arrive
_LONGEST_SUBMIT = 180.0  # seconds from the start of a submit to the last moment at which its task can be made


class Withdrawn(PicpikError):
    """Nobody waited for the request any more before it was sent: it was not sent, and cost nothing."""

    def __init__(self) -> None:
        super().__init__("The request was withdrawn before it was sent.", "Nothing was paid. Run again to send it.")


class Submission:
    """One request on its way to a TaskUID."""

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
    ) -> None:
        self._client = client
        self._books = books
        self._record = record
        self._params = params
        self._unwatched = unwatched
        self._say = say
        self._jitter = jitter

    async def send(self) -> Record:
        """Sends the request and returns its record with a TaskUID.

        Raises CallFailed where it was certainly not accepted, OutcomeUnknown where nobody can tell, and Withdrawn
        where nobody wanted it any more before it was sent. The ledger says the same when this returns or raises.
        """
        async with self._alive():
            try:
                return await self._send_until_decided()
            except (CallFailed, Withdrawn) as error:
                await self._write(state=FAILED, current_key=None, ended=time.time(), message=error.what)
                raise

    async def look(self) -> Record | None:
        """Looks once for a task that may already be there: the record with its TaskUID, or None where there is none.

        Raises OutcomeUnknown where there is more than one that it could be, and CallFailed where the service cannot
        be asked.
        """
        self._say(Phase.LOOKING, None)
        return await self._adopt_one(_submit_began(self._record))

    async def _send_until_decided(self) -> Record:
        for attempt in range(1, _SENDS + 1):
            if self._unwatched.is_set():
                raise Withdrawn
            self._say(Phase.SUBMITTING, None)
            await self._write(submit_began=time.time())
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
                await self._pause(wait_before_retry(attempt, error, self._jitter))
            else:
                return await self._write(state=SUBMITTED, task_uid=task_uid, submitted=time.time())
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _find_out(self, error: CallFailed, began: float) -> Record:
        """Looks for the task of a submit that failed after it may have been accepted."""
        await self._write(state=UNKNOWN, message=error.what)
        self._say(Phase.LOOKING, error.what)
        trouble = "PICPIK lists no running task that fits."
        for pause in _LOOKS_AFTER:
            await asyncio.sleep(pause)
            try:
                # our own clock may have been set meanwhile: count back on the monotonic one
                adopted = await self._adopt_one(time.time() - (time.monotonic() - began))
            except CallFailed as failure:
                trouble = f"PICPIK could not be asked for it ({failure.what})"
            except OutcomeUnknown as unclear:
                trouble = unclear.what
            else:
                if adopted is not None:
                    return adopted
                trouble = "PICPIK lists no running task that fits."
        raise OutcomeUnknown(error.what, trouble)

    async def _adopt_one(self, began: float) -> Record | None:
        """Adopts the one task that fits the request, whose submit began at `began` on our own clock."""
        candidates = await self._candidates(began)
        if not candidates:
            return None
        rivals = [
            rival
            for rival in await self._books(Ledger.rivals, self._record)
            if any(self._may_be_made_by(_submit_began(rival), uid) for uid in candidates)
        ]
        if len(candidates) > 1 or rivals:
            raise OutcomeUnknown(
                "an earlier try got no answer.",
                f"PICPIK lists {len(candidates)} running tasks that fit {len(rivals) + 1} requests without a TaskUID.",
            )
        adopted = await self._books(Ledger.adopt, self._record, candidates[0])
        if adopted is not None:
            self._record = adopted
        return adopted

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

    @asynccontextmanager
    async def _alive(self) -> AsyncIterator[None]:
        """Tells other processes all the while that this one is at it."""
        beating = asyncio.create_task(self._beat())
        try:
            yield
        finally:
            beating.cancel()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT)
            await self._books(Ledger.beat, self._record.id)

    async def _write(self, **changes: Any) -> Record:
        self._record = await self._books(Ledger.write, replace(self._record, **changes))
        return self._record


def _submit_began(record: Record) -> float:
    return record.submit_began or record.created
