"""Where accepted tasks live: queued, drawn in worker threads, finished or failed."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from .actions import HIGHEST_SEED, Order
from .credits import Purse
from .encoding import CONTENT_TYPES, encode_picture
from .results import ResultStore
from .tasks import Status, Task

_Made = TypeVar("_Made")

DRAWING_FAILED = 2000


class Workshop:
    """Runs each task's life on the event loop it is begun on, and heavy work beside it."""

    def __init__(
        self, results: ResultStore, purse: Purse, seconds_queued: float, seconds_per_task: float, until_seen: bool
    ) -> None:
        self.seconds_queued = seconds_queued
        self.seconds_per_task = seconds_per_task
        self._until_seen = until_seen
        self._results = results
        self._purse = purse
        self._lives: set[asyncio.Task[None]] = set()
        self._workers: ThreadPoolExecutor | None = None

    def open(self) -> None:
        """Makes ready for work; belongs to one event loop until `close`."""
        self._workers = ThreadPoolExecutor(2, "picpik-sandbox-work")

    async def close(self) -> None:
        """Ends all lives where they stand, and all worker threads."""
        for life in self._lives:
            life.cancel()
        await asyncio.gather(*self._lives, return_exceptions=True)
        if self._workers is not None:
            self._workers.shutdown(cancel_futures=True)

    async def work(self, make: Callable[..., _Made], *arguments: object) -> _Made:
        """`make(*arguments)` off the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._workers, make, *arguments)

    def begin(self, task: Task) -> None:
        """Lets an accepted task live on its own."""
        life = asyncio.create_task(self._live(task))
        self._lives.add(life)
        life.add_done_callback(self._lives.discard)

    async def _live(self, task: Task) -> None:
        if task.fault_of("stuck"):
            return
        await asyncio.sleep(self.seconds_queued)
        task.status = Status.RUNNING
        drawn, _ = await asyncio.gather(
            self.work(_draw, task), asyncio.sleep(self.seconds_per_task), return_exceptions=True
        )
        if self._until_seen:
            await task.seen.wait()
        task.order = None
        if isinstance(drawn, BaseException):
            self._fail(task, DRAWING_FAILED, f"The picture could not be drawn: {drawn!r}")
        elif failing := task.fault_of("fail"):
            self._fail(task, failing["error_code"], failing["message"])
        else:
            self._finish(task, drawn)

    def _finish(self, task: Task, files: list[bytes]) -> None:
        file_format = _file_format(task)
        for content in files:
            task.results.append(self._results.add(task.uid, content, file_format, CONTENT_TYPES[file_format]))
        task.status = Status.FINISHED

    def _fail(self, task: Task, error_code: int, message: str) -> None:
        task.error_code, task.error_message = error_code, message
        task.status = Status.ERROR
        self._purse.give_back(task.points)


def _draw(task: Task) -> list[bytes]:
    order = task.order
    assert order is not None, "a task is drawn once, before its order is dropped"
    return [
        encode_picture(order.drawing.picture(_next_seed(task.seed, index)), _file_format(task))
        for index in range(_picture_count(task, order))
    ]


def _next_seed(seed: int, index: int) -> int:
    return (seed + index) % (HIGHEST_SEED + 1)


def _picture_count(task: Task, order: Order) -> int:
    counting = task.fault_of("picture_count")
    return counting["count"] if counting else order.batch_size


def _file_format(task: Task) -> str:
    formatting = task.fault_of("picture_format")
    return formatting["format"] if formatting else "PNG"
