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
import random
import threading
import time
import uuid
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from .actions import MAX_SEED, RANDOM_SEED, PatternAction, with_seed
from .bookkeeping import Bookkeeping
from .client import Client
from .collector import CheckPicture, Collector
from .errors import CallFailed, OutcomeUnknown, PicpikError, TaskFailed, TaskNotFound
from .handle import Handle, Job, TaskResult
from .ledger import DELIVERED, FAILED, FINISHED, STORED, SUBMITTED, UNKNOWN, Ledger, Record, new_record
from .poller import Poller
from .progress import Phase
from .results import ResultFolder
from .retention import drop_oldest
from .settings import Account
from .submission import BEAT, Submission, Withdrawn
from .tasks import TaskDetail, TaskStatus
from .wire import request_key, unseeded_key

_log = logging.getLogger("picpik")

_SUBMITS_AT_ONCE = 4
_DEAD_AFTER = 5 * BEAT
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
        jitter: random.Random | None = None,
    ) -> None:
        self._check_picture = check_picture
        self._poll_interval = poll_interval
        self._keep_bytes = keep_bytes
        self._jitter = jitter or random.Random()
        self._owner = uuid.uuid4().hex
        self._folder = ResultFolder(home / "results")
        self._books = Bookkeeping(home / "ledger.sqlite")
        self._desks: dict[Account, _Desk] = {}
        self._live: dict[str, Job] = {}
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._loop = asyncio.new_event_loop()
        self._work = ThreadPoolExecutor(4, "picpik-work")

    # -- for any thread

    def submit(self, account: Account, action: PatternAction) -> Handle:
        """Sees to it that the request becomes pictures, once. Returns at once."""
        return self._handle(self._serve_submit, account, action)

    def collect(self, account: Account, task_uid: str) -> Handle:
        """The same for a task that exists already, whoever made it."""
        return self._handle(self._serve_collect, account, task_uid)

    def resume(self, account: Account) -> None:
        """Collects in the background what was paid for and not stored before ComfyUI ended."""
        self._spawn(self._resume(account))

    @property
    def warning(self) -> str | None:
        """Why paid tasks are not remembered just now, or None when all is well."""
        return self._books.warning

    def stop(self) -> None:
        """Ends the thread. What was submitted stays in the ledger and is collected the next time."""
        with self._starting:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join()
        else:
            self._loop.close()
        self._work.shutdown(cancel_futures=True)
        self._books.close()

    # -- the thread

    def _handle(self, serve: Any, *args: Any) -> Handle:
        handle = Handle(self._loop)
        self._spawn(handle.served_by(serve(*args)))
        return handle

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="picpik", daemon=True)
                self._thread.start()
        asyncio.run_coroutine_threadsafe(work, self._loop)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.set_default_executor(self._work)
        self._slots = asyncio.Semaphore(_SUBMITS_AT_ONCE)
        self._drawing = asyncio.Lock()
        try:
            self._loop.run_forever()
        finally:
            self._loop.run_until_complete(self._wind_up())
            self._loop.close()

    async def _wind_up(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for desk in self._desks.values():
            await desk.client.aclose()

    # -- from request to job

    async def _serve_submit(self, account: Account, action: PatternAction) -> Job:
        params = action.to_params()
        unseeded = await asyncio.to_thread(unseeded_key, account.endpoint, account.public_key, params)
        if action.generation.seed == RANDOM_SEED:
            return await self._drawn_job(account, action, request_key(unseeded, RANDOM_SEED), unseeded)
        return self._job_for(
            account, self._wanted(account, action, request_key(unseeded, action.generation.seed)), params
        )

    async def _drawn_job(self, account: Account, action: PatternAction, drawn_key: str, unseeded: str) -> Job:
        """Seed -1: what was paid for and not delivered comes first; else a fresh seed is drawn."""
        async with self._drawing:  # two nodes that ask for the same must not get the same
            taken = {job.record.id for job in self._live.values() if not job.unwatched.is_set()}
            record = await self._books(Ledger.undelivered, drawn_key, taken)
            if record is None or record.seed is None:
                seed = random.SystemRandom().randint(0, MAX_SEED)
                record = self._wanted(account, action, request_key(unseeded, seed), seed, drawn_key)
            params = await asyncio.to_thread(with_seed(action, record.seed or 0).to_params)
            return self._job_for(account, record, params)

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
        if record is None or record.current_key is None:
            # Not of a request that is current: it gets a key of its own, so that it cannot meet the request's new task.
            key = f"task {account.identity} {task_uid}"
            record = record or new_record(request_key=key, account=account.identity, owner=self._owner, action="")
            record = replace(record, request_key=key, current_key=key, state=SUBMITTED, task_uid=task_uid)
        return self._job_for(account, record, None)

    async def _resume(self, account: Account) -> None:
        for record in await self._books(Ledger.uncollected, account.identity, time.time() - _COLLECTABLE):
            self._job_for(account, record, None)

    def _job_for(self, account: Account, record: Record, params: dict[str, Any] | None) -> Job:
        """The live job of the request, or a new one. `params` are None where the request cannot be sent."""
        job = self._live.get(record.request_key)
        if job is None:
            job = self._live[record.request_key] = Job(record, params)
            job.task = asyncio.create_task(self._fulfil(account, job))
            job.task.add_done_callback(lambda task: self._ended(job, task))
        return job

    def _ended(self, job: Job, task: asyncio.Task[TaskResult]) -> None:
        self._live.pop(job.record.request_key, None)
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
        known = await self._recall(job, desk)
        if known is not None and known.is_stored:
            job.accept(known)
            return self._result(job, known)
        record = known or await self._submit(job, desk)
        job.accept(record)
        detail = await self._finished(job, desk, record)
        job.say(Phase.DOWNLOADING)
        files = await desk.collector.collect(detail)
        record = await self._books(Ledger.write, replace(job.record, state=STORED, files=files, ended=time.time()))
        job.record = record
        asyncio.get_running_loop().create_task(self._keep_within_bounds())
        return self._result(job, record)

    async def _recall(self, job: Job, desk: _Desk) -> Record | None:
        """What the ledger knows of the request: a row with a TaskUID, or None where it is to be submitted now."""
        while True:
            record, is_new = await self._books(Ledger.claim, job.record)
            job.record = record
            if is_new and record.task_uid is None:
                return None
            if record.is_stored and not await asyncio.to_thread(self._folder.intact, record.files):
                record = job.record = await self._books(Ledger.write, replace(record, state=SUBMITTED, files=()))
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
        until = time.monotonic() + _DEAD_AFTER
        while time.monotonic() < until:
            await asyncio.sleep(BEAT / 4)
            if await self._books(Ledger.read, record.id) != record:
                return False
        return True

    async def _look(self, job: Job, desk: _Desk) -> Record | None:
        """For a request that may have been accepted: its row when it is found, None when it is not at the service."""
        try:
            found = await self._submission(job, desk).look()
        except (CallFailed, OutcomeUnknown):
            job.record = await self._books(Ledger.write, replace(job.record, state=UNKNOWN))
            raise
        if found is not None:
            job.record = found
            return found
        if job.params is None:  # in the background nothing is ever sent
            job.record = await self._books(Ledger.write, replace(job.record, state=UNKNOWN))
            raise OutcomeUnknown("an earlier try got no answer.", "PICPIK lists no running task that fits.")
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
        )

    async def _finished(self, job: Job, desk: _Desk, record: Record) -> TaskDetail:
        """Waits for the end of the task and writes down how it ended. Raises TaskFailed and TaskNotFound."""
        task_uid = record.task_uid or ""
        try:
            detail = await desk.poller.ended(task_uid, job.saw, job.troubled)
            if detail.status is TaskStatus.FAILED:
                raise TaskFailed(task_uid, detail.error_code, detail.error_message)
        except (TaskFailed, TaskNotFound) as error:
            job.record = await self._books(
                Ledger.write, replace(record, state=FAILED, current_key=None, ended=time.time(), message=error.what)
            )
            raise
        job.record = await self._books(
            Ledger.write,
            replace(
                record,
                state=FINISHED,
                action=record.action or detail.action,
                seed=detail.seed if record.seed is None else record.seed,
                points_spent=detail.points_spent,
            ),
        )
        return detail

    def _result(self, job: Job, record: Record) -> TaskResult:
        job.say(Phase.DONE)
        return TaskResult(
            task_uid=record.task_uid or "",
            files=tuple(self._folder.path(file) for file in record.files),
            points_spent=record.points_spent,
            seed=record.seed,
            deliver=lambda: self._spawn(self._deliver(record.id)),
        )

    async def _deliver(self, id: str) -> None:
        record = await self._books(Ledger.read, id)
        if record is not None and record.state == STORED:
            await self._books(Ledger.write, replace(record, state=DELIVERED, delivered=time.time()))

    async def _keep_within_bounds(self) -> None:
        await self._books(drop_oldest, self._folder, self._keep_bytes, time.time() - _COLLECTABLE)

    async def _desk(self, account: Account) -> _Desk:
        if account not in self._desks:
            # making the TLS context reads the system's certificates: not on the loop
            context = await asyncio.to_thread(httpx.create_ssl_context)
            if account not in self._desks:
                client = Client(account, ssl_context=context)
                poller = Poller(client, self._poll_interval, self._jitter)
                collector = Collector(client, self._folder, self._check_picture, self._jitter)
                self._desks[account] = _Desk(client, poller, collector)
        return self._desks[account]
