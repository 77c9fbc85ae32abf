"""What works for one account: its client, its search, its poller, its collector."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass

from ..api import Account, Client, Timeouts, tls_context
from ..ledger import LedgerThread, ResultFolder
from .collector import CheckPicture, Collector
from .delays import Delays
from .poller import Poller
from .search import Search


@dataclass(frozen=True)
class AccountSession:
    """Belongs to the runner's event loop."""

    client: Client
    search: Search
    poller: Poller
    collector: Collector


class AccountSessions:
    """One session for each account, made at its first use."""

    def __init__(
        self,
        ledger: LedgerThread,
        folder: ResultFolder,
        check_picture: CheckPicture,
        poll_interval: float | None,
        jitter: random.Random,
        delays: Delays,
        timeouts: Timeouts,
    ) -> None:
        self._ledger = ledger
        self._folder = folder
        self._check_picture = check_picture
        self._poll_interval = poll_interval
        self._jitter = jitter
        self._delays = delays
        self._timeouts = timeouts
        self._sessions: dict[Account, AccountSession] = {}

    async def of(self, account: Account) -> AccountSession:
        """Raises NotConfigured where the account cannot be called."""
        if account not in self._sessions:
            context = await asyncio.to_thread(tls_context)
            if account not in self._sessions:
                client = Client(account, ssl_context=context, timeouts=self._timeouts)
                search = Search(client, self._ledger)
                poller = Poller(client, self._poll_interval, self._jitter, self._delays)
                collector = Collector(client, self._folder, self._check_picture, self._jitter, self._delays)
                self._sessions[account] = AccountSession(client, search, poller, collector)
        return self._sessions[account]

    async def aclose(self) -> None:
        for session in self._sessions.values():
            await session.client.aclose()
