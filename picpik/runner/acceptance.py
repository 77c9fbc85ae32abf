"""From a request to its row with a TaskUID: out of the ledger, found at the service, or submitted now."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from ..api import ApiError, CallFailed, Clock
from ..ledger import (
    FAILED,
    LOOKING,
    UNKNOWN,
    Ledger,
    LedgerThread,
    Owners,
    Record,
    ResultFolder,
    StoredFile,
)
from .account_session import AccountSession, credits_used
from .delays import Delays
from .errors import OddAnswer, SearchEnded, ServiceSilent, Undecided, Withdrawn
from .job import Job, named
from .progress import Phase
from .search import NotFound, SearchExpired
from .submission import AnswerLost, Submission, TakenOver
from .work import Work

_log = logging.getLogger("picpik")

_SUBMITS_AT_ONCE = 4


class Acceptance:
    """Sees to it that jobs have a TaskUID, each by one paid submit at most."""

    def __init__(
        self,
        ledger: LedgerThread,
        folder: ResultFolder,
        owners: Owners,
        *,
        work: Work,
        clock: Clock,
        jitter: random.Random,
        delays: Delays,
    ) -> None:
        self._ledger = ledger
        self._folder = folder
        self._owners = owners
        self._work = work
        self._clock = clock
        self._jitter = jitter
        self._delays = delays
        self._slots = asyncio.Semaphore(_SUBMITS_AT_ONCE)

    async def record_of(self, job: Job, session: AccountSession) -> Record:
        """The row of the job's request, which has a TaskUID.

        Raises CallFailed where it was certainly not accepted, Withdrawn where nobody wants it any more, and
        OutcomeUnknown where it may have been accepted, was looked for, and cannot be told.
        """
        is_first = True
        while True:
            record = job.record = await self._known(job)
            # whoever has waited for a search was not told of its end when this run began
            is_free, is_first = is_first and _was_told(record, job.asked), False
            if record.task_uid is not None:
                return await self._with_intact_files(record)
            if not await self._take_over(job):
                continue
            if job.record.was_sent:
                found = await self._find(job, session, is_free=is_free)
                if found is not None:
                    return found
                continue
            if job.request is None:
                job.record = await self._write(job, state=FAILED, current_key=None)
                raise Withdrawn
            with suppress(TakenOver):
                return await self._send(job, session)

    async def _known(self, job: Job) -> Record:
        """The row as it is now. A request that can be sent gets one where it has none."""
        if job.request is None:
            known = await self._ledger(Ledger.read, job.record.id)
            if known is None:  # what was collected by its TaskUID became the row of its submit
                known = await self._ledger(Ledger.find, job.record.task_uid or "", job.record.account)
            return known or job.record
        known, _ = await self._ledger(Ledger.claim, replace(job.wanted, owner=self._owners.me))
        return known

    async def _with_intact_files(self, record: Record) -> Record:
        if not record.files:
            return record
        intact = await self._work(self._intact, record.files)
        if intact == record.files:
            return record
        return await self._ledger(Ledger.lose_files, record, intact)

    def _intact(self, files: tuple[StoredFile, ...]) -> tuple[StoredFile, ...]:
        return tuple(file for file in files if self._folder.intact([file]))

    async def _take_over(self, job: Job) -> bool:
        """Makes this process the one that decides about the row. False: another is at it, or the row has changed."""
        record = job.record
        if record.owner == self._owners.me and record.state != UNKNOWN:
            return True
        if record.state != UNKNOWN and await self._work(self._owners.is_alive, record.owner):
            at_it = "looks for its task" if record.state == LOOKING else "submits it"
            job.make_way()
            job.say(Phase.LOOKING, None, f"waiting for another ComfyUI, which {at_it}")
            await asyncio.sleep(self._delays.liveness)
            return False
        taken = await self._ledger(Ledger.take_over, record, self._owners.me)
        if taken is not None:
            job.record = taken
        return taken is not None

    async def _send(self, job: Job, session: AccountSession) -> Record:
        try:
            await self._ledger.check_before_paying(job.key)
            if self._slots.locked():  # what is stored must not wait for a service that does not answer
                job.make_way()
            async with self._slots:
                return await self._submission(job, session, await self._params(job)).send()
        except AnswerLost as lost:
            job.record = await self._ledger(Ledger.write, replace(lost.record, state=LOOKING, message=lost.error.what))
            found = await self._find(job, session, lost)
            if found is None:
                raise TakenOver from None
            return found

    async def _params(self, job: Job) -> dict[str, Any]:
        """What is sent, encoded only now that there is a place to send it. Nothing is encoded for nobody."""
        if job.request is None or job.unwatched.is_set():
            return {}
        job.say(Phase.PREPARING, None, "encoding")
        try:
            action = await self._work(job.request.encoded)
        except Exception:  # a picture that cannot be sent: the request is free again
            await self._write(job, state=FAILED, current_key=None)
            raise
        job.sends(action.byte_count)
        return action.to_params()

    def _submission(self, job: Job, session: AccountSession, params: Any) -> Submission:
        return Submission(
            session.connection,
            session.pace,
            self._ledger,
            job.record,
            params,
            unwatched=job.unwatched,
            say=job.say,
            clock=self._clock,
            jitter=self._jitter,
            delays=self._delays,
        )

    # -- what may have been accepted

    async def _find(
        self, job: Job, session: AccountSession, lost: AnswerLost | None = None, *, is_free: bool = False
    ) -> Record | None:
        """Looks for the task of a request that may have been accepted.

        Gives its row when it is found, and None when the request is to be sent anew, or over for good. `is_free`: the
        user ran it after having been told that it was looked for in vain.
        """
        if job.record.task_uid is not None:  # another process has found it meanwhile
            return job.record
        job.make_way()
        job.say(Phase.LOOKING, job.record.message or None)
        searcher = _Searcher(job, lost.error if lost else None, self._time_of_day)
        try:
            found = await session.search.found(
                job.record, searcher, began=lost.began if lost else None, ended=lost.ended if lost else None
            )
        except SearchExpired:
            job.record = await self._write(job, state=FAILED, current_key=None)
            if job.request is None:
                raise Withdrawn from None  # it is over, and nothing is to be sent instead
            return None
        if isinstance(found, Record):
            return found
        return await self._not_found(job, session, found, is_free)

    async def _not_found(self, job: Job, session: AccountSession, found: NotFound, is_free: bool) -> None:
        """None where the request is free. Else raises what is to be told."""
        job.record = found.record
        ended = found.record.search_ended or session.client.now()
        if is_free and not found.suspects and job.request is not None:
            _log.warning("PICPIK: %s is sent again, as it was asked for again.", named(found.record))
            anew = await self._ledger(Ledger.begin_anew, found.record, self._clock.time())
            if anew is not None:
                job.record = anew
            return
        job.record = await self._write(job, state=UNKNOWN, search_ended=ended)
        if job.record.task_uid is not None:
            return
        evidence = await _evidence(job.record, session)
        if found.suspects:
            record = job.record
            kind = {"is_drawn": record.drawn_key is not None, "has_seed": record.seed is not None}
            raise Undecided(named(record), found.suspects, evidence, **kind)
        raise SearchEnded(named(job.record), self._time_of_day(ended - session.client.now()), evidence)

    def _time_of_day(self, seconds: float) -> str:
        """The time so many seconds from now, for people."""
        return time.strftime("%H:%M:%S", time.localtime(self._clock.time() + seconds))

    async def _write(self, job: Job, **changes: Any) -> Record:
        return await self._ledger(Ledger.write, replace(job.record, **changes))


class _Searcher:
    """Shows the looks for a job's task."""

    def __init__(self, job: Job, error: CallFailed | None, time_of_day: Callable[[float], str]) -> None:
        self._job = job
        self._time_of_day = time_of_day
        self._refusal = error if isinstance(error, ApiError) else None
        self._has_told = False

    def looking(self, seconds_left: float) -> None:
        until = self._time_of_day(seconds_left)
        text = f"looking for the task until {until}" if seconds_left else "following tasks that may be it"
        reason = self._job.record.message.rstrip(".")
        self._job.say(Phase.LOOKING, None, f"{reason}: {text}" if reason else text)
        if self._refusal is not None and not self._has_told:
            self._has_told = True
            self._job.tell(OddAnswer(named(self._job.record), self._refusal.what, until))

    def unanswered(self, error: CallFailed, is_final: bool) -> None:
        self._job.say(Phase.LOOKING, error.what, "looking for the task")
        if is_final and not self._has_told:
            self._has_told = True
            self._job.tell(ServiceSilent(named(self._job.record), error.what))


async def _evidence(record: Record, session: AccountSession) -> str:
    """What the credits tell of a submit without an answer."""
    if record.credits_before is None:
        return ""
    used = await credits_used(session.client)
    if used is None:
        return ""
    spent = used - record.credits_before
    return f" Your credits went down by {spent} meanwhile." if spent > 0 else " Your credits did not change meanwhile."


def _was_told(record: Record, asked: float) -> bool:
    """Was the user told, before it was asked for, that the search for it is over, with nothing that can be it?"""
    is_over = record.search_ended is not None and not record.suspects
    return is_over and record.told is not None and record.told <= asked
