"""The two threads that share the pixel work of one picture or one batch.

Pixel loops of numpy, zlib and Pillow run outside the interpreter lock, so two threads really are two. Work given to
this pool never waits for other work of the pool, so callers may block on it from any other thread.
"""

from concurrent.futures import Executor, ThreadPoolExecutor
from functools import cache


@cache
def own_pool() -> Executor:
    """The package's own pool, made at the first use: importing starts no thread."""
    return ThreadPoolExecutor(max_workers=2, thread_name_prefix="picpik-imaging")
