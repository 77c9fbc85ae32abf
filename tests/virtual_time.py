"""An event loop whose clock jumps to the next timer as soon as nothing is left to do: hours pass at once.

What asyncio would give to a thread is done in the loop. A test that would wait or go on for ever fails instead.
"""

from __future__ import annotations

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine
from typing import Any

from comfyui_picpik.picpik.api import Clock

START = 1_700_000_000.0
"""Unix time at which every virtual loop begins."""

_MOST_ROUNDS = 50_000
"""A story that has not ended after so many rounds of the loop has no end; one of two days takes some thousands."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """`time` counts virtual seconds from 0."""

    def __init__(self) -> None:
        self.now = 0.0
        super().__init__(_Selector(self))

    def time(self) -> float:
        return self.now

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:  # type: ignore[override]  # noqa: ARG002
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001  whoever awaits it gets it
            future.set_exception(error)
        return future


class _Selector(selectors.SelectSelector):
    """Where it would sleep, the time jumps."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop
        self._rounds = 0

    def select(self, timeout: float | None = None) -> Any:
        if timeout is None:
            raise AssertionError("nobody is left who could go on, and somebody waits all the same")
        self._rounds += 1
        if self._rounds > _MOST_ROUNDS:
            self._rounds = 0
            raise AssertionError(f"it goes on and on: {self._loop.now:.0f} s have passed")
        self._loop.now += max(0.0, timeout)
        return super().select(0)


class VirtualClock(Clock):
    """The clocks of a computer in virtual time; somebody may set it `ahead` seconds."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def time(self) -> float:
        return START + self.monotonic() + self.ahead

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()


def in_virtual_time(story: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """Makes a test of a coroutine function, which runs in a virtual loop of its own."""

    @functools.wraps(story)
    def test(*args: Any, **kwargs: Any) -> None:
        loop = VirtualLoop()
        try:
            loop.run_until_complete(story(*args, **kwargs))
        finally:
            while left := asyncio.all_tasks(loop):
                for task in left:
                    task.cancel()
                loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            loop.close()

    return test
