"""How a stage is timed: contestants in turn, several rounds, medians.

Wall time says what a person waits, but moves with whatever else the machine does. The CPU time of the process does
not, so it decides where both are given.
"""

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

FEWEST_ROUNDS = 3
MOST_ROUNDS = 5
_MEMORY_OF_STAGES = 1_500_000_000

Contestant = Callable[[], float | None]
"""One run of the work. May return seconds in which it slept, which are not counted."""


@dataclass(frozen=True)
class Cost:
    """Seconds on the wall clock, and of all cores of this process together."""

    wall: float
    cpu: float

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.wall + other.wall, self.cpu + other.cpu)


def interleaved(contestants: Mapping[str, Contestant], seconds: float) -> dict[str, Cost]:
    """The median cost of each contestant, from 3 to 5 rounds; no new round is begun after `seconds`."""
    _wake_memory()
    runs: dict[str, list[Cost]] = {name: [] for name in contestants}
    names = list(contestants)
    deadline = time.monotonic() + seconds
    for finished in range(MOST_ROUNDS):
        if finished >= FEWEST_ROUNDS and time.monotonic() > deadline:
            break
        for name in names:
            runs[name].append(_timed(contestants[name]))
        names.reverse()  # nobody always comes after the same other
    return {name: median(costs) for name, costs in runs.items()}


def once(contestant: Contestant) -> Cost:
    """One run of somebody so slow that no more are needed to tell by how much."""
    return _timed(contestant)


def median(costs: list[Cost]) -> Cost:
    """Of wall and of CPU time, each by itself."""
    return Cost(statistics.median(cost.wall for cost in costs), statistics.median(cost.cpu for cost in costs))


def _wake_memory() -> None:
    """Touches more memory than any stage takes, and gives it back.

    A virtual machine gets its memory from its host at the first touch, and loses it again when it is free for some
    seconds. That can cost more than the work of a stage, and falls to whoever comes first.
    """
    np.ones(_MEMORY_OF_STAGES, np.uint8)


def _timed(contestant: Contestant) -> Cost:
    gc.collect()
    cpu, wall = time.process_time(), time.perf_counter()
    slept = contestant()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return Cost(wall - (slept or 0.0), cpu)
