"""The client of an account, which a changed proxy or key replaces while tasks are waited for."""

from __future__ import annotations

import asyncio

from ..api import Client

_LONGEST_CALL = 1800.0
"""Seconds after which no call of a replaced client can still be going on."""


class Connection:
    def __init__(self, client: Client) -> None:
        self.client = client
        self.credits_used: int | None = None
        """UsedCredits, as long as nothing was submitted since it was read."""
        self._closing: dict[Client, asyncio.Task[None]] = {}

    def replace(self, client: Client) -> None:
        """From now on `client` makes the calls; those of the former one may end."""
        client.keep_time_of(self.client)
        former, self.client = self.client, client
        self._closing[former] = asyncio.create_task(self._close_later(former))

    async def aclose(self) -> None:
        for client, closing in self._closing.items():
            closing.cancel()
            await client.aclose()
        await self.client.aclose()

    async def _close_later(self, client: Client) -> None:
        await asyncio.sleep(_LONGEST_CALL)
        await client.aclose()
        del self._closing[client]
