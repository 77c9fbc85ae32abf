"""What the runner holds of a request while it is carried out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace

from ..api import Account, CallFailed, Request, TaskDetail, TaskStatus
from ..ledger import Record
from .progress import Phase, Progress
from .task_result import TaskResult


class Job:
    """One request in the runner's thread. Several handles may watch it; it does not need any.

    `wanted` is the row as this job would begin it, `record` the row as it is. `request` is what is sent, or None where
    the request is known by its row alone, and so cannot be sent, or need not be any more. `asked` is when its user
    asked for it; 0 where that is not known. `let_go` is called when the last one who watched it has gone.
    """

    def __init__(
        self,
        key: str,
        account: Account,
        wanted: Record,
        request: Request | None,
        asked: float = 0.0,
        let_go: Callable[[Job], None] = lambda job: None,  # noqa: ARG005
    ) -> None:
        self.key = key
        self.account = account
        self.wanted = wanted
        self.record = wanted
        self.request = request
        self.asked = asked
        self._let_go = let_go
        self.progress = Progress(named(wanted))
        self.unwatched = asyncio.Event()
        self.unwatched.set()
        self.joined = asyncio.Event()
        """Set when somebody comes to watch."""
        self._watchers = 0
        loop = asyncio.get_running_loop()
        self.accepted: asyncio.Future[str] = loop.create_future()
        self.prepared: asyncio.Future[None] = loop.create_future()
        """Done when nothing of it is hashed or encoded next: it is sent, waits, has a task, or is over."""
        self._news: asyncio.Future[TaskResult | Exception] = loop.create_future()
        self.task: asyncio.Task[TaskResult] | None = None

    def watch(self, more: int) -> None:
        """`more` handles watch from now on: 1 comes, -1 goes."""
        self._watchers += more
        if self._watchers:
            self.unwatched.clear()
        else:
            self.unwatched.set()
            self.let_go()
        if more > 0:
            self.joined.set()

    def let_go(self) -> None:
        """Nobody of those who came is left."""
        if not self._watchers:
            self._let_go(self)

    async def outcome(self) -> TaskResult:
        """What becomes of it; or what is told before that to those who watch now."""
        assert self.task is not None
        news = self._news
        await asyncio.wait((self.task, news), return_when=asyncio.FIRST_COMPLETED)
        if self.task.done():
            return self.task.result()
        told = news.result()
        if isinstance(told, Exception):
            raise told
        return told

    def tell(self, news: TaskResult | Exception) -> None:
        """What those who watch now get, while the job goes on."""
        told, self._news = self._news, asyncio.get_running_loop().create_future()
        told.set_result(news)

    def accept(self) -> None:
        """The request has a TaskUID. What was sent is needed no more."""
        self.request = None
        self.make_way()
        record = self.record
        if not self.accepted.done():
            self.accepted.set_result(record.task_uid or "")
        self.progress = replace(self.progress, task_uid=record.task_uid, points_spent=record.points_spent)
        self.say(Phase.QUEUED)

    def say(self, phase: Phase, trouble: str | None = None, text: str = "") -> None:
        """`text` says more than the phase does."""
        progress, text = self.progress, text or phase.value
        if phase is not progress.phase:
            sent = progress.sent or phase is Phase.SUBMITTING
            progress = replace(progress, phase=phase, since=time.monotonic(), sent=sent)
        if text != progress.status_text:  # most polls tell the same again
            progress = replace(progress, status_text=text)
        self.progress = progress
        self.hindered(trouble)

    def make_way(self) -> None:
        """Nothing of it is hashed or encoded next: others may be."""
        if not self.prepared.done():
            self.prepared.set_result(None)

    def sends(self, upload_bytes: int) -> None:
        """Its pictures are encoded, and so large."""
        self.make_way()
        self.progress = replace(self.progress, upload_bytes=upload_bytes)

    def saw(self, detail: TaskDetail) -> None:
        """The service told of the task."""
        self.say(Phase.QUEUED if detail.status is TaskStatus.QUEUED else Phase.RUNNING, None, detail.status_text)
        if detail.points_spent != self.progress.points_spent:
            self.progress = replace(self.progress, points_spent=detail.points_spent)

    def troubled(self, error: CallFailed | None) -> None:
        """The service could not be asked, or can be again."""
        self.hindered(error.what if error else None)

    def hindered(self, trouble: str | None) -> None:
        """It does not get on for this reason; None when it does."""
        if trouble != self.progress.trouble:
            since = (self.progress.troubled_since or time.monotonic()) if trouble else None
            self.progress = replace(self.progress, trouble=trouble, troubled_since=since)


def named(record: Record) -> str:
    """A request in a message."""
    return record.action if record.seed is None else f"{record.action}, seed {record.seed}"
