"""How late pictures are for the rhythm of the polls alone, without any work."""

import random
import statistics
from collections.abc import Iterator
from dataclasses import dataclass

from ..picpik.runner.rhythm import Rhythm

DURATIONS = (5, 20, 60, 300, 600)
_SEEDS = range(201)
_JITTER = (0.9, 1.1)


@dataclass(frozen=True)
class Lateness:
    """Of tasks of this length, in seconds: the median of how late they are found to be over, and of their polls."""

    duration: float
    late: float
    polls: float


def of(rhythm: Rhythm) -> list[Lateness]:
    """For tasks of each length; the jitter of the polls is drawn."""
    return [_of(rhythm, duration) for duration in DURATIONS]


def _of(rhythm: Rhythm, duration: float) -> Lateness:
    drawn = [list(_polls(rhythm, duration, random.Random(seed))) for seed in _SEEDS]
    late = statistics.median(polls[-1] - duration for polls in drawn)
    return Lateness(duration, late, statistics.median(map(len, drawn)))


def _polls(rhythm: Rhythm, duration: float, draw: random.Random) -> Iterator[float]:
    """The ages at which a task is asked for, the last of which finds it over."""
    age = rhythm.first(None)
    yield age
    while age < duration:
        age += rhythm.interval(age) * draw.uniform(*_JITTER)
        yield age
