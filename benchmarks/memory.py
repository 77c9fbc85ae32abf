"""Peak memory of one whole call, and what importing the pack costs: each measurement in a fresh process.

Peak memory is what the process held at most above what it held before the call (VmHWM, which Linux keeps), with the
code paths warmed by a small call first. What a call has let go of is not counted: glibc gives large blocks back at once
where it is told to (mallopt(3)). Else it keeps some of them, as many as the order of earlier ones has taught it, and
the same call ends 10 MB higher in one process than in the next.
"""

import asyncio
import ctypes
import gc
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from . import pictures
from .clock import Cost, median

_IMPORTS = 2
_GIVING_BACK = {"MALLOC_MMAP_THRESHOLD_": str(128 * 1024)}
_INPUTS = ("photo", "mask", "print")
OUTPUT_BYTES = pictures.RESULT_COUNT * pictures.RESULT_SIDE**2 * 3 * 4
"""The RGB output tensor, which any way of doing it has to hold."""


class Inputs(NamedTuple):
    """What one call gets."""

    raw: torch.Tensor
    mask: torch.Tensor
    pattern: torch.Tensor


@dataclass(frozen=True)
class Fresh:
    """Bytes at the peak of one call (0 where the system does not tell); of the import, medians over processes."""

    ours: float
    peer: float
    ours_kept: float
    peer_kept: float
    """The same with what the process keeps of what it has let go of."""
    importing: Cost
    describing: float
    """Seconds for which the pack's nodes hold up /object_info."""


def measured(comfyui: Path, service_url: str) -> Fresh:
    """Each in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        levels = Path(folder)
        for kind in _INPUTS:
            np.save(levels / f"{kind}.npy", _levels(kind))
        with ThreadPoolExecutor() as at_once:  # neither is timed
            children = [
                at_once.submit(child, comfyui, "memory", who, service_url, levels, environment=environment)
                for environment in (_GIVING_BACK, {})
                for who in ("ours", "peer")
            ]
        ours, peer, ours_kept, peer_kept = (each.result()["peak"] for each in children)
    imports = [child(comfyui, "importing") for _ in range(_IMPORTS)]
    return Fresh(
        ours,
        peer,
        ours_kept,
        peer_kept,
        median([Cost(each["wall"], each["cpu"]) for each in imports]),
        statistics.median(each["described"] for each in imports),
    )


def _levels(kind: str) -> np.ndarray:
    return {"photo": pictures.photo, "mask": pictures.mask, "print": pictures.print_}[kind](pictures.CALL_SIDE)


def child(comfyui: Path, *arguments: str | Path, environment: Mapping[str, str] | None = None) -> Any:
    """What a measurement of `start.py` tells that has a process of its own, with this added to our environment."""
    command = [sys.executable, Path(__file__).with_name("start.py"), comfyui, *arguments]
    done = subprocess.run(
        [str(word) for word in command],
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"a measuring process failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def main(_comfyui: Path, who: str, service_url: str, levels: str) -> None:
    """The child."""
    saved = [np.load(Path(levels) / f"{kind}.npy") for kind in _INPUTS]
    inputs = Inputs(*map(pictures.as_tensor, saved))
    small = Inputs(*(pictures.as_tensor(np.ascontiguousarray(one[::8, ::8])) for one in saved))
    run = _peer_call(service_url) if who == "peer" else _our_call(service_url, Path(levels))
    run(small, 1)
    gc.collect()
    trim()
    before = status("VmRSS")
    forget_peak()
    run(inputs, 2)
    sys.stdout.write(json.dumps({"peak": status("VmHWM") - before}) + "\n")
    sys.stdout.flush()


def _peer_call(service_url: str) -> Callable[[Inputs, int], object]:
    from . import peer

    return lambda inputs, seed: asyncio.run(peer.apply(service_url, *inputs, seed))


def _our_call(service_url: str, folder: Path) -> Callable[[Inputs, int], object]:
    from . import ours

    ours.set_up(service_url, Path(tempfile.mkdtemp(dir=folder)))
    return lambda inputs, seed: ours.apply(*inputs, seed, "lossless")


def trim() -> None:
    """Gives freed memory back, so that a call does not live on what was freed before."""
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)


def status(name: str) -> float:
    """A line of /proc/self/status in bytes; 0 where there is none."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0.0
    (line,) = (line for line in status.read_text().splitlines() if line.startswith(name + ":"))
    return int(line.split()[1]) * 1024.0


def forget_peak() -> None:
    """From now on VmHWM is what is held at most from now on."""
    clear = Path("/proc/self/clear_refs")
    if clear.exists():
        clear.write_text("5")
