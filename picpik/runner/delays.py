"""How long the runner pauses between two tries, and how long something must last before it counts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Delays:
    """All in seconds. The defaults are what users get; a test that wants to see a thousand failures waits less."""

    first_retry: float = 0.5
    longest_retry: float = 30.0
    """Between two tries of a call that failed in passing: the first pause, which doubles up to the longest."""

    searches_after: tuple[float, ...] = (0.0, 1.0, 3.0)
    """Pauses before each search for a task whose submit got no answer: it may take a moment to be listed."""

    missing: float = 15.0
    """How long the service must go on not listing a task before it counts as gone: lists can lag behind."""

    heartbeat: float = 1.0
    dead_after: float = 5.0
    """Between two signs of life of a process that submits, and after how long without one it counts as dead."""
