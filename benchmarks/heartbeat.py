"""How long an event loop was kept from its work: a beat is due every millisecond, and the worst lateness counts.

Any program is late at times on a busy machine. So a process that does nothing but beat runs alongside, and its worst
lateness in the same moments is the machine's own limit. (CPython lets a thread run for 5 ms while others wait.)
"""

import asyncio
import functools
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import ours, peer, stages
from .idle import BEAT
from .service import LocalService

_ROUNDS = 3
NODE_LOOP, RUNNER_LOOP, PEER_LOOP = "ComfyUI's loop", "the runner's loop", "ComfyUI's loop, the peer"

Call = Callable[[], Coroutine[Any, Any, object]]


@dataclass(frozen=True)
class Block:
    """Seconds for which an event loop stood still: the median over runs of the worst moment of each."""

    whose: str
    worst: float
    idle_program: float


class Heartbeat:
    """Beats in the loop in which it is started."""

    def __init__(self) -> None:
        self.worst = 0.0
        self._beating = asyncio.ensure_future(self._beat())

    def stop(self) -> None:
        self._beating.cancel()

    async def _beat(self) -> None:
        due = time.monotonic() + BEAT
        while True:
            await asyncio.sleep(BEAT)
            now = time.monotonic()
            self.worst = max(self.worst, now - due)
            due = now + BEAT


class IdleProgram:
    """A process that only beats. `worst` is the most it was late between two moments of `time.monotonic`."""

    def __init__(self) -> None:
        command = [sys.executable, str(Path(__file__).with_name("idle.py"))]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._late: list[tuple[float, float]] = []

    def close(self) -> None:
        """Ends it; from now on `worst` can be asked for."""
        self._late = json.loads(self._process.communicate()[0])

    def worst(self, start: float, end: float) -> float:
        return max((late for moment, late in self._late if start <= moment <= end), default=0.0)


def blocks(service: LocalService) -> list[Block]:
    """Of ComfyUI's loop and the runner's during our call, lossless and compact, and of ComfyUI's during the peer's."""
    inputs = stages.call_inputs()
    asyncio.run(ours.execute(*inputs, 4999))  # the runner's loop is there from now on
    idle = IdleProgram()
    runs: dict[str, list[tuple[float, float, float]]] = {}

    def observe(call: Call, whose: Sequence[str]) -> None:
        start = time.monotonic()
        worst = observed(call)
        for name, late in zip(whose, worst, strict=False):
            runs.setdefault(name, []).append((late, start, time.monotonic()))

    for seed in range(_ROUNDS):
        for first_seed, upload_format in ((5000, "lossless"), (6000, "compact")):
            call = functools.partial(ours.execute, *inputs, first_seed + seed, upload_format)
            observe(call, [f"{NODE_LOOP}, {upload_format}", f"{RUNNER_LOOP}, {upload_format}"])
    for seed in range(2):
        observe(functools.partial(peer.apply, service.url, *inputs, 7000 + seed), [PEER_LOOP])
    idle.close()
    return [
        Block(
            whose,
            statistics.median(worst for worst, _, _ in found),
            statistics.median(idle.worst(start, end) for _, start, end in found),
        )
        for whose, found in runs.items()
    ]


def observed(call: Call) -> tuple[float, float]:
    """The worst block of the loop of the call, and of the runner's."""
    runner_loop = ours.runner()._loop
    beating = asyncio.run_coroutine_threadsafe(_started(), runner_loop).result()

    async def run() -> float:
        heartbeat = Heartbeat()
        await asyncio.sleep(2 * BEAT)
        await call()
        await asyncio.sleep(2 * BEAT)
        heartbeat.stop()
        return heartbeat.worst

    worst = asyncio.run(run())
    runner_loop.call_soon_threadsafe(beating.stop)
    return worst, beating.worst


async def _started() -> Heartbeat:
    return Heartbeat()
