"""From a request to its row with a TaskUID: out of the ledger, or submitted now."""

from __future__ import annotations

import asyncio
import logging
import random
from contextlib import suppress
from dataclasses import replace
from typing import Any

from ..ledger import FAILED, SUBMITTED, UNKNOWN, Ledger, LedgerThread, Record, ResultFolder
from .account_session import AccountSession
from .delays import Delays
from .errors import Withdrawn
from .heartbeat import Heartbeat
from .job import Job
from .submission import Submission, TakenOver, unanswered

_log = logging.getLogger("picpik")

_SUBMITS_AT_ONCE = 4


class Acceptance:
    """Sees to it that jobs have a TaskUID, each by one paid submit at most. `owner` names this process."""

    def __init__(
        self, ledger: LedgerThread, folder: ResultFolder, owner: str, jitter: random.Random, delays: Delays
    ) -> None:
        self._ledger = ledger
        self._folder = folder
        self._owner = owner
        self._jitter = jitter
        self._delays = delays
        self._heartbeat = Heartbeat(ledger, owner, delays)
        self._slots = asyncio.Semaphore(_SUBMITS_AT_ONCE)

    async def record_of(self, job: Job, session: AccountSession) -> Record:
        """The row of the job's request, which has a TaskUID. Raises what `Submission` raises."""
        with self._heartbeat.over(job):
            while True:
                known = await self._recall(job, session)
                if known is not None:
                    return known
                if job.params is None:
                    await self._write(job, state=FAILED, current_key=None)
                    raise Withdrawn
                with suppress(TakenOver):
                    return await self._submit(job, session)

    async def _recall(self, job: Job, session: AccountSession) -> Record | None:
        """What the ledger knows of the request: a row with a TaskUID, or None where it is to be submitted now."""
        while True:
            record, is_new = await self._ledger(Ledger.claim, job.wanted)
            job.record = record
            if is_new and record.task_uid is None:
                return None
            if record.is_stored and not await asyncio.to_thread(self._folder.intact, record.files):
                record = await self._ledger(Ledger.write, replace(record, state=SUBMITTED, files=()))
            if record.task_uid is not None:
                return record
            if record.state != UNKNOWN and not await self._heartbeat.has_stopped(record):
                continue
            taken = await self._ledger(Ledger.take_over, record, self._owner)
            if taken is not None:
                job.record = taken
                return await self._look(job, session)

    async def _look(self, job: Job, session: AccountSession) -> Record | None:
        """For a request that may have been accepted: its row when it is found, None when it is to be sent now."""
        found = await self._submission(job, session).look()
        if found is not None or job.record.submit_began is None:
            return found
        if job.params is None:  # in the background nothing is ever sent
            if job.record.is_open:
                await self._write(job, state=UNKNOWN)
            else:
                await self._write(job, state=FAILED, current_key=None)
            raise unanswered(job.record)
        _log.warning("PICPIK: it is sent again, as it was asked for again. %s", unanswered(job.record).what)
        job.record = await self._ledger(Ledger.begin_anew, job.record)
        return None

    async def _submit(self, job: Job, session: AccountSession) -> Record:
        async with self._slots:
            return await self._submission(job, session).send()

    def _submission(self, job: Job, session: AccountSession) -> Submission:
        return Submission(
            session,
            self._ledger,
            job.record,
            job.params or {},
            unwatched=job.unwatched,
            say=job.say,
            jitter=self._jitter,
            delays=self._delays,
        )

    async def _write(self, job: Job, **changes: Any) -> None:
        job.record = await self._ledger(Ledger.write, replace(job.record, **changes))
