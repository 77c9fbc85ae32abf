"""The search for tasks whose submit got no answer: among the account's running tasks, until they cannot come any more.

One look (ListRunningTasks, and the details of what it lists) serves all submits of the account that are looked for. It
goes on until each is found, or until the service has answered every look through the whole search window and no task
can be it. A look that got no answer begins the window anew. Whoever waits may go away.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Protocol

from ..api import CallFailed, Clock, TaskDetail
from ..ledger import SUBMITTING, Ledger, LedgerThread, Owners, Record, Sighting
from .candidates import Candidate, Verdict, may_be_made_by, verdict
from .connection import Connection
from .delays import Delays
from .pace import Pace
from .retry import may_be_about_one_task, may_read_again, wait_before_retry
from .settling import settle
from .work import Work

_GATEWAY_LIMIT = 75.0
"""Seconds after the connection's end in which the service can still make a task of it."""

_SLOWEST = 3.0


class SearchExpired(Exception):
    """24 hours are over: whatever became of the submit, nothing of it is at the service any more."""


class Searcher(Protocol):
    """Whoever has a task looked for learns of each look."""

    def looking(self, seconds_left: float) -> None:
        """It was not among the tasks; it is looked for this long, if all goes well. 0: as long as candidates run."""
        ...

    def unanswered(self, error: CallFailed, is_final: bool) -> None:
        """The service could not be asked. `is_final`: it refuses to be asked."""
        ...


@dataclass(frozen=True)
class NotFound:
    """The window is over. `suspects` may be the task, and have told all that they will tell."""

    record: Record
    suspects: tuple[str, ...]


@dataclass(eq=False)
class _Lost:
    record: Record
    searcher: Searcher
    began: float | None
    """When its submit began on the monotonic clock; None where that was in another process."""
    ended: float | None
    """When its connection ended, on the same clock."""
    since: float
    """What was listed before is nothing about it."""
    looks: int = 0
    answered_from: float | None = None
    """When the first of the looks was that have all been answered since, on the monotonic clock."""
    last_look: float = 0.0
    future: asyncio.Future[Record | NotFound] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def settle(self, outcome: Record | NotFound | BaseException) -> None:
        settle(self.future, outcome)


