"""The task runner: the one place that takes a request and brings its results, whatever happens to who asked.

It owns one daemon thread with its own event loop, HTTP clients, executor and ledger, because ComfyUI makes a new loop
for every prompt and cancels all nodes when one fails. A request goes through these steps, each a method or a module:

    1. Runner.submit          hands the request over to the thread           (this file)
    2. Runner._job_for        the same request is the same job               (this file)
    3. Acceptance.record_of   does the ledger know it?                       (acceptance.py)
    4. Submission.send        submit at most once, or adopt                  (submission.py, search.py)
    5. Poller.ended           one poll per tick for all waiting tasks        (poller.py)
    6. Collector.collect      download, check, store                         (collector.py)
    7. Handle.result          the node awaits it                             (handle.py)

Whoever waits may go away at any time; a request that was sent is carried to its end all the same.
"""

from __future__ import annotations

import asyncio
import logging
import random
import threading
import time
import uuid
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..api import (
    COLLECTABLE_SECONDS,
    MAX_SEED,
    RANDOM_SEED,
    Account,
    Action,
    PicpikError,
    Timeouts,
    request_key,
    unseeded_key,
)
from ..ledger import (
    FILE_NAME,
    FOLDER_NAME,
    SUBMITTED,
    Durability,
    Ledger,
    LedgerThread,
    Record,
    ResultFolder,
    drop_oldest,
    new_record,
)
from .acceptance import Acceptance
from .account_session import AccountSessions
from .collector import CheckPicture
from .completion import Completion
from .delays import Delays
from .errors import Withdrawn
from .handle import Handle
from .job import Job
from .progress import Phase
from .task_result import TaskResult

_log = logging.getLogger("picpik")


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
        timeouts: Timeouts = Timeouts(),  # noqa: B008  frozen
        delays: Delays = Delays(),  # noqa: B008  frozen
        jitter: random.Random | None = None,
    ) -> None:
        self._keep_bytes = keep_bytes
        self._owner = uuid.uuid4().hex
        self._durability = Durability()
        self._folder = ResultFolder(home / FOLDER_NAME, self._durability.lost)
        self._ledger = LedgerThread(home / FILE_NAME, self._durability)
        jitter = jitter or random.Random()
        self._sessions = AccountSessions(
            self._ledger, self._folder, check_picture, poll_interval, jitter, delays, timeouts
        )
        self._acceptance = Acceptance(self._ledger, self._folder, self._owner, jitter, delays)
        self._entering = asyncio.Lock()
        self._live: dict[str, Job] = {}
        self._drawn: set[Job] = set()
        self._starting = threading.Lock()
        self._stopped = False
        self._thread: threading.Thread | None = None
        self._loop = asyncio.new_event_loop()
        self._work = ThreadPoolExecutor(4, "picpik-work")

    # -- for any thread

    def submit(self, account: Account, action: Action) -> Handle:
        """Sees to it that the request becomes results, once. Returns at once; requests keep their order."""
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
        self._ledger.close()

    # -- the thread

    def _handle(self, find: Callable[[], Coroutine[Any, Any, Job]]) -> Handle:
        handle = Handle(self._loop)
        if not self._spawn(self._serve(handle, find)):
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
        await self._sessions.aclose()
        await self._loop.shutdown_asyncgens()

    # -- from request to job

    async def _serve(self, handle: Handle, find: Callable[[], Coroutine[Any, Any, Job]]) -> None:
        """Finds the job of a request and has the handle watch it."""
        try:
            while not await handle.watch(await find()):
                pass
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001  the waiter must learn of everything
            handle.fail(error)

    async def _serve_submit(self, account: Account, action: Action) -> Job:
        # One after another: that keeps their order, and keeps two nodes that ask for the same with Seed -1 apart.
        async with self._entering:
            await self._sessions.of(account)  # an account that cannot be called costs no hashing
            params = action.to_params()
            unseeded = await asyncio.to_thread(unseeded_key, account.endpoint, account.public_key, params)
            if action.seed == RANDOM_SEED:
                return await self._drawn_job(account, action, unseeded)
            wanted = self._wanted(account, action, request_key(unseeded, action.seed))
            return self._job_for(account, wanted, params)

    async def _drawn_job(self, account: Account, action: Action, unseeded: str) -> Job:
        """Seed -1: what was paid for and not delivered comes first; else a fresh seed is drawn."""
        drawn_key = request_key(unseeded, RANDOM_SEED)
        # A result that somebody still holds is not free either, though it is not delivered yet.
        self._drawn = {job for job in self._drawn if not job.unwatched.is_set()}
        record = await self._ledger(Ledger.undelivered, drawn_key, {job.record.id for job in self._drawn})
        if record is None or record.seed is None:
            seed = random.SystemRandom().randint(0, MAX_SEED)
            record = self._wanted(account, action, request_key(unseeded, seed), seed, drawn_key)
        job = self._job_for(account, record, action.with_seed(record.seed or 0).to_params())
        self._drawn.add(job)
        return job

    def _wanted(
        self,
        account: Account,
        action: Action,
        key: str,
        seed: int | None = None,
        drawn_key: str | None = None,
    ) -> Record:
        return new_record(
            request_key=key,
            drawn_key=drawn_key,
            account=account.identity,
            owner=self._owner,
            action=action.ACTION,
            seed=action.seed if seed is None else seed,
            size=action.size,
            batch_size=action.batch_size,
        )

    async def _serve_collect(self, account: Account, task_uid: str) -> Job:
        record = await self._ledger(Ledger.find, task_uid)
        if record is None:
            record = new_record(request_key="", account=account.identity, owner=self._owner, action="")
            record = replace(record, current_key=None, task_uid=task_uid)
        return self._job_for(account, _with_a_key(record), None)

    async def _resume(self, account: Account) -> None:
        for record in await self._ledger(Ledger.uncollected, account.identity):
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

    # -- from job to stored results

    async def _fulfil(self, account: Account, job: Job) -> TaskResult:
        session = await self._sessions.of(account)
        job.record = await self._acceptance.record_of(job, session)
        job.accept()
        if not job.record.is_stored:
            job.record = await Completion(job, session, self._ledger).stored()
            self._spawn(self._keep_within_bounds())
        return self._result(job)

    def _result(self, job: Job) -> TaskResult:
        job.say(Phase.DONE)
        record = job.record
        return TaskResult(
            task_uid=record.task_uid or "",
            pictures=tuple(self._folder.path(file) for file in record.files if not file.is_text),
            texts=tuple(self._folder.path(file) for file in record.files if file.is_text),
            points_spent=record.points_spent,
            seed=record.seed,
            deliver=lambda: self._ledger.note(Ledger.deliver, record.id),
        )

    async def _keep_within_bounds(self) -> None:
        await self._ledger(drop_oldest, self._folder, self._keep_bytes, time.time() - COLLECTABLE_SECONDS)


def _with_a_key(record: Record) -> Record:
    """A row that is not current for its request gets a key of its own: it must not meet the request's new task."""
    if record.current_key is not None:
        return record
    key = f"task {record.account} {record.task_uid or record.id}"
    state = record.state if record.is_stored or record.task_uid is None else SUBMITTED
    return replace(record, request_key=key, current_key=key, drawn_key=None, state=state)


def _tell_of_a_crash(work: Future[None]) -> None:
    if not work.cancelled() and (crash := work.exception()) is not None:
        _log.error("PICPIK, in the background: a fault of the pack", exc_info=crash)
