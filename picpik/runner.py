"""The task runner: the one place that takes a request and brings its pictures, whatever happens to who asked.

It owns one daemon thread with its own event loop, HTTP clients, executor and ledger, because ComfyUI makes a new loop
for every prompt and cancels all nodes when one fails. A request goes through these steps, each a method or a module:

    1. Runner.submit        hands the request over to the thread           (this file)
    2. Runner._job_for      the same request is the same job               (this file)
    3. Runner._recall       does the ledger know it?                       (ledger.py)
    4. Submission.send      submit at most once, or adopt                  (submission.py)
    5. Poller.ended         one poll per tick for all waiting tasks        (poller.py)
    6. Collector.collect    download, check, store                         (collector.py)
    7. Handle.result        the node awaits it                             (handle.py)

Whoever waits may go away at any time; a request that was sent is carried to its end all the same.
"""

from __future__ import annotations

import asyncio
import logging
import math
import random
import threading
import time
import uuid
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .actions import MAX_SEED, RANDOM_SEED, PatternAction, with_seed
from .bookkeeping import Bookkeeping, Durability
from .client import Client, tls_context
from .collector import CheckPicture, Collector
from .errors import CallFailed, PicpikError, ResultUnavailable, TaskFailed, TaskNotFound, TaskOutOfReach
from .handle import Handle, Job, TaskResult
from .ledger import FAILED, FINISHED, STORED, SUBMITTED, UNKNOWN, Ledger, Record, new_record
from .patience import Patience
from .poller import Poller
from .progress import Phase
from .results import ResultFolder
from .retention import drop_oldest
from .settings import Account
from .submission import Submission, TakenOver, Withdrawn, unanswered
from .tasks import TaskDetail, TaskStatus, created_at
from .wire import request_key, unseeded_key

_log = logging.getLogger("picpik")

_SUBMITS_AT_ONCE = 4
_COLLECTABLE = 24 * 3600.0


@dataclass(frozen=True)
class _Desk:
    """All that works for one account."""

    client: Client
    poller: Poller
    collector: Collector


