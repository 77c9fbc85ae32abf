"""Hashing, checking and saving, beside the runner's event loop and apart from what looks up names for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_R = TypeVar("_R")


class Work:
    """`await work(function, *arguments)` in one of a few threads."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(4, "picpik-work")

    async def __call__(self, function: Callable[_P, _R], *args: _P.args, **kwargs: _P.kwargs) -> _R:
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: function(*args, **kwargs))

    def close(self) -> None:
        self._threads.shutdown(cancel_futures=True)
