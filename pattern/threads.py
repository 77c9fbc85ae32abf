"""Work on large arrays in more than one thread; numpy lets go of the interpreter meanwhile."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_MOST_THREADS = 4
Result = TypeVar("Result")


def in_slices(length: int, work: Callable[[slice], Result], longest: int) -> list[Result]:
    """What `work` returns for slices that together are range(length), in their order; they are worked on side by side.

    None of them is longer than `longest`, so that what is made of it stays in the processor's cache.
    """
    if length <= longest:
        return [work(slice(0, length))]
    threads = min(_MOST_THREADS, os.cpu_count() or 1)
    size = min(longest, -(-length // threads))
    slices = [slice(begin, min(begin + size, length)) for begin in range(0, length, size)]
    return list(_pool(threads).map(work, slices))


@functools.cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, "picpik-pattern")
