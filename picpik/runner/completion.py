"""From an accepted task to its stored results.

Waits for the task's end as long as anything may come of it, 24 hours, whoever waits for it or not. What keeps it is
told to whoever waits at that moment; each picture is stored for itself.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from ..api import CallFailed, Clock, TaskDetail, TaskStatus
from ..ledger import FAILED, FINISHED, STORED, Ledger, LedgerThread, Record
from .account_session import AccountSession
from .collector import Collected
from .delays import Delays
from .errors import ResultUnavailable, TaskError, TaskFailed, TaskLost, TaskNotFound, TaskNotListed, TaskOutOfReach
from .job import Job
from .progress import Phase
from .retry import may_be_about_one_task
from .task_result import TaskResult

_log = logging.getLogger("picpik")

_PAST_TASKS = 20
_MISSES_TILL_SAID = 4

_SOON, _SHARE_OF_AGE = 5.0, 0.25
"""An end that is seen so many seconds, or so much of the task's age, after the last look counts as seen."""


class Completion:
    """Brings the accepted task of one job to its end. `result_of` makes what is handed out of what is stored."""

    def __init__(
        self,
        job: Job,
        session: AccountSession,
        ledger: LedgerThread,
        result_of: Callable[[Record, str], TaskResult],
        clock: Clock,
        delays: Delays,
    ) -> None:
        self._job = job
        self._session = session
        self._ledger = ledger
        self._result_of = result_of
        self._clock = clock
        self._delays = delays
        self._task_uid = job.record.task_uid or ""
        self._misses = 0
        self._missed_since = 0.0
        self._was_listed = False
        self._unfinished_at: float | None = None
        self._shortest_past: float | None = None
        self._state = "not listed"
        self._answer = ""
        self._said: set[str] = set()

    async def stored(self) -> Record:
        """The row with its results on disk. Raises TaskError where there will be none."""
        tries = 0
        while True:
            detail = await self._finished()
            if self._job.record.is_stored:  # by another process
                return self._job.record
            self._job.say(Phase.DOWNLOADING)
            collected = await self._session.collector.collect(detail, self._job.record.files)
            if not collected.missing:
                return await self._write(state=STORED, files=collected.files)
            await self._write(files=collected.files)
            if self._is_past_collecting():
                return await self._given_up(collected)
            self._tell_what_is_missing(collected)
            tries += 1
            await self._pause(min(self._delays.longest_pause, self._delays.first_retry * 2 ** min(tries + 1, 12)))

    async def _finished(self) -> TaskDetail:
        """Waits for the task's end, however often asking fails."""
        while (detail := await self._polled()) is None:
            await self._give_up()
        record = self._job.record
        if detail.status is TaskStatus.FAILED:
            raise await self._ended_badly(TaskFailed(self._task_uid, detail.error_code, detail.error_message))
        # a task that is collected by its TaskUID alone is known by what the service says of it
        asked = {} if record.action else {"action": detail.action, "seed": detail.seed}
        count = len(detail.image_urls) + len(detail.texts)
        ended = record.ended or self._end_as_seen()
        await self._write(state=FINISHED, points_spent=detail.points_spent, results=count, ended=ended, **asked)
        return detail

    async def _polled(self) -> TaskDetail | None:
        age, self._shortest_past = await self._age_and_shortest_past(self._job.record)
        hurrying = asyncio.create_task(self._hurry())
        try:
            return await self._session.poller.ended(self._task_uid, self, age, self._shortest_past)
        finally:
            hurrying.cancel()

    def _end_as_seen(self) -> float | None:
        """When the task ended, by the service's clock; None where nobody was looking for long before it was seen.

        What such tasks take is known from this, and says when the next one is asked for first.
        """
        now, began = self._session.client.now(), self._job.record.submitted
        if began is None:
            return None
        unfinished = began + (self._shortest_past or 0.0) if self._unfinished_at is None else self._unfinished_at
        return now if now - unfinished <= max(_SOON, _SHARE_OF_AGE * (now - began)) else None

    async def _age_and_shortest_past(self, record: Record) -> tuple[float, float | None]:
        """Nothing is taken for known of them before the service has told its time: our clock may be days off."""
        client = self._session.client
        if not client.knows_the_time or not record.action:
            return 0.0, None
        past = await self._ledger(Ledger.seconds_taken, record, _PAST_TASKS)
        return max(0.0, client.now() - (record.submit_began or record.created)), min(past, default=None)

    async def _hurry(self) -> None:
        """Whoever comes to wait shall not wait for a long pause to end."""
        while True:
            self._job.joined.clear()
            await self._job.joined.wait()
            self._session.poller.hurry(self._task_uid)

    # -- what the poller tells

    def told(self, detail: TaskDetail | None) -> bool:
        if detail is None:
            self._job.hindered("PICPIK does not list the task.")
            return self._missed()
        self._was_listed = True
        self._misses = 0
        self._state = detail.status_text
        self._unfinished_at = self._session.client.now()
        self._job.saw(detail)
        return self._is_past_collecting()

    def troubled(self, error: CallFailed | None) -> None:
        self._job.troubled(error)

    def refused(self, error: CallFailed) -> bool:
        self._job.troubled(error)
        if may_be_about_one_task(error) and not self._is_known:
            self._answer = error.what
            return True
        self._tell(TaskOutOfReach(self._task_uid, error.what))
        return self._is_past_collecting()

    def _missed(self) -> bool:
        now = self._clock.monotonic()
        if self._misses == 0:
            self._missed_since = now
        self._misses += 1
        if self._misses < _MISSES_TILL_SAID or now - self._missed_since < self._delays.missing:
            return False
        self._state = "not listed"
        if self._is_past_collecting() or not self._is_known:
            return True
        self._tell(TaskNotListed(self._task_uid))
        return False

    async def _give_up(self) -> None:
        """Raises why it is waited for no longer, unless it turns out that there is such a task."""
        if self._is_known:
            raise await self._ended_badly(TaskLost(self._task_uid, self._state))
        error, record = TaskNotFound(self._task_uid, self._answer), self._job.record
        self._job.record = await self._ledger(Ledger.write, replace(record, **self._failed(error)))
        if self._job.record.id == record.id:
            self._job.say(Phase.FAILED)
            raise error
        # Else it has become the task of a submit meanwhile, of which only the service's own words say that it is over.

    @property
    def _is_known(self) -> bool:
        """Is there such a task? A TaskUID that somebody has typed may be none."""
        return self._job.record.was_sent or self._was_listed

    # -- results that cannot be had

    def _tell_what_is_missing(self, collected: Collected) -> None:
        if collected.files:
            self._job.tell(self._result_of(self._job.record, collected.missing[0].reason))
        else:
            self._tell(self._unavailable(collected))

    async def _given_up(self, collected: Collected) -> Record:
        """24 hours are over: what there is is all that there will be."""
        if collected.files:
            return await self._write(state=STORED)
        raise await self._ended_badly(self._unavailable(collected))

    def _unavailable(self, collected: Collected) -> ResultUnavailable:
        missing = next((each for each in collected.missing if each.kept), collected.missing[0])
        return ResultUnavailable(self._task_uid, missing.reason, missing.kept)

    async def _ended_badly(self, error: TaskError) -> TaskError:
        self._job.say(Phase.FAILED)
        await self._write(**self._failed(error))
        return error

    def _failed(self, error: TaskError) -> dict[str, Any]:
        return {"state": FAILED, "current_key": None, "ended": self._session.client.now(), "message": error.what}

    # --

    def _tell(self, error: TaskError) -> None:
        """Tells whoever waits; where nobody does, the log, once."""
        if not self._job.unwatched.is_set():
            self._job.tell(error)
        elif error.what not in self._said:
            self._said.add(error.what)
            _log.warning("PICPIK, in the background: %s", error)

    def _is_past_collecting(self) -> bool:
        """Before the service has told its time, that is by our clock, which may be days off."""
        client, record = self._session.client, self._job.record
        trusted = record if client.knows_the_time else replace(record, is_timed=False, search_ended=None)
        return trusted.is_expired(client.now())

    async def _pause(self, seconds: float) -> None:
        """Waits, but no longer than until somebody comes to wait for the results."""
        self._job.joined.clear()
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._job.joined.wait(), seconds)

    async def _write(self, **changes: Any) -> Record:
        record = self._job.record
        written = await self._ledger(Ledger.write, replace(record, **changes))
        if written.id != record.id:  # what was asked for by its TaskUID has become the row of its submit
            written = await self._ledger(Ledger.write, replace(written, **changes))
        self._job.record = written
        return written
