"""Waiting for what another thread does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

_LONGEST = 60.0


def until(condition: Callable[[], object], what: str) -> None:
    """Returns as soon as `condition` holds; `what` says in a failure what was waited for."""
    end = time.monotonic() + _LONGEST
    while not condition():
        assert time.monotonic() < end, f"waited in vain until {what}"
        time.sleep(0.005)


async def until_true(condition: Callable[[], Awaitable[object]], what: str = "it came true") -> None:
    """The same where the condition has to be asked for, as over HTTP."""
    end = time.monotonic() + _LONGEST
    while not await condition():
        assert time.monotonic() < end, f"waited in vain until {what}"
        await asyncio.sleep(0.01)
