"""One ListTasksDetails per tick asks for all waiting tasks of an account, up to a hundred in each.

Nothing that happens to a call ends the waiting for a task: only the task's own words do, or whoever watches it.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from ..api import CallFailed, HttpRefused, TaskDetail
from .connection import Connection
from .delays import Delays
from .pace import Pace
from .retry import may_be_about_one_task, may_read_again, wait_before_retry
from .rhythm import Rhythm
from .settling import settle

MOST_AT_ONCE = 100
"""TaskUIDs in one call; the API documents no limit."""

_FAILURES_TILL_SPLIT = 3


class Watcher(Protocol):
    """Whoever waits for a task learns of each poll."""

    def told(self, detail: TaskDetail | None) -> bool:
        """What the service said of a task that has not ended; None: it did not list it. True: wait no longer."""
        ...

    def troubled(self, error: CallFailed | None) -> None:
        """The service could not be asked, which may pass; None: it can be asked again."""
        ...

    def refused(self, error: CallFailed) -> bool:
        """The service refuses to be asked. True: wait no longer."""
        ...


@dataclass(eq=False)
class _Waiting:
    task_uid: str
    watcher: Watcher
    since: float
    due: float
    refusals: int = 0
    future: asyncio.Future[TaskDetail | None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def settle(self, outcome: TaskDetail | BaseException | None) -> None:
        settle(self.future, outcome)


class Poller:
    """Waits for tasks of one account."""

    def __init__(
        self, connection: Connection, rhythm: Rhythm, pace: Pace, jitter: random.Random, delays: Delays
    ) -> None:
        self._connection = connection
        self.rhythm = rhythm
        self._pace = pace
        self._jitter = jitter
        self._delays = delays
        self._waiting: list[_Waiting] = []
        self._changed = asyncio.Event()
        self._ticking: asyncio.Task[None] | None = None
        self._last = float("-inf")
        self._failures = 0

    async def ended(
        self, task_uid: str, watcher: Watcher, age: float = 0.0, shortest_past: float | None = None
    ) -> TaskDetail | None:
        """Waits until the task has ended, well or not; None where the watcher waits no longer.

        `age` is how many seconds ago the task was made; `shortest_past` is the shortest time in seconds that such a
        task has taken, where that is known.
        """
        now = self._now()
        first = max(self.rhythm.least, self.rhythm.first(shortest_past) - age)
        waiting = _Waiting(task_uid, watcher, now - age, now + first)
        self._waiting.append(waiting)
        self._changed.set()
        if self._ticking is None:
            self._ticking = asyncio.create_task(self._tick())
            self._ticking.add_done_callback(self._tell_of_a_crash)
        try:
            return await waiting.future
        finally:
            self._waiting.remove(waiting)

    def hurry(self, task_uid: str) -> None:
        """Somebody has come to wait for the task: it is asked for soon, whatever pauses are kept after a failure."""
        if self._pace.factor == 1.0:  # a service that asks for patience gets it
            self._last = min(self._last, self._now())
        for waiting in self._waiting:
            if waiting.task_uid == task_uid:
                waiting.due = self._now()
                self._changed.set()

    async def _tick(self) -> None:
        while self._waiting:
            await self._until_due()
            self._last = self._now()
            asked = self._asked_now()
            for start in range(0, len(asked), MOST_AT_ONCE):
                await self._ask(asked[start : start + MOST_AT_ONCE])
            await asyncio.sleep(0)  # those who are done leave
        self._ticking = None

    def _asked_now(self) -> list[_Waiting]:
        """Those that are due, and as many others, the next ones first, as find room in their calls."""
        asked = [waiting for waiting in self._waiting if not waiting.refusals or waiting.due <= self._last]
        due = sum(waiting.due <= self._last for waiting in asked)
        room = max(1, math.ceil(due / MOST_AT_ONCE)) * MOST_AT_ONCE
        return asked if len(asked) <= room else sorted(asked, key=lambda waiting: waiting.due)[:room]

    async def _until_due(self) -> None:
        """Sleeps till the next poll is due; a newcomer makes it due earlier, never at once."""
        while self._waiting:
            self._changed.clear()
            due = max(self._last + self.rhythm.least, min(waiting.due for waiting in self._waiting))
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._changed.wait(), max(0.0, due - self._now()))
                continue
            return

    async def _ask(self, waiting: Sequence[_Waiting]) -> None:
        try:
            details = await self._connection.client.task_details([each.task_uid for each in waiting])
        except CallFailed as error:
            self._pace.failed(error)
            await self._failed(waiting, error)
            return
        self._pace.answered()
        self._failures = 0
        for each in waiting:
            self._tell(each, details.get(each.task_uid))

    def _tell(self, waiting: _Waiting, detail: TaskDetail | None) -> None:
        waiting.refusals = 0
        waiting.due = self._now() + self._interval(waiting)
        waiting.watcher.troubled(None)
        if detail is not None and detail.status.ended:
            waiting.settle(detail)
        elif waiting.watcher.told(detail):
            waiting.settle(None)

    def _interval(self, waiting: _Waiting) -> float:
        pause = self.rhythm.interval(self._now() - waiting.since)
        return pause * self._pace.factor * self._jitter.uniform(0.9, 1.1)

    async def _failed(self, waiting: Sequence[_Waiting], error: CallFailed) -> None:
        self._failures += 1
        passes = may_read_again(error)
        # A code that the pack does not know passes, or is about one of the tasks for as long as that is asked for.
        may_be_one = may_be_about_one_task(error) and (not passes or self._failures >= _FAILURES_TILL_SPLIT)
        if may_be_one and len(waiting) > 1:
            await self._find_the_bad_ones(waiting)
        elif passes:
            await self._wait_in_trouble(waiting, error)
        else:
            self._refuse(waiting, error)

    async def _wait_in_trouble(self, waiting: Sequence[_Waiting], error: CallFailed) -> None:
        pause = wait_before_retry(self._failures, error, self._jitter, self._delays)
        if not (isinstance(error, HttpRefused) and error.retry_after is not None):  # else it has said how long
            pause *= self._pace.factor
        for each in waiting:
            each.watcher.troubled(error)
        self._last = self._now() + pause - self.rhythm.least

    def _refuse(self, waiting: Sequence[_Waiting], error: CallFailed) -> None:
        """What was refused is asked for again, ever more slowly: a topped-up account or a mended key is noticed."""
        for each in waiting:
            each.refusals += 1
            doubled = self._delays.first_retry * 2 ** min(each.refusals + 2, 10)
            each.due = self._now() + min(self._delays.longest_pause, doubled) * self._jitter.uniform(0.8, 1.2)
            if may_read_again(error):
                each.watcher.troubled(error)
            elif each.watcher.refused(error):
                each.settle(None)

    async def _find_the_bad_ones(self, waiting: Sequence[_Waiting]) -> None:
        """One bad TaskUID must not take its neighbours along; where two alone are refused, it is not about them."""
        parts = _halves(self._jitter.sample(list(waiting), len(waiting)))
        refused, answered = 0, False
        while parts:
            part = parts.pop()
            try:
                details = await self._connection.client.task_details([each.task_uid for each in part])
            except CallFailed as error:
                about_one = may_be_about_one_task(error) and not (refused > 1 and not answered)
                if about_one and len(part) > 1:
                    parts += _halves(part)
                    continue
                refused += 1
                self._refuse(part, error)
            else:
                answered = True
                for each in part:
                    self._tell(each, details.get(each.task_uid))

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def _tell_of_a_crash(self, ticking: asyncio.Task[None]) -> None:
        """Nobody may wait for ever on a ticker that has died of a fault of ours."""
        if self._ticking is ticking:  # else a newcomer has started the next one already
            self._ticking = None
        if not ticking.cancelled() and (crash := ticking.exception()) is not None:
            for waiting in self._waiting:
                waiting.settle(crash)


def _halves(waiting: Sequence[_Waiting]) -> list[Sequence[_Waiting]]:
    middle = len(waiting) // 2
    return [waiting[middle:], waiting[:middle]]
