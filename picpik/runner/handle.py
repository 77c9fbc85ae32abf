"""What a node holds while its request is carried out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

from .errors import Withdrawn
from .job import Job
from .progress import Progress
from .task_result import TaskResult


class Handle:
    """One waiter's view of a request, for any thread. `release` says that it waits no more."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.accepted: Future[str] = Future()
        self.result: Future[TaskResult] = Future()
        self._loop = loop
        self._job: Job | None = None
        self._is_released = False
        self._hand_out: Callable[[], None] = lambda: None

    @property
    def progress(self) -> Progress:
        return self._job.progress if self._job else Progress()

    @property
    def is_released(self) -> bool:
        return self._is_released

    def release(self) -> None:
        """Waits no more. A request that nobody waits for is not sent if it was not sent yet; else it goes on."""
        with suppress(RuntimeError):  # the runner has ended: nothing goes on that could be released
            self._loop.call_soon_threadsafe(self._release)

    def hand_out(self) -> None:
        """The TaskUID was given away instead of the pictures: with Seed -1 the next run is a new task."""
        self._hand_out()

    # -- for the runner's thread

    async def watch(self, job: Job, hand_out: Callable[[], None]) -> bool:
        """Passes on what becomes of the job.

        False where it was withdrawn by others at the moment in which this waiter came: then there is to be another job.
        """
        self._job = job
        self._hand_out = hand_out
        if self._is_released:
            job.let_go()
        else:
            job.watch(1)
        job.accepted.add_done_callback(lambda accepted: _pass_on(self.accepted, accepted))
        try:
            _set(self.result, await job.outcome())
        except Withdrawn:
            if self._is_released:
                raise
            return False
        return True

    def fail(self, error: BaseException) -> None:
        """There will be no result."""
        _fail(self.accepted, error)
        _fail(self.result, error)

    def _release(self) -> None:
        if not self._is_released:
            self._is_released = True
            if self._job:
                self._job.watch(-1)


def _pass_on(waiter: Future[str], accepted: asyncio.Future[str]) -> None:
    if not accepted.cancelled():
        _set(waiter, accepted.result())


def _set(future: Future[Any], value: Any) -> None:
    if not future.done():
        future.set_result(value)


def _fail(future: Future[Any], error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)
