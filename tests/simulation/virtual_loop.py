"""An event loop without a wait: its clock jumps to the next timer as soon as nothing is left to do.

Several processes share it. What a process has begun carries its name along (`PROCESS`), so that a process can stand
still, or end at once without a last word, as `kill -9` ends one.
"""

from __future__ import annotations

import asyncio
import contextvars
import heapq
import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any


class Stalled(Exception):
    """Nothing is left to do, no timer runs, and somebody waits all the same."""


class Life:
    """Whether a process goes on: `handles` is what waits meanwhile for one that stands still; None while it runs."""

    def __init__(self) -> None:
        self.handles: list[asyncio.Handle] | None = None
        self.is_over = False
        self.tasks: list[asyncio.Task[Any]] = []


PROCESS: contextvars.ContextVar[Life | None] = contextvars.ContextVar("process", default=None)


class VirtualLoop(asyncio.BaseEventLoop):
    """Has no selector, no sockets and no threads; `time` counts virtual seconds from 0.

    What asyncio would give to a thread is done at once, and its outcome arrives after a short virtual while, drawn from
    `draw`, so that whatever may happen meanwhile does. The same draws give the same run.
    """

    LONGEST_WORK = 0.02

    def __init__(self, draw: random.Random) -> None:
        super().__init__()
        self.draw = draw
        self.failures: list[str] = []
        self._now = 0.0
        self._selector = self  # BaseEventLoop asks it for events, and how long to wait for them
        self.set_exception_handler(self._note_failure)
        self.set_task_factory(_task_of_a_process)

    def time(self) -> float:
        return self._now

    def select(self, timeout: float | None) -> list[Any]:
        if timeout is None:
            raise Stalled("nobody is left who could go on")
        self._now += timeout
        return []

    # -- processes

    def freeze(self, life: Life) -> None:
        """Nothing of the process happens any more, until `thaw`, if ever."""
        life.handles = []
        for queue in (self._ready, self._scheduled):
            own = [handle for handle in queue if _life_of(handle) is life]
            if own:
                life.handles += own
                others = [handle for handle in queue if _life_of(handle) is not life]
                queue.clear()
                queue.extend(others)
        heapq.heapify(self._scheduled)

    def thaw(self, life: Life) -> None:
        handles, life.handles = life.handles or [], None
        for handle in handles:
            if isinstance(handle, asyncio.TimerHandle) and handle.when() > self._now:
                heapq.heappush(self._scheduled, handle)
            else:
                if isinstance(handle, asyncio.TimerHandle):
                    handle._scheduled = False
                self._ready.append(handle)

    def end(self, life: Life) -> None:
        """Nothing of the process happens ever again; nothing of it is told, not even its coroutines."""
        life.is_over = True
        self.freeze(life)

    def bury(self, life: Life) -> None:
        """Forgets an ended process, so that its coroutines cannot say anything when they are collected."""
        context = contextvars.Context()
        context.run(PROCESS.set, life)
        for task in life.tasks:
            if not task.done():
                task._log_destroy_pending = False  # type: ignore[attr-defined]
                context.run(_close, task.get_coro())
        life.tasks.clear()
        life.handles = []

    # -- what BaseEventLoop leaves open

    def call_soon(self, callback: Callable[..., Any], *args: Any, context: Any = None) -> asyncio.Handle:
        life = PROCESS.get() if context is None else context.get(PROCESS)
        if life is None or life.handles is None:
            return super().call_soon(callback, *args, context=context)
        handle = asyncio.Handle(callback, args, self, context)
        if not life.is_over:
            life.handles.append(handle)
        return handle

    def call_at(self, when: float, callback: Callable[..., Any], *args: Any, context: Any = None) -> Any:
        life = PROCESS.get() if context is None else context.get(PROCESS)
        if life is None or life.handles is None:
            return super().call_at(when, callback, *args, context=context)
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        if not life.is_over:
            handle._scheduled = True
            life.handles.append(handle)
        return handle

    def call_soon_threadsafe(self, callback: Callable[..., Any], *args: Any, context: Any = None) -> asyncio.Handle:
        return self.call_soon(callback, *args, context=context)

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:  # type: ignore[override]  # noqa: ARG002
        future = self.create_future()
        try:
            outcome, how = func(*args), _give
        except Exception as error:  # noqa: BLE001  whoever awaits it gets it
            outcome, how = error, _raise
        self.call_later(self.draw.random() * self.LONGEST_WORK, how, future, outcome)
        return future

    def _process_events(self, event_list: Any) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """Nobody sleeps who would have to be woken."""

    def _note_failure(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:  # noqa: ARG002
        self.failures.append(f"{context['message']}: {context.get('exception')!r}")


def _life_of(handle: asyncio.Handle) -> Life | None:
    context = handle._context  # type: ignore[attr-defined]
    return context.get(PROCESS)


def _task_of_a_process(loop: asyncio.AbstractEventLoop, coro: Any, **options: Any) -> asyncio.Task[Any]:
    task = asyncio.Task(coro, loop=loop, **options)
    life = PROCESS.get()
    if life is not None:
        life.tasks.append(task)
        if len(life.tasks) > 50:
            life.tasks[:] = [task for task in life.tasks if not task.done()]
    return task


def _close(coro: Any) -> None:
    with suppress(Exception):  # a dead process neither awaits nor complains
        coro.close()


def _give(future: asyncio.Future[Any], outcome: Any) -> None:
    if not future.done():
        future.set_result(outcome)


def _raise(future: asyncio.Future[Any], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
