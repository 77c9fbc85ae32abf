"""The task runner: the one place that takes a request and brings its results, whatever happens to who asked.

It owns one daemon thread with its own event loop, HTTP clients, executor and ledger, because ComfyUI makes a new loop
for every prompt and cancels all nodes when one fails. What happens in the thread is in core.py.
"""

from __future__ import annotations

import asyncio
import logging
import random
import threading
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from ..api import SYSTEM_CLOCK, Account, Client, Clock, Observer, PicpikError, Request, Timeouts, tls_context
from ..ledger import FILE_NAME, FOLDER_NAME, OWNERS_FOLDER, Durability, LedgerThread, Owners, ResultFolder
from .collector import CheckPicture
from .core import Core
from .delays import Delays
from .handle import Handle
from .work import Work

_log = logging.getLogger("picpik")


class Runner:
    """Serves all prompts and nodes of the process. Thread-safe; starts its thread at the first use.

    `home` holds the ledger and the results. `check_picture` tells a complete picture from anything else.
    `poll_interval` in seconds replaces the pack's own rhythm. `keep_bytes` bounds the delivered results kept on disk.
    `observer` learns of the services from the calls.
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
        clock: Clock = SYSTEM_CLOCK,
        observer: Observer = Observer(),  # noqa: B008  it keeps nothing
    ) -> None:
        self._timeouts = timeouts
        self._observer = observer
        self._clock = clock
        self._durability = Durability()
        self._owners = Owners(home / OWNERS_FOLDER)
        self._ledger = LedgerThread(home / FILE_NAME, self._durability, self._owners)
        self._work = Work()
        self._core = Core(
            self._ledger,
            ResultFolder(home / FOLDER_NAME, self._durability.lost),
            self._owners,
            self._connect,
            check_picture,
            work=self._work,
            clock=clock,
            jitter=jitter or random.SystemRandom(),
            delays=delays,
            poll_interval=poll_interval,
            keep_bytes=keep_bytes,
        )
        self._said: set[str] = set()
        self._starting = threading.Lock()
        self._stopped = False
        self._thread: threading.Thread | None = None
        self._loop = asyncio.new_event_loop()

    # -- for any thread

    def submit(self, account: Account, request: Request, asked: float | None = None) -> Handle:
        """Sees to it that the request becomes results, once. Returns at once; requests keep their order.

        `asked` is when its user asked for it, in seconds since 1970 by this machine's clock; None: just now. What was
        told after that does not make it pay again, and neither does anything where the clock was set back since.
        """
        handle = Handle(self._loop)
        now = self._clock.time()
        if asked is None:
            asked = now
        elif asked > now:
            asked = 0.0
        self._insist(self._core.submit(handle, account, request, asked))
        return handle

    def collect(self, account: Account, task_uid: str, others: Sequence[Account] = ()) -> Handle:
        """The same for a task that exists already, whoever made it.

        `account` asks for it, unless it is known as a task of one of the `others`.
        """
        handle = Handle(self._loop)
        self._insist(self._core.collect(handle, account, task_uid, others))
        return handle

    def unsent(self, account: Account, requests: Sequence[Request]) -> Future[list[bool]]:
        """Which of the requests are known to nobody, and so will have to be sent."""
        return self._insist(self._core.unsent(account, requests))

    def check(self, account: Account) -> Future[None]:
        """Raises NotConfigured, in the future, where the account cannot be called."""
        return self._insist(self._core.check(account))

    def resume(self, account: Account) -> None:
        """Sees in the background to what may be paid for and is not stored. May be called again and again.

        What cannot be had any more is named in the log, once.
        """
        self._spawn(self._core.resume(account))

    def saw_credits(self, account: Account, used: int) -> None:
        """UsedCredits of the account, told just now: evidence for a submit that will get no answer."""
        self._spawn(self._core.saw_credits(account, used))

    @property
    def warning(self) -> str | None:
        """Why paid tasks are not remembered just now, or None when all is well."""
        return self._durability.warning

    @property
    def incomplete(self) -> int:
        """How often results were handed out of which some are missing: running again tries to fetch them."""
        return self._core.incomplete

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
        self._work.close()
        self._ledger.close()

    # -- the thread

    def _insist(self, work: Coroutine[Any, Any, Any]) -> Future[Any]:
        """Has `work` done for somebody who waits. Raises RuntimeError where the thread has ended for good."""
        future = self._start(work)
        if future is None:
            raise RuntimeError("the task runner has ended")
        return future

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Has `work` done for nobody in particular."""
        future = self._start(work)
        if future is not None:
            future.add_done_callback(self._tell_of_a_failure)

    def _start(self, work: Coroutine[Any, Any, Any]) -> Future[Any] | None:
        """Has `work` done in the thread. None where the thread has ended for good."""
        with self._starting:
            if self._stopped:
                work.close()
                return None
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="picpik", daemon=True)
                self._thread.start()
            return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
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
        await self._core.aclose()
        await self._loop.shutdown_asyncgens()
        await self._loop.shutdown_default_executor()

    async def _connect(self, account: Account) -> Client:
        context = await asyncio.to_thread(tls_context)
        return Client(account, ssl_context=context, timeouts=self._timeouts, clock=self._clock, observer=self._observer)

    def _tell_of_a_failure(self, work: Future[Any]) -> None:
        if work.cancelled() or (error := work.exception()) is None:
            return
        if not isinstance(error, PicpikError):
            _log.error("PICPIK, in the background: a fault of the pack", exc_info=error)
        elif str(error) not in self._said:  # such as a proxy that cannot be used
            self._said.add(str(error))
            _log.warning("PICPIK, in the background: %s", error)
