"""What works for one account: its connection, its search, its poller, its collector."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

from ..api import Account, CallFailed, Client, Clock
from ..ledger import LedgerThread, Owners, ResultFolder
from .collector import CheckPicture, Collector
from .connection import Connection
from .delays import Delays
from .pace import Pace
from .poller import Poller
from .rhythm import Rhythm
from .search import Search
from .work import Work

Connect = Callable[[Account], Awaitable[Client]]


class AccountSession:
    """Belongs to the runner's event loop."""

    def __init__(
        self, connection: Connection, pace: Pace, search: Search, poller: Poller, collector: Collector
    ) -> None:
        self.connection = connection
        self.pace = pace
        self.search = search
        self.poller = poller
        self.collector = collector

    @property
    def client(self) -> Client:
        return self.connection.client


class AccountSessions:
    """One session for each account, made at its first use, and kept when its proxy or what is assumed changes."""

    def __init__(
        self,
        ledger: LedgerThread,
        folder: ResultFolder,
        owners: Owners,
        connect: Connect,
        check_picture: CheckPicture,
        *,
        work: Work,
        clock: Clock,
        poll_interval: float | None,
        jitter: random.Random,
        delays: Delays,
    ) -> None:
        self._ledger = ledger
        self._folder = folder
        self._owners = owners
        self._connect = connect
        self._check_picture = check_picture
        self._work = work
        self._clock = clock
        self._poll_interval = poll_interval
        self._jitter = jitter
        self._delays = delays
        self._sessions: dict[str, AccountSession] = {}
        self._making = asyncio.Lock()

    async def of(self, account: Account) -> AccountSession:
        """Raises NotConfigured where the account cannot be called."""
        async with self._making:
            session = self._sessions.get(account.identity)
            if session is None:
                session = self._sessions[account.identity] = self._session(account, await self._connect(account))
            elif session.client.account != account:
                session.connection.replace(await self._connect(account))
                session.poller.rhythm = self._rhythm(account)
            return session

    def now(self) -> float | None:
        """The time by a service's clock; None before any has told it."""
        clients = (session.client for session in self._sessions.values())
        return next((client.now() for client in clients if client.knows_the_time), None)

    async def aclose(self) -> None:
        for session in self._sessions.values():
            await session.connection.aclose()

    def _session(self, account: Account, client: Client) -> AccountSession:
        connection = Connection(client)
        pace = Pace()
        search = Search(
            connection, self._ledger, self._owners, self._work, self._clock, pace, self._jitter, self._delays
        )
        poller = Poller(connection, self._rhythm(account), pace, self._jitter, self._delays)
        collector = Collector(connection, self._folder, self._check_picture, self._work, self._jitter, self._delays)
        return AccountSession(connection, pace, search, poller, collector)

    def _rhythm(self, account: Account) -> Rhythm:
        return Rhythm(account.is_loopback, self._poll_interval, account.assumptions.poll_pause)


async def credits_used(client: Client) -> int | None:
    """UsedCredits of the account, or None where it cannot be told: it is evidence, not more."""
    try:
        return (await client.credits()).used
    except CallFailed:
        return None
