"""The bridge between one execution of a node and the task runner.

ComfyUI makes an event loop for each prompt, cancels every node when one fails, and tells nobody of a pressed Cancel but
a flag. So the node only waits here: it looks at the flag, shows what the task does, and goes away without taking the
task along.
"""

from __future__ import annotations

import asyncio
import contextvars
import functools
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from comfy.model_management import InterruptProcessingException, processing_interrupted

from ...picpik import runner
from ...picpik.runner import Phase
from .display import NodeDisplay

_T = TypeVar("_T")

_LOOK_INTERVAL = 0.1
"""Seconds between two looks at the Cancel flag."""

_SHOW_INTERVAL = 0.2
"""Seconds between two looks at the tasks, and two updates of what the node shows, at least."""

_SHARE_OF_TIME = 0.005
"""Of the processor, that showing the tasks may take: the more there are, the more rarely they are shown."""

_LONGEST_TROUBLE = 150.0
"""Seconds for which the service may be out of reach before the node gives up waiting: more than two pauses of the
longest kind that a server may ask for."""

_TIMED = (Phase.LOOKING, Phase.QUEUED, Phase.RUNNING)


class Execution:
    """One execution of a node; `execution` makes it."""

    def __init__(self, display: NodeDisplay) -> None:
        self._display = display
        self._handles: list[runner.Handle] = []
        self._began = time.monotonic()
        self._next_show = 0.0

    def note(self, *lines: str) -> None:
        """Says on the node what was changed on the way."""
        self._display.note(*lines)

    def expect(self, seconds: float | None, cost_of: Callable[[int], str | None]) -> None:
        """Says how long the tasks will take, where that is known, and what `cost_of` says of so many paid ones."""
        self._display.expect(seconds, cost_of)

    async def off_loop(self, saying: str, work: Callable[[], _T]) -> _T:
        """Runs `work` in the pack's own threads. Cancel is seen meanwhile; the thread then ends by itself."""
        return await self.until(saying, _threads().submit(contextvars.copy_context().run, work))

    async def until(self, saying: str, future: Future[_T]) -> _T:
        """What another thread is going to say. Cancel is seen meanwhile."""
        self._display.say(saying)
        wakeup = _Wakeup([future])
        while not future.done():
            if time.monotonic() >= self._next_show:
                await self._show()
            await self._look(wakeup)
        return future.result()

    def watch(self, handle: runner.Handle) -> runner.Handle:
        """Shows what becomes of the request, and releases it when the execution ends."""
        self._handles.append(handle)
        self._display.watch(handle)
        return handle

    async def task_uids(self, handles: Sequence[runner.Handle], timeout_minutes: float) -> list[str]:
        """The TaskUIDs, as soon as every request has one. They count as handed out instead of the pictures."""
        uids = await self._all([handle.accepted for handle in handles], handles, timeout_minutes)
        for handle in handles:
            handle.hand_out()
        return uids

    async def results(self, handles: Sequence[runner.Handle], timeout_minutes: float) -> list[runner.TaskResult]:
        """The results in order. The failure of one keeps no other from being stored.

        Queueing and running may last `timeout_minutes` each. Raises the error of a single request as it is, and
        BatchFailed where there are several.
        """
        return await self._all([handle.result for handle in handles], handles, timeout_minutes)

    async def _all(
        self, futures: Sequence[Future[_T]], handles: Sequence[runner.Handle], timeout_minutes: float
    ) -> list[_T]:
        failures: dict[int, Exception] = {}
        waiting = dict(enumerate(zip(futures, handles, strict=True)))
        wakeup = _Wakeup(futures)
        while waiting:
            if wakeup.are_all_done or time.monotonic() >= self._next_show:
                for index, failure in self._ended(waiting, timeout_minutes).items():
                    if failure is not None:
                        failures[index] = failure
                        self._tell_of(failure, len(futures))
                    del waiting[index]
                await self._show()
            if waiting:
                await self._look(wakeup)
        if failures:
            raise _one_error(failures, len(futures))
        return [future.result() for future in futures]

    def _ended(
        self, waiting: Mapping[int, tuple[Future[_T], runner.Handle]], timeout_minutes: float
    ) -> dict[int, Exception | None]:
        """Those that are not waited for any longer, and why, where they have no result."""
        waited = time.monotonic() - self._began
        ended = {}
        for index, (future, handle) in waiting.items():
            failure = _failure(future, handle.progress, timeout_minutes, waited)
            if failure is not None or future.done():
                ended[index] = failure
        return ended

    def _tell_of(self, failure: Exception, count: int) -> None:
        """Of several requests one has failed: that is said now, for the others may be cancelled before it is raised."""
        if count > 1 and isinstance(failure, runner.OutcomeUnknown):
            self._display.note(*str(failure).splitlines())

    async def _show(self) -> None:
        """Shows the present moment, and says when the next may be shown."""
        began = time.thread_time()
        await self._display.refresh()
        took = time.thread_time() - began
        self._next_show = time.monotonic() + max(_SHOW_INTERVAL, took / _SHARE_OF_TIME)

    async def _look(self, wakeup: _Wakeup) -> None:
        """Waits a moment, or until all is there. Raises ComfyUI's own interrupt when Cancel was pressed."""
        if processing_interrupted():
            raise InterruptProcessingException
        await wakeup.wait(_LOOK_INTERVAL)


