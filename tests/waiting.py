"""Waiting for what another thread does."""

from __future__ import annotations

import time
from collections.abc import Callable

_LONGEST = 60.0


def until(condition: Callable[[], object], what: str) -> None:
    """Returns as soon as `condition` holds; `what` says in a failure what was waited for."""
    end = time.monotonic() + _LONGEST
    while not condition():
        assert time.monotonic() < end, f"waited in vain until {what}"
        time.sleep(0.005)
