"""What a node holds while its request is carried out, and what the runner holds of the request."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from .errors import CallFailed
from .ledger import Record
from .progress import Phase, Progress
from .submission import Withdrawn
from .tasks import TaskDetail, TaskStatus


@dataclass(frozen=True)
class TaskResult:
    """The pictures of a paid task, on disk. Call `deliver` once they have been handed out."""

    task_uid: str
    files: tuple[Path, ...]
    points_spent: int | None
    seed: int | None
    deliver: Callable[[], None] = field(repr=False, compare=False)


class Job:
    """One request in the runner's thread. Several handles may watch it; it does not need any.

    `wanted` is the row as this job would begin it, `record` the row as it is. `params` are what is sent, or None where
    the request is known by its row alone, and so cannot be sent.
    """

    def __init__(self, wanted: Record, params: dict[str, Any] | None) -> None:
        self.wanted = wanted
        self.record = wanted
        self.params = params
        self.progress = Progress()
        self.unwatched = asyncio.Event()
        self.unwatched.set()
        self._watchers = 0
        self.accepted: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.task: asyncio.Task[TaskResult] | None = None

    def watch(self, more: int) -> None:
        """`more` handles watch from now on: 1 comes, -1 goes."""
        self._watchers += more
        if self._watchers:
            self.unwatched.clear()
        else:
            self.unwatched.set()

    def accept(self, record: Record) -> None:
        """The request has a TaskUID."""
        if not self.accepted.done():
            self.accepted.set_result(record.task_uid or "")
        self.progress = replace(self.progress, task_uid=record.task_uid, points_spent=record.points_spent)
        self.say(Phase.QUEUED)

    def say(self, phase: Phase, trouble: str | None = None) -> None:
        progress = self.progress
        if phase is not progress.phase:
            sent = progress.sent or phase is Phase.SUBMITTING
            progress = replace(progress, phase=phase, since=time.monotonic(), sent=sent, status_text=phase.value)
        self.progress = _with_trouble(progress, trouble)

    def saw(self, detail: TaskDetail) -> None:
        """The service told of the task."""
        self.say(Phase.QUEUED if detail.status is TaskStatus.QUEUED else Phase.RUNNING)
        self.progress = replace(self.progress, status_text=detail.status_text, points_spent=detail.points_spent)

    def troubled(self, error: CallFailed | None) -> None:
        """The service could not be asked, or can be again."""
        self.progress = _with_trouble(self.progress, error.what if error else None)


class Handle:
    """One waiter's view of a request, for any thread. `release` says that it waits no more."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.accepted: Future[str] = Future()
        self.result: Future[TaskResult] = Future()
        self._loop = loop
        self._job: Job | None = None
        self._released = False

    @property
    def progress(self) -> Progress:
        return self._job.progress if self._job else Progress()

    def release(self) -> None:
        """Waits no more. A request that nobody waits for is not sent if it was not sent yet; else it goes on."""
        with suppress(RuntimeError):  # the runner has ended: nothing goes on that could be released
            self._loop.call_soon_threadsafe(self._release)

    async def served_by(self, find: Callable[[], Coroutine[Any, Any, Job]]) -> None:
        """Runs in the runner's thread: finds the job, then passes on what becomes of it."""
        try:
            result = None
            while result is None:
                result = await self._watched(await find())
            _set(self.result, result)
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001  the waiter must learn of everything
            _fail(self.accepted, error)
            _fail(self.result, error)

    async def _watched(self, job: Job) -> TaskResult | None:
        """The job's result; None where it was withdrawn by others at the moment in which this waiter came."""
        self._job = job
        if not self._released:
            job.watch(1)
        job.accepted.add_done_callback(lambda accepted: _pass_on(self.accepted, accepted))
        assert job.task is not None
        try:
            return await asyncio.shield(job.task)
        except Withdrawn:
            if self._released:
                raise
            return None

    def _release(self) -> None:
        if not self._released:
            self._released = True
            if self._job:
                self._job.watch(-1)


def _with_trouble(progress: Progress, trouble: str | None) -> Progress:
    since = (progress.troubled_since or time.monotonic()) if trouble else None
    return replace(progress, trouble=trouble, troubled_since=since)


def _pass_on(waiter: Future[str], accepted: asyncio.Future[str]) -> None:
    if not accepted.cancelled():
        _set(waiter, accepted.result())


def _set(future: Future[Any], value: Any) -> None:
    if not future.done():
        future.set_result(value)


def _fail(future: Future[Any], error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)
