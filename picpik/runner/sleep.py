"""A sleep from which one can be woken."""

from __future__ import annotations

import asyncio

from .settling import settle


class Sleep:
    """For one sleeper. A task for each sleep, as `asyncio.wait_for` on an Event makes one, is more than it needs."""

    def __init__(self) -> None:
        self._waking: asyncio.Future[bool] | None = None

    async def lasts(self, seconds: float) -> bool:
        """Sleeps. False where it was woken before so many seconds were over."""
        loop = asyncio.get_running_loop()
        self._waking = loop.create_future()
        timer = loop.call_later(seconds, settle, self._waking, True)
        try:
            return await self._waking
        finally:
            timer.cancel()

    def wake(self) -> None:
        """Nothing happens where nobody sleeps."""
        if self._waking is not None:
            settle(self._waking, False)