class Search:
    """Looks for the tasks of one account's submits."""

    def __init__(
        self,
        connection: Connection,
        ledger: LedgerThread,
        owners: Owners,
        work: Work,
        clock: Clock,
        pace: Pace,
        jitter: random.Random,
        delays: Delays,
    ) -> None:
        self._connection = connection
        self._ledger = ledger
        self._owners = owners
        self._work = work
        self._clock = clock
        self._pace = pace
        self._jitter = jitter
        self._delays = delays
        self._lost: list[_Lost] = []
        # What any look has seen, of this process or another.
        self._candidates: dict[str, Candidate] = {}
        self._missed_since: dict[str, float] = {}
        self._answered_at = 0.0
        # Between the two the service has looked: whoever waits for a window to pass takes the shorter one.
        self._listed_at = self._told_at = 0.0
        self._arrival = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None
        self._last = float("-inf")
        self._failures = 0

    async def found(
        self, record: Record, searcher: Searcher, *, began: float | None = None, ended: float | None = None
    ) -> Record | NotFound:
        """Looks for the task of a row that was sent and has no TaskUID: the row with it, or what there is instead.

        `began` and `ended` are when the submit began and its connection ended, on the monotonic clock. A row that was
        looked for through the whole window before needs one more look that is answered. Raises SearchExpired.
        """
        lost = _Lost(record, searcher, began, ended, self._clock.monotonic())
        self._lost.append(lost)
        self._arrival.set()
        if self._looking is None:
            self._looking = asyncio.create_task(self._look_on())
            self._looking.add_done_callback(self._tell_of_a_crash)
        try:
            return await lost.future
        finally:
            self._lost.remove(lost)

    # -- one look after the other

    async def _look_on(self) -> None:
        while self._lost:
            await self._until_due()
            self._last = self._clock.monotonic()
            await self._look()
            await asyncio.sleep(0)  # those who are done leave
        self._looking = None

    async def _until_due(self) -> None:
        """Sleeps till the next look is due; one that is newly lost makes it due earlier."""
        while self._lost:
            self._arrival.clear()
            pause = min(self._pause(lost) for lost in self._lost)
            with suppress(asyncio.TimeoutError):
                left = self._last + pause - self._clock.monotonic()
                await asyncio.wait_for(self._arrival.wait(), max(0.0, left))
                continue
            return

    def _pause(self, lost: _Lost) -> float:
        growing = min(self._delays.longest_look, self._delays.first_look * max(1, lost.looks))
        return growing * self._slowness()

    def _slowness(self) -> float:
        """A task must not begin and end between two looks, however slowly an account may be called."""
        return min(_SLOWEST, self._pace.factor)

    async def _look(self) -> None:
        try:
            await self._see()
        except CallFailed as error:
            self._pace.failed(error)
            self._failures += 1
            for lost in self._lost:
                lost.answered_from = None
                lost.searcher.unanswered(error, not may_read_again(error))
            await asyncio.sleep(wait_before_retry(self._failures, error, self._jitter, self._delays))
            return
        self._pace.answered()
        self._failures = 0
        for lost in [lost for lost in self._lost if lost.since <= self._listed_at]:
            await self._judge(lost)

    async def _see(self) -> None:
        """Sees what is running now, and asks on about what was seen before and has not told enough.

        What is seen is written down before anything else can go wrong: it may be the last look at which a task of this
        or of another process was running.
        """
        client = self._connection.client
        self._listed_at = self._clock.monotonic()
        running = await client.running_tasks()
        self._told_at = self._clock.monotonic()
        now, account = client.now(), client.account.identity
        seen = await self._ledger(Ledger.see, account, running, self._answered_at, now)
        self._answered_at = now
        candidates = {each.task_uid: Candidate.of(each) for each in seen} | await self._forgotten(seen)
        self._candidates = {uid: self._candidates.get(uid, candidate) for uid, candidate in candidates.items()}
        asked = [uid for uid in self._candidates if self._may_tell_more(uid)]
        details = await self._details(asked)
        told = [
            Sighting(uid, 0.0, detail.action, detail.seed) for uid, detail in details.items() if self._is_new(detail)
        ]
        self._note(asked, running, details)
        if told:
            await self._ledger(Ledger.note_told, account, told)

    async def _forgotten(self, seen: Sequence[Sighting]) -> dict[str, Candidate]:
        """Suspects that the ledger has no sighting of, as one in memory: they are suspects all the same."""
        suspects = {uid for lost in self._lost for uid in lost.record.suspects}
        forgotten = suspects - {each.task_uid for each in seen}
        taken = await self._taken(forgotten)
        return {uid: Candidate(uid, 0.0) for uid in sorted(forgotten - taken)}

    def _is_new(self, detail: TaskDetail) -> bool:
        """Does it tell more of the task than was told before?"""
        candidate = self._candidates.get(detail.task_uid)
        before = candidate.detail if candidate else None
        return before is None or (before.action, before.seed) != (detail.action, detail.seed)

    async def _suspect(self, lost: _Lost, candidates: Sequence[Candidate]) -> None:
        suspects = tuple(sighting.task_uid for sighting in candidates)
        if lost.record.task_uid is None and suspects != lost.record.suspects:
            lost.record = await self._ledger(Ledger.write, replace(lost.record, suspects=suspects))

    def _note(self, asked: Sequence[str], running: Sequence[str], details: Mapping[str, TaskDetail]) -> None:
        """What was told of the tasks; one that is listed nowhere for a while will tell no more."""
        now = self._clock.monotonic()
        self._missed_since = {uid: since for uid, since in self._missed_since.items() if uid in self._candidates}
        for uid in asked:
            if uid in details:
                self._candidates[uid] = replace(self._candidates[uid], detail=details[uid])
            if uid in details or uid in running:
                self._missed_since.pop(uid, None)
            elif now - self._missed_since.setdefault(uid, now) >= self._delays.missing:
                self._candidates[uid] = replace(self._candidates[uid], is_gone=True)

    async def _forget_what_is_taken(self, task_uids: Sequence[str]) -> None:
        for uid in await self._taken(task_uids):
            self._candidates.pop(uid, None)

    async def _taken(self, task_uids: Collection[str]) -> set[str]:
        """Tasks that other requests got as the answer to their submit: they are nobody else's."""
        return await self._ledger(Ledger.submitted_among, task_uids, self._connection.client.account.identity)

    def _may_tell_more(self, uid: str) -> bool:
        candidate = self._candidates[uid]
        if candidate.is_gone:
            return False
        if candidate.detail is None:
            return True
        verdicts = (verdict(lost.record, candidate, self._latest(lost)) for lost in self._lost)
        return not candidate.has_ended and Verdict.UNDECIDED in verdicts

    async def _details(self, task_uids: Sequence[str]) -> dict[str, TaskDetail]:
        """What the service tells of the tasks. One about which it refuses to tell does not keep the others from it."""
        if not task_uids:
            return {}
        try:
            return await self._connection.client.task_details(task_uids[:100]) | await self._details(task_uids[100:])
        except CallFailed as error:
            if not may_be_about_one_task(error):
                raise
            if len(task_uids) == 1:
                return {}
            middle = len(task_uids) // 2
            return await self._details(task_uids[:middle]) | await self._details(task_uids[middle:])

    # -- one request

    async def _judge(self, lost: _Lost) -> None:
        """Decides, after a look that was answered, what is known of one request."""
        now = self._clock.monotonic()
        if lost.answered_from is None or now - lost.last_look > self._longest_gap():
            lost.answered_from = self._told_at
        lost.last_look = now
        lost.looks += 1
        if lost.record.is_expired(self._connection.client.now()):
            lost.settle(SearchExpired())
            return
        lost.record = self._timed(lost)
        # In this order: another that gets its answer meanwhile is still a rival, or its task is taken.
        others = await self._ledger(Ledger.rivals, lost.record)
        await self._forget_what_is_taken([one.task_uid for some in self._candidates_of(lost) for one in some])
        fits, undecided = self._candidates_of(lost)
        rivals = self._rivals(others, fits)
        if len(fits) == 1 and not undecided and not rivals:
            found = await self._ledger(Ledger.adopt, lost.record, fits[0].task_uid, self._connection.client.now())
            if found is not None:
                lost.settle(found)
                return
        await self._suspect(lost, [*fits, *undecided])
        if lost.record.task_uid is not None:  # another process has found it
            lost.settle(lost.record)
        elif (left := self._seconds_left(lost)) > 0:
            lost.searcher.looking(left)
        elif await self._may_change(fits, undecided, rivals):
            lost.searcher.looking(0.0)
        else:
            lost.settle(NotFound(lost.record, lost.record.suspects))

    def _timed(self, lost: _Lost) -> Record:
        """The row with the time of its submit by the service's clock, once that is known."""
        record = lost.record
        if record.is_timed or record.search_ended is not None or lost.looks > 1:
            return record
        ago = 0.0 if lost.began is None else self._clock.monotonic() - lost.began
        return replace(record, submit_began=self._connection.client.now() - ago, is_timed=lost.began is not None)

    def _longest_gap(self) -> float:
        """Seconds between two looks in which a task can hardly have begun and ended unseen."""
        return 3 * self._delays.longest_look * self._slowness()

    def _seconds_left(self, lost: _Lost) -> float:
        if lost.record.search_ended is not None:
            return 0.0
        return self._delays.search_window - (self._listed_at - (lost.answered_from or 0.0))

    def _latest(self, lost: _Lost) -> float:
        """Until when the task can have been made, by the service's clock."""
        now = self._connection.client.now()
        if lost.record.search_ended is not None:
            return lost.record.search_ended
        if lost.ended is None:
            return now
        return min(now, now - (self._clock.monotonic() - lost.ended) + _GATEWAY_LIMIT)

    def _candidates_of(self, lost: _Lost) -> tuple[list[Candidate], list[Candidate]]:
        """Tasks that are this one by all that is told, and those that do not tell."""
        latest = self._latest(lost)
        fits: list[Candidate] = []
        undecided: list[Candidate] = []
        for candidate in self._candidates.values():
            found = verdict(lost.record, candidate, latest)
            if found is Verdict.FITS:
                fits.append(candidate)
            elif found is Verdict.UNDECIDED:
                undecided.append(candidate)
        return fits, undecided

    def _rivals(self, others: Sequence[Record], fits: Sequence[Candidate]) -> list[Record]:
        """Other submits without an answer that one of these tasks may be of: a wrong picture is worse than none."""
        now = self._connection.client.now()
        return [
            rival
            for rival in others
            if not rival.is_expired(now)
            and any(may_be_made_by(rival, candidate, rival.search_ended or now) for candidate in fits)
        ]

    async def _may_change(
        self, fits: Sequence[Candidate], undecided: Sequence[Candidate], rivals: Sequence[Record]
    ) -> bool:
        """Is there another submit that will get its answer, or a candidate that tells more, and would that help?"""
        for rival in rivals:
            if rival.state == SUBMITTING and await self._work(self._owners.is_alive, rival.owner):
                return True
        if len(fits) > 1 or (fits and rivals):  # whatever the others are, these two cannot be told apart
            return False
        return any(not candidate.has_ended for candidate in undecided)

    def _tell_of_a_crash(self, looking: asyncio.Task[None]) -> None:
        """Nobody may wait for ever on a search that has died of a fault of ours."""
        if self._looking is looking:
            self._looking = None
        if not looking.cancelled() and (crash := looking.exception()) is not None:
            for lost in self._lost:
                lost.settle(crash)
