"""What time it is: one place to ask, so that a clock which was set, or a made-up one, can be given instead."""

from __future__ import annotations

import time


class Clock:
    """The system's clocks, in seconds."""

    def time(self) -> float:
        """Unix time. It jumps when somebody sets the clock."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds since some moment. It never goes back, whoever sets the clock."""
        return time.monotonic()


SYSTEM_CLOCK = Clock()
