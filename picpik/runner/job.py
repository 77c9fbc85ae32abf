"""What the runner holds of a request while it is carried out."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import Any

from ..api import CallFailed, TaskDetail, TaskStatus
from ..ledger import Record
from .progress import Phase, Progress
from .task_result import TaskResult


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

    def accept(self) -> None:
        """The request has a TaskUID."""
        record = self.record
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


def _with_trouble(progress: Progress, trouble: str | None) -> Progress:
    since = (progress.troubled_since or time.monotonic()) if trouble else None
    return replace(progress, trouble=trouble, troubled_since=since)
