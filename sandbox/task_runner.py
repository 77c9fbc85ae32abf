"""Runs accepted tasks: queued, processed in worker threads, finished or failed."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from .actions import TaskSpec, Texts
from .credits import CreditBalance
from .cut_outs import as_given
from .picture_encoding import CONTENT_TYPES, encode_picture
from .quirks import Quirks
from .result_files import ResultFileStore
from .tasks import Status, Task

_Returned = TypeVar("_Returned")

PROCESSING_FAILED = 2000


class TaskRunner:
    """Runs each task on the event loop it was started on, and its image processing in two worker threads."""

    def __init__(
        self,
        result_files: ResultFileStore,
        credit_balance: CreditBalance,
        *,
        seconds_queued: float,
        seconds_per_task: float,
        until_seen: bool,
        quirks: Quirks,
    ) -> None:
        self.seconds_queued = seconds_queued
        self.seconds_per_task = seconds_per_task
        self._until_seen = until_seen
        self._quirks = quirks
        self._result_files = result_files
        self._credit_balance = credit_balance
        self._running: set[asyncio.Task[None]] = set()
        self._workers: ThreadPoolExecutor | None = None

    def open(self) -> None:
        """Starts the worker threads; belongs to one event loop until `close`."""
        self._workers = ThreadPoolExecutor(2, "picpik-sandbox-work")

    async def close(self) -> None:
        """Cancels all tasks where they stand, and ends all worker threads."""
        for running in self._running:
            running.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        if self._workers is not None:
            self._workers.shutdown(cancel_futures=True)

    async def run_in_thread(self, function: Callable[..., _Returned], *arguments: object) -> _Returned:
        """`function(*arguments)` in a worker thread."""
        return await asyncio.get_running_loop().run_in_executor(self._workers, function, *arguments)

    def start(self, task: Task) -> None:
        """Lets an accepted task run on its own."""
        running = asyncio.create_task(self._run(task))
        self._running.add(running)
        running.add_done_callback(self._running.discard)

    def later(self, seconds: float, work: Coroutine[Any, Any, object]) -> None:
        """Has `work` done so much later, unless all ends before."""
        waiting = asyncio.create_task(_after(seconds, work))
        self._running.add(waiting)
        waiting.add_done_callback(self._running.discard)
        waiting.add_done_callback(lambda _: work.close())

    async def _run(self, task: Task) -> None:
        if task.fault_of("stuck"):
            return
        await asyncio.sleep(self.seconds_queued)
        task.status = Status.RUNNING
        made, _ = await asyncio.gather(
            self.run_in_thread(_make_results, task, self._quirks),
            asyncio.sleep(self.seconds_per_task),
            return_exceptions=True,
        )
        if self._until_seen:
            await task.seen.wait()
        if isinstance(made, BaseException):
            self._fail(task, PROCESSING_FAILED, _why_it_failed(task, made))
        elif failing := task.fault_of("fail"):
            self._fail(task, failing["error_code"], failing["message"])
        else:
            self._finish(task, made)
        task.spec = None

    def _finish(self, task: Task, made: list[bytes | str]) -> None:
        file_format = _file_format(task, self._quirks)
        for content in made:
            if isinstance(content, str):
                task.texts.append(content)
            else:
                task.files.append(self._result_files.add(task.uid, content, file_format, CONTENT_TYPES[file_format]))
        task.status = Status.FINISHED

    def _fail(self, task: Task, error_code: int, message: str) -> None:
        task.error_code, task.error_message = error_code, message
        task.status = Status.ERROR
        self._credit_balance.refund(task.credits)


async def _after(seconds: float, work: Coroutine[Any, Any, object]) -> None:
    await asyncio.sleep(seconds)
    await work


def _make_results(task: Task, quirks: Quirks) -> list[bytes | str]:
    """The bytes of the task's files, or its texts."""
    spec, file_format = _spec(task), _file_format(task, quirks)
    counting = task.fault_of("picture_count")
    count = counting["count"] if counting else spec.results.count
    return [made for index in range(count) for made in _make_result(spec, index, file_format, quirks)]


def _make_result(spec: TaskSpec, index: int, file_format: str, quirks: Quirks) -> list[bytes] | list[str]:
    results = spec.results
    if spec.seed is None:
        index %= results.count  # without a Seed there is nothing new to make beyond the last one
    if isinstance(results, Texts):
        return [results.make(index)]
    return [encode_picture(given, file_format) for given in as_given(results.make(index), quirks)]


def _why_it_failed(task: Task, error: BaseException) -> str:
    if isinstance(_spec(task).results, Texts):
        return f"The text could not be written: {error!r}"
    return f"The picture could not be drawn: {error!r}"


def _spec(task: Task) -> TaskSpec:
    assert task.spec is not None, "it is dropped only when the task is over"
    return task.spec


def _file_format(task: Task, quirks: Quirks) -> str:
    formatting = task.fault_of("picture_format")
    return formatting["format"] if formatting else quirks.result_format
