"""The runner without its thread: from request to job, and from job to stored results, all in one event loop.

A request goes through these steps, each a method or a module:

    1. Core.submit            the same request is the same job               (this file)
    2. Acceptance.record_of   does the ledger know it?                       (acceptance.py)
    3. Submission.send        submit at most once                            (submission.py)
    4. Search.found           a lost answer: was it accepted?                (search.py, candidates.py)
    5. Poller.ended           one poll per tick for all waiting tasks        (poller.py, rhythm.py)
    6. Collector.collect      download, check, store                         (collector.py)
    7. Handle.result          the node awaits it                             (handle.py)

Whoever waits may go away at any time; a request that was sent is carried to its end all the same.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..api import (
    MAX_SEED,
    RANDOM_SEED,
    Account,
    Clock,
    PicpikError,
    Request,
    request_key,
    unseeded_key,
)
from ..ledger import UNKNOWN, Ledger, LedgerThread, Owners, Record, ResultFolder, drop_oldest, new_record
from .acceptance import Acceptance
from .account_session import AccountSessions, Connect
from .collector import CheckPicture
from .completion import Completion
from .delays import Delays
from .errors import OutcomeUnknown, SearchEnded, Undecided, Withdrawn
from .handle import Handle
from .job import Job
from .progress import Phase
from .task_result import TaskResult
from .work import Work

_log = logging.getLogger("picpik")

_PREPARED_AT_ONCE = 2
"""Requests whose pictures are hashed or encoded: what two threads have to do."""


class Core:
    """Belongs to one event loop. What it needs of the world is given to it."""

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
        jitter: random.Random,
        delays: Delays,
        poll_interval: float | None,
        keep_bytes: int,
    ) -> None:
        self._ledger = ledger
        self._folder = folder
        self._owners = owners
        self._work = work
        self._clock = clock
        self._jitter = jitter
        self._delays = delays
        self._keep_bytes = keep_bytes
        self._sessions = AccountSessions(
            ledger,
            folder,
            owners,
            connect,
            check_picture,
            work=work,
            clock=clock,
            poll_interval=poll_interval,
            jitter=jitter,
            delays=delays,
        )
        self._acceptance = Acceptance(ledger, folder, owners, work=work, clock=clock, jitter=jitter, delays=delays)
        self._places = asyncio.Semaphore(_PREPARED_AT_ONCE)
        self._entering = asyncio.Lock()
        self._live: dict[str, Job] = {}
        self._held: set[Job] = set()
        self._searched: set[str] = set()
        self._dropping: asyncio.Task[None] | None = None
        self._has_grown = False
        self.incomplete = 0
        """How often results were handed out of which some are missing."""

    async def submit(self, handle: Handle, account: Account, request: Request, asked: float) -> None:
        """Sees to it that the request becomes results, once. `asked` is when its user asked for it."""
        held = [request]
        del request  # once it is accepted nobody needs it any more, and its pictures are large
        await self._serve(handle, lambda: self._job_in_its_turn(handle, account, held[0], asked), held.clear)

    async def collect(self, handle: Handle, account: Account, task_uid: str, others: Sequence[Account]) -> None:
        """The same for a task that exists already, whoever made it.

        `account` asks for it, unless it is known as a task of one of the `others`.
        """
        await self._serve(handle, lambda: self._job_of_task((account, *others), task_uid))

    async def resume(self, account: Account) -> None:
        """Sees in the background to what may be paid for and is not stored, and is nobody's.

        May be called again and again: what is seen to already is left alone.
        """
        await self._sessions.of(account)
        for record in await self._ledger(Ledger.uncollected, account.identity):
            if self._is_to_do(record) and not await self._is_anothers(record):
                self._job_for(_key_of(record), account, record, None)

    async def saw_credits(self, account: Account, used: int) -> None:
        """UsedCredits of the account, told just now: evidence for a submit that will get no answer."""
        (await self._sessions.of(account)).connection.credits_used = used

    async def unsent(self, account: Account, requests: Sequence[Request]) -> list[bool]:
        """Which of the requests are known neither to a job nor to the ledger, and so would be sent just now.

        What is known may still have to be sent; it is encoded then.
        """
        await self.check(account)
        unseeded = await asyncio.gather(*(self._unseeded_key(account, request) for request in requests))
        taken: set[str] = set()
        return [await self._is_unsent(key, request, taken) for key, request in zip(unseeded, requests, strict=True)]

    async def check(self, account: Account) -> None:
        """Raises NotConfigured where the account cannot be called."""
        await self._sessions.of(account)

    async def aclose(self) -> None:
        await self._sessions.aclose()

    # -- from request to job

    async def _serve(
        self, handle: Handle, find: Callable[[], Coroutine[Any, Any, Job]], forget: Callable[[], None] | None = None
    ) -> None:
        """Finds the job of a request and has the handle watch it. `forget` is called once it has a TaskUID."""
        job = None
        try:
            while True:
                job = await find()
                if forget is not None:
                    job.accepted.add_done_callback(lambda _: forget())
                if await handle.watch(job, lambda: self._hand_out(job)):  # noqa: B023  the last one counts
                    return
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001  the waiter must learn of everything
            at = self._clock.time()  # whoever runs again has learned of it before
            handle.fail(error)
            if job is not None and not handle.is_released:
                await self._note_what_was_told(job, error, at)

    async def _note_what_was_told(self, job: Job, error: BaseException, at: float) -> None:
        if isinstance(error, SearchEnded):
            await self._ledger(Ledger.tell, job.record.id, at)
        if isinstance(error, Undecided) and job.record.drawn_key is not None:
            self._hand_out(job)  # its tasks were named: with Seed -1 the next run is a new one

    def _hand_out(self, job: Job | None) -> None:
        if job is not None:
            self._ledger.note(Ledger.hand_out, job.record.id, self._clock.time())

    async def _job_in_its_turn(self, handle: Handle, account: Account, request: Request, asked: float) -> Job:
        """No more of a batch is hashed than is encoded next, so that its first request leaves as if it were alone.

        Raises Withdrawn where nobody waits for it any more.
        """
        await self._places.acquire()
        try:
            if handle.is_released:
                raise Withdrawn
            job = await self._job_of_request(account, request, asked)
        except BaseException:
            self._places.release()
            raise
        job.prepared.add_done_callback(lambda _: self._places.release())
        return job

    async def _job_of_request(self, account: Account, request: Request, asked: float) -> Job:
        await self.check(account)  # an account that cannot be called costs no hashing
        hashing = asyncio.create_task(self._unseeded_key(account, request))
        # One after another: that keeps their order, and keeps two nodes that ask for the same with Seed -1 apart.
        async with self._entering:
            unseeded = await hashing
            if request.seed == RANDOM_SEED:
                return await self._drawn_job(account, request, unseeded, asked)
            key = request_key(unseeded, request.seed)
            return self._job_for(key, account, self._wanted(account, request, key), request, asked)

    async def _unseeded_key(self, account: Account, request: Request) -> str:
        params: Mapping[str, Any] = await self._work(request.key_params)
        return await self._work(unseeded_key, account.endpoint, account.public_key, params)

    async def _drawn_job(self, account: Account, request: Request, unseeded: str, asked: float) -> Job:
        """Seed -1: what was paid for and not handed out comes first; else a fresh seed is drawn."""
        drawn_key = request_key(unseeded, RANDOM_SEED)
        record = await self._undelivered(drawn_key)
        while record is not None and not await self._ledger(Ledger.hold, record, self._owners.me):
            record = await self._undelivered(drawn_key)
        seed = self._jitter.randint(0, MAX_SEED) if record is None or record.seed is None else record.seed
        key = request_key(unseeded, seed)
        seeded = request.with_seed(seed)
        wanted = self._wanted(account, seeded, key, drawn_key)
        if record is not None:
            wanted = replace(wanted, id=record.id)  # held from now on, not only once the row is read
        return self._job_for(key, account, wanted, seeded, asked)

    async def _undelivered(self, drawn_key: str, taken: Collection[str] = ()) -> Record | None:
        """The first that nobody holds, in no process, though it is not delivered yet."""
        not_free = self._held_ids() | {*taken}
        for record in await self._ledger(Ledger.undelivered, drawn_key):
            if record.id not in not_free and not await self._is_held_elsewhere(record):
                return record
        return None

    async def _is_held_elsewhere(self, record: Record) -> bool:
        holder = record.held_by
        return holder not in (None, self._owners.me) and await self._work(self._owners.is_alive, holder)

    def _held_ids(self) -> set[str]:
        """Rows that somebody waits for, or has got and not let go yet."""
        self._held = {job for job in self._held if not job.unwatched.is_set()}
        return {job.record.id for job in self._held}

    async def _is_unsent(self, unseeded: str, request: Request, taken: set[str]) -> bool:
        """`taken` grows by the undelivered row that a request with Seed -1 is going to get."""
        key = request_key(unseeded, request.seed)
        if request.seed != RANDOM_SEED:
            return key not in self._live and await self._ledger(Ledger.current, key) is None
        record = await self._undelivered(key, taken)
        taken |= {record.id} if record else set()
        return record is None

    def _wanted(self, account: Account, request: Request, key: str, drawn_key: str | None = None) -> Record:
        return new_record(
            request_key=key,
            drawn_key=drawn_key,
            held_by=self._owners.me if drawn_key else None,
            account=account.identity,
            owner=self._owners.me,
            action=request.ACTION,
            created=self._clock.time(),
            seed=request.seed,
            size=request.size,
            batch_size=request.batch_size,
        )

    async def _job_of_task(self, accounts: Sequence[Account], task_uid: str) -> Job:
        by_identity = {account.identity: account for account in reversed(accounts)}
        rows = await self._ledger(Ledger.owners_of, task_uid)
        row = next((row for row in rows if row.account in by_identity), None)
        if row is None:
            account = accounts[0]
            made = new_record(
                request_key="", account=account.identity, owner=self._owners.me, action="", created=self._clock.time()
            )
            row = replace(made, current_key=None, task_uid=task_uid)
        account = by_identity[row.account]
        await self._sessions.of(account)
        return self._job_for(_key_of(row), account, row, None)

    def _job_for(self, key: str, account: Account, wanted: Record, request: Request | None, asked: float = 0.0) -> Job:
        """The live job of this key, or a new one. `request` is None where it cannot be sent."""
        job = self._live.get(key)
        if job is None:
            job = self._live[key] = Job(key, account, wanted, request, asked, self._let_go)
            job.task = asyncio.create_task(self._fulfil(job))
            job.task.add_done_callback(lambda task: self._ended(job, task))
        elif request is not None and not job.accepted.done():
            # begun in the background; from now on it may be sent
            job.wanted, job.request, job.asked = wanted, request, asked
        self._held.add(job)
        return job

    def _let_go(self, job: Job) -> None:
        if job.record.drawn_key is not None:
            self._ledger.note(Ledger.let_go, job.record.id, self._owners.me)

    def _is_to_do(self, record: Record) -> bool:
        """What was looked for in vain is looked for again when it is asked for.

        A look that ComfyUI ended over is made up for, as nobody else would end it.
        """
        was_searched = (
            record.state == UNKNOWN and not (record.suspects or record.task_uid) and record.search_ended is not None
        )
        return record.id not in self._searched and (not was_searched or record.is_expired(self._clock.time()))

    async def _is_anothers(self, record: Record) -> bool:
        return record.owner != self._owners.me and await self._work(self._owners.is_alive, record.owner)

    def _ended(self, job: Job, task: asyncio.Task[TaskResult]) -> None:
        del self._live[job.key]
        job.make_way()
        if task.cancelled() or (error := task.exception()) is None:
            return
        if isinstance(error, OutcomeUnknown):  # whatever else went wrong may go well the next time
            self._searched.add(job.record.id)
        if not job.unwatched.is_set() or isinstance(error, Withdrawn):
            return
        if isinstance(error, PicpikError):
            _log.warning("PICPIK, in the background: %s", error)
        else:
            _log.error("PICPIK, in the background: a fault of the pack", exc_info=error)

    # -- from job to stored results

    async def _fulfil(self, job: Job) -> TaskResult:
        session = await self._sessions.of(job.account)
        job.record = await self._acceptance.record_of(job, session)
        job.accept()
        if not job.record.is_stored:
            completion = Completion(job, session, self._ledger, self._result, self._clock, self._delays)
            job.record = await completion.stored()
            self._keep_within_bounds()
        job.say(Phase.DONE)
        return self._result(job.record, "")

    def _result(self, record: Record, trouble: str) -> TaskResult:
        missing = max(0, (record.results or 0) - len(record.files))
        self.incomplete += bool(missing)
        return TaskResult(
            task_uid=record.task_uid or "",
            pictures=tuple(self._folder.path(file) for file in record.files if not file.is_text),
            texts=tuple(self._folder.path(file) for file in record.files if file.is_text),
            points_spent=record.points_spent,
            seed=record.seed,
            missing=missing,
            trouble=trouble,
            deliver=lambda: self._delivered(record, is_whole=not missing or record.is_stored),
        )

    def _delivered(self, record: Record, *, is_whole: bool) -> None:
        """What is handed out in part is still owed: with Seed -1, too, the next run asks for the rest of it."""
        if is_whole:
            self._ledger.note(Ledger.deliver, record.id, self._clock.time())

    def _keep_within_bounds(self) -> None:
        """Soon, and once for all that is stored until then: each look at the files reads the rows of all."""
        self._has_grown = True
        if self._dropping is None or self._dropping.done():
            self._dropping = asyncio.create_task(self._drop_oldest())

    async def _drop_oldest(self) -> None:
        while self._has_grown:
            self._has_grown = False
            await drop_oldest(
                self._ledger,
                self._folder,
                self._keep_bytes,
                self._sessions.now() or self._clock.time(),
                lambda: {job.record.id for job in self._live.values()} | self._held_ids(),
                work=self._work,
            )


def _key_of(record: Record) -> str:
    """What keeps its job apart from others: a row that is not current must not meet its request's new task."""
    return record.current_key or f"task {record.account} {record.task_uid or record.id}"
