"""What a batch holds in memory: at its peak, and for each task that waits. The child process of one measurement.

Two things are told: what is allocated, by Python's own count, and what the process grows by. That is more, for the
system's allocator keeps for each thread what that has freed, and the count itself takes some. The photos are 8-bit
tensors, which ComfyUI may hand on as well: of them as floats no machine has enough.
"""

import asyncio
import gc
import itertools
import json
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

import numpy as np
import torch

from . import batch_runs, ours, pictures
from .memory import forget_peak, status, trim
from .service import LocalService

_SETTLED = 1.0
"""Seconds after the last submit in which everything that ends with it has ended."""

_seeds = itertools.count(60_000)


def main(_comfyui: Path, *cases: str) -> None:
    """Prints bytes of each case, as 32x1536 for so many photos of this side.

    They are `peak` and `grown` of the batch, `waiting` of each of its tasks, and `encoded` of one picture.
    """
    service = LocalService()
    service.offer("small.png", pictures.result_file("print", 64, "PNG"))
    service.arrange(["small.png"], None)
    with tempfile.TemporaryDirectory(prefix="picpik-bench-", ignore_cleanup_errors=True) as folder:
        ours.set_up(service.url, Path(folder))
        _run(service, _batch(2, 256))  # warms all code paths
        told = [_measured(service, *map(int, case.split("x"))) for case in cases]
        ours.runner().stop()
    service.close()
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def _measured(service: LocalService, count: int, side: int) -> dict[str, float]:
    batch = _batch(count, side)
    encoded = ours.encode(batch[:1]).byte_count
    gc.collect()
    trim()
    before = status("VmRSS")
    forget_peak()
    tracemalloc.start()
    told = _run(service, batch) | {"encoded": encoded, "grown": status("VmHWM") - before}
    tracemalloc.stop()
    return told


def _batch(count: int, side: int) -> torch.Tensor:
    photo = pictures.photo(side)
    return torch.from_numpy(np.stack([np.roll(photo, 7 * index, axis=0) for index in range(count)]))


def _run(service: LocalService, batch: torch.Tensor) -> dict[str, float]:
    told: dict[str, float] = {}

    def look() -> None:
        time.sleep(_SETTLED)
        gc.collect()
        now, peak = tracemalloc.get_traced_memory()
        told.update(peak=peak, waiting=now / len(batch))

    with batch_runs.ending_once_all_wait(service, len(batch), look):
        asyncio.run(ours.extract(batch, next(_seeds)))
    return told
