"""How long the runner pauses between two tries, and how long something must last before it counts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Delays:
    """All in seconds. The defaults are what users get; a test that wants to see a thousand failures waits less."""

    first_retry: float = 0.5
    longest_retry: float = 30.0
    """Between two tries of a call that failed in passing: the first pause, which doubles up to the longest."""

    longest_pause: float = 300.0
    """The same for what nobody waits for any more, or what was refused."""

    first_look: float = 1.0
    longest_look: float = 5.0
    """Between two looks for a task whose submit got no answer: the first pause, which grows up to the longest."""

    search_window: float = 77.0
    """For so long the service must have answered every look before no task of a lost submit can come any more: its
    gateway's limit of 60 s, 15 s of slack, and 2 s for clocks that count whole seconds."""

    missing: float = 15.0
    """How long the service must go on not listing a task before that is said: lists can lag behind."""

    liveness: float = 0.25
    """Between two looks whether another process on the same home folder still lives."""
