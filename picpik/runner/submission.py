"""Submitting a paid request: at most once, and knowing afterwards whether it was accepted.

send ──accepted──────────────────────────────────────────────► TaskUID
 ├──certainly not accepted (no connection, throttled)──► wait, send again, a few times
 ├──refused──────────────────────────────────────────────────► error
 └──anything else──────────────────────────────────────────► AnswerLost: it may have been accepted
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from ..api import CallFailed, Client, Clock
from ..ledger import FAILED, SUBMITTED, Ledger, LedgerThread, Record, TaskBelongsElsewhere
from .connection import Connection
from .delays import Delays
from .errors import Withdrawn
from .pace import Pace
from .progress import Phase
from .retry import SubmitVerdict, judge_submit, wait_before_retry

_SENDS = 5


class TakenOver(Exception):
    """Another process has taken the request over, or has its TaskUID: it must not be sent here."""


class AnswerLost(Exception):
    """The submit may have been accepted. `began` and `ended` are on the monotonic clock."""

    def __init__(self, record: Record, error: CallFailed, began: float, ended: float) -> None:
        super().__init__(error.what)
        self.record = record
        self.error = error
        self.began = began
        self.ended = ended


class Submission:
    """One request on its way to a TaskUID. Its row in the ledger is the caller's."""

    def __init__(
        self,
        connection: Connection,
        pace: Pace,
        ledger: LedgerThread,
        record: Record,
        params: Mapping[str, Any],
        *,
        unwatched: asyncio.Event,
        say: Callable[[Phase, str | None], None],
        clock: Clock,
        jitter: random.Random,
        delays: Delays,
    ) -> None:
        self._connection = connection
        self._pace = pace
        self._ledger = ledger
        self._record = record
        self._params = params
        self._unwatched = unwatched
        self._say = say
        self._clock = clock
        self._jitter = jitter
        self._delays = delays

    async def send(self) -> Record:
        """Sends the request and returns its record with a TaskUID.

        Raises CallFailed where it was certainly not accepted, AnswerLost where nobody can tell, Withdrawn where
        nobody wanted it any more before it was sent, and TakenOver. The ledger says the same when this returns or
        raises.
        """
        try:
            return await self._send_until_decided()
        except (CallFailed, Withdrawn) as error:
            await self._write(state=FAILED, current_key=None, ended=self._connection.client.now(), message=error.what)
            raise

    async def _send_until_decided(self) -> Record:
        attempt = 0
        while True:
            attempt += 1
            if self._unwatched.is_set():
                raise Withdrawn
            self._say(Phase.SUBMITTING, None)
            await self._begin()
            began = self._clock.monotonic()
            client = self._connection.client  # another may take its place meanwhile, which does not know the time yet
            try:
                task_uid = await client.submit(self._params)
            except CallFailed as error:
                self._pace.failed(error)
                verdict = judge_submit(error)
                if verdict is SubmitVerdict.UNKNOWN:
                    raise AnswerLost(self._record, error, began, self._clock.monotonic()) from None
                if verdict is SubmitVerdict.REFUSED or attempt == _SENDS:
                    raise
                self._say(Phase.SUBMITTING, error.what)
                await self._pause(wait_before_retry(attempt, error, self._jitter, self._delays))
            else:
                return await self._accepted(client, task_uid, began)

    async def _begin(self) -> None:
        client = self._connection.client
        begun = await self._ledger(
            Ledger.begin_submit,
            replace(
                self._record,
                submit_began=client.now(),
                is_timed=client.knows_the_time,
                credits_before=self._connection.credits_used,
            ),
        )
        if begun is None:
            raise TakenOver
        self._record = begun

    async def _accepted(self, client: Client, task_uid: str, began: float) -> Record:
        self._connection.credits_used = None
        sent = client.now() - (self._clock.monotonic() - began)
        accepted = replace(
            self._record,
            state=SUBMITTED,
            task_uid=task_uid,
            submit_began=sent,
            is_timed=client.knows_the_time,
            submitted=client.now(),
        )
        try:
            return await self._ledger(Ledger.write, accepted)
        except TaskBelongsElsewhere:
            # it may have been collected by its TaskUID alone before this was written down
            adopted = await self._ledger(Ledger.adopt, accepted, task_uid, client.now())
            if adopted is not None:
                return adopted
            error = CallFailed(f"PICPIK answered with task {task_uid}, which another request has already.", "")
            raise AnswerLost(self._record, error, began, self._clock.monotonic()) from None

    async def _pause(self, seconds: float) -> None:
        """Waits, but no longer than somebody wants the request."""
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._unwatched.wait(), seconds)

    async def _write(self, **changes: Any) -> None:
        self._record = await self._ledger(Ledger.write, replace(self._record, **changes))