@asynccontextmanager
async def execution(node_id: str) -> AsyncIterator[Execution]:
    """One execution of the node `node_id`. What was submitted in it goes on, however it ends."""
    display = NodeDisplay(node_id)
    running = Execution(display)
    try:
        yield running
    except BaseException as error:
        display.ended_by(error)
        raise
    else:
        await display.ended_well()
    finally:
        for handle in running._handles:
            handle.release()


class _Wakeup:
    """Wakes this event loop when the last of some futures of another thread is there."""

    def __init__(self, futures: Sequence[Future[_T]]) -> None:
        self._loop = asyncio.get_running_loop()
        self._left = len(futures)
        self._all_done = asyncio.Event()
        for future in futures:
            future.add_done_callback(self._tell)

    @property
    def are_all_done(self) -> bool:
        return self._all_done.is_set()

    async def wait(self, seconds: float) -> None:
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._all_done.wait(), seconds)

    def _tell(self, _: object) -> None:
        with suppress(RuntimeError):  # the prompt may be over, and its loop closed
            self._loop.call_soon_threadsafe(self._one_is_done)

    def _one_is_done(self) -> None:
        self._left -= 1
        if not self._left:
            self._all_done.set()


def _failure(future: Future[_T], progress: runner.Progress, timeout_minutes: float, waited: float) -> Exception | None:
    """Why this request will not be waited for any longer, or None. Of its past only the seconds `waited` count."""
    if future.done():
        error = future.exception()
        if error is not None and not isinstance(error, Exception):
            raise error
        return error
    if progress.trouble and min(waited, progress.troubled_for()) > _LONGEST_TROUBLE:
        return _out_of_reach(progress, progress.trouble)
    if progress.phase in _TIMED and min(waited, progress.seconds()) > timeout_minutes * 60:
        return _too_late(progress, timeout_minutes)
    return None


def _out_of_reach(progress: runner.Progress, trouble: str) -> Exception | None:
    if progress.task_uid is not None:
        return runner.TaskOutOfReach(progress.task_uid, trouble)
    return runner.ServiceSilent(progress.request, trouble) if progress.phase is Phase.LOOKING else None


def _too_late(progress: runner.Progress, timeout_minutes: float) -> Exception:
    if progress.task_uid is not None:
        return runner.TaskTimeout(progress.task_uid, progress.status_text, timeout_minutes)
    return runner.StillLooking(progress.request, timeout_minutes)


def _one_error(failures: dict[int, Exception], count: int) -> Exception:
    if count == 1:
        return failures[0]
    return runner.BatchFailed(count, {index + 1: error for index, error in sorted(failures.items())})


@functools.cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(4, "picpik-node")
