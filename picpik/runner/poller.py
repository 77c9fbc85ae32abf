"""One ListTasksDetails per tick asks for all waiting tasks of an account, whatever their number."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ..api import CallFailed, Client, TaskDetail
from .delays import Delays
from .errors import TaskNotFound
from .retry import may_be_about_one_task, may_read_again, wait_before_retry

MOST_AT_ONCE = 100
"""TaskUIDs in one call; the API documents no limit."""

# About 55 polls in a task's first minute; a result is late by no more than a twelfth of the time it took, or 5 s.
_FIRST_INTERVAL, _LONGEST_INTERVAL = 0.05, 5.0
_SLOW_DOWN = 0.08
_MISSES_TILL_GONE = 4
_FAILURES_TILL_SPLIT = 3


def interval(youngest: float) -> float:
    """Seconds between polls while the youngest waiting task is `youngest` seconds old."""
    return min(_LONGEST_INTERVAL, _FIRST_INTERVAL + _SLOW_DOWN * youngest)


@dataclass(eq=False)
class _Waiting:
    task_uid: str
    on_detail: Callable[[TaskDetail], None]
    on_trouble: Callable[[CallFailed | None], None]
    delays: Delays
    since: float = field(default_factory=time.monotonic)
    misses: int = 0
    missed_since: float = 0.0
    future: asyncio.Future[TaskDetail] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def told(self, detail: TaskDetail | None) -> None:
        """What the service said of the task; None when it did not list it."""
        self.on_trouble(None)
        if detail is None:
            self._missed()
            return
        self.misses = 0
        self.on_detail(detail)
        if detail.status.ended:
            self.settle(detail)

    def _missed(self) -> None:
        if self.misses == 0:
            self.missed_since = time.monotonic()
        self.misses += 1
        if self.misses >= _MISSES_TILL_GONE and time.monotonic() - self.missed_since >= self.delays.missing:
            self.settle(TaskNotFound(self.task_uid))

    def settle(self, outcome: TaskDetail | BaseException) -> None:
        if self.future.done():
            return
        if isinstance(outcome, BaseException):
            self.future.set_exception(outcome)
        else:
            self.future.set_result(outcome)


class Poller:
    """Waits for tasks of one account. `fixed_interval` in seconds replaces the pack's own rhythm."""

    def __init__(self, client: Client, fixed_interval: float | None, jitter: random.Random, delays: Delays) -> None:
        self._client = client
        self._delays = delays
        self._fixed_interval = fixed_interval
        self._jitter = jitter
        self._waiting: list[_Waiting] = []
        self._arrival = asyncio.Event()
        self._ticking: asyncio.Task[None] | None = None
        self._failures = 0

    async def ended(
        self,
        task_uid: str,
        on_detail: Callable[[TaskDetail], None],
        on_trouble: Callable[[CallFailed | None], None],
    ) -> TaskDetail:
        """Waits until the task has ended, well or not.

        Raises TaskNotFound where the service goes on not listing it, and CallFailed where asking is refused for good.
        Passing failures are told to `on_trouble` (None when they are over) and asked again for ever.
        """
        waiting = _Waiting(task_uid, on_detail, on_trouble, self._delays)
        self._waiting.append(waiting)
        self._arrival.set()
        if self._ticking is None:
            self._ticking = asyncio.create_task(self._tick())
            self._ticking.add_done_callback(self._tell_of_a_crash)
        try:
            return await waiting.future
        finally:
            self._waiting.remove(waiting)

    async def _tick(self) -> None:
        last = time.monotonic()
        while self._waiting:
            await self._until_due(last)
            last = time.monotonic()
            waiting = list(self._waiting)
            for start in range(0, len(waiting), MOST_AT_ONCE):
                await self._ask(waiting[start : start + MOST_AT_ONCE])
            await asyncio.sleep(0)  # those who are done leave
        self._ticking = None

    async def _until_due(self, last: float) -> None:
        """Sleeps till the next poll is due; a newcomer makes it due earlier, never at once."""
        while self._waiting:
            self._arrival.clear()
            youngest = time.monotonic() - max(waiting.since for waiting in self._waiting)
            pause = (self._fixed_interval or interval(youngest)) * self._jitter.uniform(0.9, 1.1)
            try:
                await asyncio.wait_for(self._arrival.wait(), max(0.0, last + pause - time.monotonic()))
            except asyncio.TimeoutError:
                return

    async def _ask(self, waiting: Sequence[_Waiting]) -> None:
        try:
            details = await self._client.task_details([each.task_uid for each in waiting])
        except CallFailed as error:
            await self._failed(waiting, error)
            return
        self._failures = 0
        for each in waiting:
            each.told(details.get(each.task_uid))

    async def _failed(self, waiting: Sequence[_Waiting], error: CallFailed) -> None:
        if may_read_again(error):
            await self._failed_in_passing(waiting, error)
        elif not may_be_about_one_task(error):
            for each in waiting:
                each.settle(error)
        elif len(waiting) > 1:
            await self._ask_in_halves(waiting)
        else:
            waiting[0].told(None)

    async def _failed_in_passing(self, waiting: Sequence[_Waiting], error: CallFailed) -> None:
        self._failures += 1
        for each in waiting:
            each.on_trouble(error)
        await asyncio.sleep(wait_before_retry(self._failures, error, self._jitter, self._delays))
        # A code that the pack does not know passes, or is about one of the tasks for as long as that is asked for.
        if may_be_about_one_task(error) and self._failures >= _FAILURES_TILL_SPLIT and len(waiting) > 1:
            await self._ask_in_halves(waiting)

    async def _ask_in_halves(self, waiting: Sequence[_Waiting]) -> None:
        """One bad TaskUID must not take its neighbours along."""
        middle = len(waiting) // 2
        await self._ask(waiting[:middle])
        await self._ask(waiting[middle:])

    def _tell_of_a_crash(self, ticking: asyncio.Task[None]) -> None:
        """Nobody may wait for ever on a ticker that has died of a fault of ours."""
        if self._ticking is ticking:  # else a newcomer has started the next one already
            self._ticking = None
        if not ticking.cancelled() and (crash := ticking.exception()) is not None:
            for waiting in self._waiting:
                waiting.settle(crash)
