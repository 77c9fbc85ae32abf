"""Signs of life of a process that submits, so that others on the same home folder leave its requests to it."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator
from contextlib import contextmanager

from ..ledger import Ledger, LedgerThread, Record
from .delays import Delays
from .job import Job


class Heartbeat:
    """The heartbeat of this process, `owner`, and how it hears those of others."""

    def __init__(self, ledger: LedgerThread, owner: str, delays: Delays) -> None:
        self._ledger = ledger
        self._owner = owner
        self._delays = delays
        self._jobs: set[Job] = set()
        self._beating: asyncio.Task[None] | None = None

    @contextmanager
    def over(self, job: Job) -> Iterator[None]:
        """Tells other processes all the while that this one is at the request."""
        self._jobs.add(job)
        if self._beating is None:
            self._beating = asyncio.create_task(self._beat())
        try:
            yield
        finally:
            self._jobs.discard(job)

    async def has_stopped(self, record: Record) -> bool:
        """Has the process that was submitting this died? Waits to see; False as soon as the row has changed."""
        if record.owner == self._owner:
            return True  # one job a request: it is not at it any more
        step = self._delays.heartbeat / 4
        # Steps are counted, not read off a clock: after a laptop's sleep the owner gets its time to wake up, too.
        for _ in range(math.ceil(self._delays.dead_after / step)):
            await asyncio.sleep(step)
            if await self._ledger(Ledger.read, record.id) != record:
                return False
        return True

    async def _beat(self) -> None:
        try:
            while self._jobs:
                await asyncio.sleep(self._delays.heartbeat)
                await self._ledger(Ledger.beat, [job.record.id for job in self._jobs], self._owner)
        finally:
            self._beating = None