class Runner:
    """Serves all prompts and nodes of the process. Thread-safe; starts its thread at the first use.

    `home` holds the ledger and the results. `check_picture` tells a complete picture from anything else.
    `poll_interval` in seconds replaces the pack's own rhythm. `keep_bytes` bounds the delivered results kept on disk.
    """

    def __init__(
        self,
        home: Path,
        check_picture: CheckPicture,
        *,
        poll_interval: float | None = None,
        keep_bytes: int = 4 * 1024**3,
        patience: Patience = Patience(),  # noqa: B008  frozen
        jitter: random.Random | None = None,
    ) -> None:
        self._check_picture = check_picture
        self._poll_interval = poll_interval
        self._keep_bytes = keep_bytes
        self._patience = patience
        self._jitter = jitter or random.Random()
        self._owner = uuid.uuid4().hex
        self._durability = Durability()
        self._folder = ResultFolder(home / "results", self._durability.lost)
        self._books = Bookkeeping(home / "ledger.sqlite", self._durability)
        self._desks: dict[Account, _Desk] = {}
        self._live: dict[str, Job] = {}
        self._drawn: set[Job] = set()
        self._unaccepted: set[Job] = set()
        self._beating: asyncio.Task[None] | None = None
        self._starting = threading.Lock()
        self._stopped = False
        self._thread: threading.Thread | None = None
        self._loop = asyncio.new_event_loop()
        self._work = ThreadPoolExecutor(4, "picpik-work")

    # -- for any thread

    def submit(self, account: Account, action: PatternAction) -> Handle:
        """Sees to it that the request becomes pictures, once. Returns at once; requests keep their order."""
        return self._handle(lambda: self._serve_submit(account, action))

    def collect(self, account: Account, task_uid: str) -> Handle:
        """The same for a task that exists already, whoever made it."""
        return self._handle(lambda: self._serve_collect(account, task_uid))

    def resume(self, account: Account) -> None:
        """Collects in the background what was paid for and not stored before ComfyUI ended.

        What cannot be had any more is named in the log, once.
        """
        self._spawn(self._resume(account))

    @property
    def warning(self) -> str | None:
        """Why paid tasks are not remembered just now, or None when all is well."""
        return self._durability.warning

    def stop(self) -> None:
        """Ends the thread. What was submitted stays in the ledger and is collected the next time."""
        with self._starting:
            if self._stopped:
                return
            self._stopped = True
        if self._thread is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        else:
            self._loop.close()
        self._work.shutdown(cancel_futures=True)
        self._books.close()

    # -- the thread

    def _handle(self, find: Callable[[], Coroutine[Any, Any, Job]]) -> Handle:
        handle = Handle(self._loop)
        if not self._spawn(handle.served_by(find)):
            raise RuntimeError("the task runner has ended")
        return handle

    def _spawn(self, work: Coroutine[Any, Any, None]) -> bool:
        """Has `work` done in the thread. False where the thread has ended for good."""
        with self._starting:
            if self._stopped:
                work.close()
                return False
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="picpik", daemon=True)
                self._thread.start()
            asyncio.run_coroutine_threadsafe(work, self._loop).add_done_callback(_tell_of_a_crash)
            return True

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.set_default_executor(self._work)
        self._slots = asyncio.Semaphore(_SUBMITS_AT_ONCE)
        self._entering = asyncio.Lock()
        try:
            self._loop.run_forever()
        finally:
            self._loop.run_until_complete(self._wind_up())
            self._loop.close()

    async def _wind_up(self) -> None:
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
        for desk in self._desks.values():
            await desk.client.aclose()
        await self._loop.shutdown_asyncgens()

    # -- from request to job

    async def _serve_submit(self, account: Account, action: PatternAction) -> Job:
        # One after another: that keeps their order, and keeps two nodes that ask for the same with Seed -1 apart.
        async with self._entering:
            await self._desk(account)
            params = action.to_params()
            unseeded = await asyncio.to_thread(unseeded_key, account.endpoint, account.public_key, params)
            if action.generation.seed == RANDOM_SEED:
                return await self._drawn_job(account, action, unseeded)
            wanted = self._wanted(account, action, request_key(unseeded, action.generation.seed))
            return self._job_for(account, wanted, params)

    async def _drawn_job(self, account: Account, action: PatternAction, unseeded: str) -> Job:
        """Seed -1: what was paid for and not delivered comes first; else a fresh seed is drawn."""
        drawn_key = request_key(unseeded, RANDOM_SEED)
        # A result that somebody still holds is not free either, though it is not delivered yet.
        self._drawn = {job for job in self._drawn if not job.unwatched.is_set()}
        record = await self._books(Ledger.undelivered, drawn_key, {job.record.id for job in self._drawn})
        if record is None or record.seed is None:
            seed = random.SystemRandom().randint(0, MAX_SEED)
            record = self._wanted(account, action, request_key(unseeded, seed), seed, drawn_key)
        job = self._job_for(account, record, with_seed(action, record.seed or 0).to_params())
        self._drawn.add(job)
        return job

    def _wanted(
        self,
        account: Account,
        action: PatternAction,
        key: str,
        seed: int | None = None,
        drawn_key: str | None = None,
    ) -> Record:
        generation = action.generation
        return new_record(
            request_key=key,
            drawn_key=drawn_key,
            account=account.identity,
            owner=self._owner,
            action=action.ACTION,
            seed=generation.seed if seed is None else seed,
            size=(generation.width, generation.height),
            batch_size=generation.batch_size,
        )

    async def _serve_collect(self, account: Account, task_uid: str) -> Job:
        record = await self._books(Ledger.find, task_uid)
        if record is None:
            record = new_record(request_key="", account=account.identity, owner=self._owner, action="")
            record = replace(record, current_key=None, task_uid=task_uid)
        return self._job_for(account, _with_a_key(record), None)

    async def _resume(self, account: Account) -> None:
        for record in await self._books(Ledger.uncollected, account.identity):
            self._job_for(account, _with_a_key(record), None)

    def _job_for(self, account: Account, record: Record, params: dict[str, Any] | None) -> Job:
        """The live job of the request, or a new one. `params` are None where the request cannot be sent."""
        job = self._live.get(record.request_key)
        if job is None:
            job = self._live[record.request_key] = Job(replace(record, owner=self._owner), params)
            job.task = asyncio.create_task(self._fulfil(account, job))
            job.task.add_done_callback(lambda task: self._ended(job, task))
        elif job.params is None:
            job.params = params  # begun in the background; from now on it may be sent
        return job

    def _ended(self, job: Job, task: asyncio.Task[TaskResult]) -> None:
        del self._live[job.wanted.request_key]
        if task.cancelled() or (error := task.exception()) is None or not job.unwatched.is_set():
            return
        if isinstance(error, Withdrawn):
            return
        if isinstance(error, PicpikError):
            _log.warning("PICPIK, in the background: %s", error)
        else:
            _log.error("PICPIK, in the background: a fault of the pack", exc_info=error)

    # -- from job to stored files

    async def _fulfil(self, account: Account, job: Job) -> TaskResult:
        desk = await self._desk(account)
        job.record = await self._accepted(job, desk)
        job.accept(job.record)
        if not job.record.is_stored:
            job.record = await self._collected(job, desk)
            self._spawn(self._keep_within_bounds())
        return self._result(job)

    async def _accepted(self, job: Job, desk: _Desk) -> Record:
        """The row of the request, with its TaskUID: out of the ledger, or submitted now."""
        with self._alive(job):
            while True:
                known = await self._recall(job, desk)
                if known is not None:
                    return known
                if job.params is None:
                    await self._write(job, state=FAILED, current_key=None)
                    raise Withdrawn
                with suppress(TakenOver):
                    return await self._submit(job, desk)

    async def _recall(self, job: Job, desk: _Desk) -> Record | None:
        """What the ledger knows of the request: a row with a TaskUID, or None where it is to be submitted now."""
        while True:
            record, is_new = await self._books(Ledger.claim, job.wanted)
            job.record = record
            if is_new and record.task_uid is None:
                return None
            if record.is_stored and not await asyncio.to_thread(self._folder.intact, record.files):
                record = await self._books(Ledger.write, replace(record, state=SUBMITTED, files=()))
            if record.task_uid is not None:
                return record
            if record.state != UNKNOWN and not await self._is_abandoned(record):
                continue
            taken = await self._books(Ledger.take_over, record, self._owner)
            if taken is not None:
                job.record = taken
                return await self._look(job, desk)

    async def _is_abandoned(self, record: Record) -> bool:
        """Has the process that was submitting this died? Waits to see; False as soon as the row has changed."""
        if record.owner == self._owner:
            return True  # one job a request: it is not at it any more
        step = self._patience.beat / 4
        # Steps are counted, not read off a clock: after a laptop's sleep the owner gets its time to wake up, too.
        for _ in range(math.ceil(self._patience.dead_after / step)):
            await asyncio.sleep(step)
            if await self._books(Ledger.read, record.id) != record:
                return False
        return True

    @contextmanager
    def _alive(self, job: Job) -> Iterator[None]:
        """Tells other processes all the while that this one is at the request."""
        self._unaccepted.add(job)
        if self._beating is None:
            self._beating = asyncio.create_task(self._beat())
        try:
            yield
        finally:
            self._unaccepted.discard(job)

    async def _beat(self) -> None:
        try:
            while self._unaccepted:
                await asyncio.sleep(self._patience.beat)
                await self._books(Ledger.beat, [job.record.id for job in self._unaccepted], self._owner)
        finally:
            self._beating = None

    async def _look(self, job: Job, desk: _Desk) -> Record | None:
        """For a request that may have been accepted: its row when it is found, None when it is to be sent now."""
        found = await self._submission(job, desk).look()
        if found is not None or job.record.submit_began is None:
            return found
        if job.params is None:  # in the background nothing is ever sent
            if time.time() - job.record.created < _COLLECTABLE:
                await self._write(job, state=UNKNOWN)
            else:
                await self._write(job, state=FAILED, current_key=None)
            raise unanswered(job.record)
        _log.warning("PICPIK: it is sent again, as it was asked for again. %s", unanswered(job.record).what)
        job.record = await self._books(Ledger.begin_anew, job.record)
        return None

    async def _submit(self, job: Job, desk: _Desk) -> Record:
        async with self._slots:
            job.record = await self._submission(job, desk).send()
        return job.record

    def _submission(self, job: Job, desk: _Desk) -> Submission:
        return Submission(
            desk.client,
            self._books,
            job.record,
            job.params or {},
            unwatched=job.unwatched,
            say=job.say,
            jitter=self._jitter,
            patience=self._patience,
        )

    async def _collected(self, job: Job, desk: _Desk) -> Record:
        """Waits for the end of the task, stores its pictures, and writes down how it ended. Raises TaskError."""
        task_uid = job.record.task_uid or ""
        try:
            detail = await self._finished(job, desk, task_uid)
            job.say(Phase.DOWNLOADING)
            files = await desk.collector.collect(detail)
        except (TaskFailed, TaskNotFound, ResultUnavailable) as error:
            if not isinstance(error, ResultUnavailable) or _is_past_collecting(task_uid, desk.client):
                await self._write(job, state=FAILED, current_key=None, ended=time.time(), message=error.what)
            raise
        except CallFailed as error:
            raise TaskOutOfReach(task_uid, error.what) from error
        return await self._write(job, state=STORED, files=files, ended=time.time())

    async def _finished(self, job: Job, desk: _Desk, task_uid: str) -> TaskDetail:
        detail = await desk.poller.ended(task_uid, job.saw, job.troubled)
        if detail.status is TaskStatus.FAILED:
            raise TaskFailed(task_uid, detail.error_code, detail.error_message)
        await self._write(
            job,
            state=FINISHED,
            action=job.record.action or detail.action,
            seed=detail.seed if job.record.seed is None else job.record.seed,
            points_spent=detail.points_spent,
        )
        return detail

    async def _write(self, job: Job, **changes: Any) -> Record:
        job.record = await self._books(Ledger.write, replace(job.record, **changes))
        return job.record

    def _result(self, job: Job) -> TaskResult:
        job.say(Phase.DONE)
        record = job.record
        return TaskResult(
            task_uid=record.task_uid or "",
            files=tuple(self._folder.path(file) for file in record.files),
            points_spent=record.points_spent,
            seed=record.seed,
            deliver=lambda: self._books.note(Ledger.deliver, record.id),
        )

    async def _keep_within_bounds(self) -> None:
        await self._books(drop_oldest, self._folder, self._keep_bytes, time.time() - _COLLECTABLE)

    async def _desk(self, account: Account) -> _Desk:
        if account not in self._desks:
            context = await asyncio.to_thread(tls_context)
            if account not in self._desks:
                client = Client(account, ssl_context=context, patience=self._patience)
                poller = Poller(client, self._poll_interval, self._jitter, self._patience)
                collector = Collector(client, self._folder, self._check_picture, self._jitter, self._patience)
                self._desks[account] = _Desk(client, poller, collector)
        return self._desks[account]


def _with_a_key(record: Record) -> Record:
    """A row that is not current for its request gets a key of its own: it must not meet the request's new task."""
    if record.current_key is not None:
        return record
    key = f"task {record.account} {record.task_uid or record.id}"
    state = record.state if record.is_stored or record.task_uid is None else SUBMITTED
    return replace(record, request_key=key, current_key=key, drawn_key=None, state=state)


def _is_past_collecting(task_uid: str, client: Client) -> bool:
    """Is the task older than results are kept? By the service's clock: ours may be wrong."""
    made = created_at(task_uid)
    return made is not None and time.time() + (client.clock_offset or 0.0) - made > _COLLECTABLE


def _tell_of_a_crash(work: Future[None]) -> None:
    if not work.cancelled() and (crash := work.exception()) is not None:
        _log.error("PICPIK, in the background: a fault of the pack", exc_info=crash)
