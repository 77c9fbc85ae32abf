"""An event loop without a wait: its clock jumps to the next timer as soon as nothing is left to do.

Several processes share it. What a process has begun carries its name along (`PROCESS`), so that a process can stand
still, or end at once without a last word, as `kill -9` ends one.
"""

from __future__ import annotations

import asyncio
import contextvars
import functools
import heapq
import itertools
import random
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any


class Stalled(Exception):
    """Nothing is left to do, no timer runs, and somebody waits all the same."""


class Handle:
    """A callback that is to be called, at `when` or, where that is None, as soon as possible."""

    __slots__ = ("args", "callback", "context", "when")

    def __init__(
        self, callback: Callable[..., Any], args: tuple[Any, ...], context: contextvars.Context, when: float | None
    ) -> None:
        self.callback: Callable[..., Any] | None = callback
        self.args = args
        self.context = context
        self.when = when

    def cancel(self) -> None:
        self.callback, self.args = None, ()


class Life:
    """Whether a process goes on: `handles` is what waits meanwhile for one that stands still; None while it runs."""

    def __init__(self) -> None:
        self.handles: list[Handle] | None = None
        self.is_over = False
        self.tasks: list[asyncio.Task[Any]] = []


PROCESS: contextvars.ContextVar[Life | None] = contextvars.ContextVar("process", default=None)

_CLOCK_RESOLUTION = 1e-9
"""Timers that are no further apart are due together."""


class VirtualLoop(asyncio.AbstractEventLoop):
    """Has no selector, no sockets and no threads; `time` counts virtual seconds from 0.

    What asyncio would give to a thread is done at once, and its outcome arrives after a short virtual while, drawn from
    `draw`, so that whatever may happen meanwhile does. The same draws give the same run.

    asyncio's own base of loops does more for each callback than most of ours do, so this one does without it.
    """

    LONGEST_WORK = 0.02

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.failures: list[str] = []
        self._now = 0.0
        self._ready: deque[Handle] = deque()
        self._timers: list[tuple[float, int, Handle]] = []
        self._numbers = itertools.count()
        self._is_stopping = False
        self._is_closed = False
        self.create_future = functools.partial(asyncio.Future, loop=self)

    def time(self) -> float:
        return self._now

    # -- running

    def run_until_complete(self, future: Any) -> Any:
        waiting = asyncio.ensure_future(future, loop=self)
        waiting.add_done_callback(self._stop)
        asyncio._set_running_loop(self)
        try:
            while not self._is_stopping:
                self._run_once()
        finally:
            asyncio._set_running_loop(None)
            self._is_stopping = False
            waiting.remove_done_callback(self._stop)
        return waiting.result()

    def _stop(self, _: asyncio.Future[Any]) -> None:
        self._is_stopping = True

    def _run_once(self) -> None:
        """Calls what is ready or due now; what that makes ready comes after it."""
        ready, timers = self._ready, self._timers
        if not ready:
            self._now += max(0.0, self._next_timer() - self._now)
        due = self._now + _CLOCK_RESOLUTION
        while timers and timers[0][0] < due:
            ready.append(heapq.heappop(timers)[2])
        for _ in range(len(ready)):
            if not ready:  # one of them has made others stand still
                break
            handle = ready.popleft()
            if handle.callback is None:
                continue
            try:
                handle.context.run(handle.callback, *handle.args)
            except (SystemExit, KeyboardInterrupt):
                raise
            except BaseException as error:  # noqa: BLE001  it is told, and the others go on
                self.call_exception_handler({"message": f"Exception in callback {handle.callback}", "exception": error})

    def _next_timer(self) -> float:
        timers = self._timers
        while timers and timers[0][2].callback is None:
            heapq.heappop(timers)
        if not timers:
            raise Stalled("nobody is left who could go on")
        return timers[0][0]

    # -- processes

    def freeze(self, life: Life) -> None:
        """Nothing of the process happens any more, until `thaw`, if ever."""
        ready, timers = [*self._ready], [*self._timers]
        self._ready.clear()
        self._ready.extend(handle for handle in ready if _life_of(handle) is not life)
        self._timers[:] = [timer for timer in timers if _life_of(timer[2]) is not life]
        heapq.heapify(self._timers)
        life.handles = [handle for handle in ready if _life_of(handle) is life]
        life.handles += [handle for _, _, handle in timers if _life_of(handle) is life]

    def thaw(self, life: Life) -> None:
        handles, life.handles = life.handles or [], None
        for handle in handles:
            if handle.when is not None and handle.when > self._now:
                heapq.heappush(self._timers, (handle.when, next(self._numbers), handle))
            else:
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

    # -- what asyncio asks of a loop

    def call_soon(self, callback: Callable[..., Any], *args: Any, context: Any = None) -> Any:
        if context is None:
            context = contextvars.copy_context()
        handle = Handle(callback, args, context, None)
        life = context.get(PROCESS)
        if life is None or life.handles is None:
            self._ready.append(handle)
        elif not life.is_over:
            life.handles.append(handle)
        return handle

    def call_at(self, when: float, callback: Callable[..., Any], *args: Any, context: Any = None) -> Any:
        if context is None:
            context = contextvars.copy_context()
        handle = Handle(callback, args, context, when)
        life = context.get(PROCESS)
        if life is None or life.handles is None:
            heapq.heappush(self._timers, (when, next(self._numbers), handle))
        elif not life.is_over:
            life.handles.append(handle)
        return handle

    def call_later(self, delay: float, callback: Callable[..., Any], *args: Any, context: Any = None) -> Any:
        return self.call_at(self._now + delay, callback, *args, context=context)

    def call_soon_threadsafe(self, callback: Callable[..., Any], *args: Any, context: Any = None) -> Any:
        return self.call_soon(callback, *args, context=context)

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:  # type: ignore[override]  # noqa: ARG002
        future = self.create_future()
        try:
            outcome, how = func(*args), _give
        except Exception as error:  # noqa: BLE001  whoever awaits it gets it
            outcome, how = error, _raise
        self.call_later(self.draw.random() * self.LONGEST_WORK, how, future, outcome)
        return future

    def create_task(self, coro: Any, **options: Any) -> asyncio.Task[Any]:
        task = asyncio.Task(coro, loop=self, **options)
        life = PROCESS.get()
        if life is not None:
            life.tasks.append(task)
            if len(life.tasks) > 50:
                life.tasks[:] = [task for task in life.tasks if not task.done()]
        return task

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        self.failures.append(f"{context['message']}: {context.get('exception')!r}")

    get_debug = staticmethod(bool)  # False, in C: every future and every task asks for it

    def is_running(self) -> bool:
        return asyncio._get_running_loop() is self

    def is_closed(self) -> bool:
        return self._is_closed

    def close(self) -> None:
        self._is_closed = True
        self._ready.clear()
        self._timers.clear()


def _life_of(handle: Handle) -> Life | None:
    return handle.context.get(PROCESS)


def _close(coro: Any) -> None:
    with suppress(Exception):  # a dead process neither awaits nor complains
        coro.close()


def _give(future: asyncio.Future[Any], outcome: Any) -> None:
    if not future.done():
        future.set_result(outcome)


def _raise(future: asyncio.Future[Any], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
