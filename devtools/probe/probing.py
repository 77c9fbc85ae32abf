"""One task of the probe: paid within the cap, never lost, never paid again by a second run."""

import asyncio
import signal
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

from ...imaging import check_picture, describe_picture
from ...picpik.accounts import Recorder, read_facts, service_name
from ...picpik.accounts.redaction import redacted, sent_texts
from ...picpik.api import (
    ASSUMED,
    Account,
    ApiError,
    Assumptions,
    CallFailed,
    Client,
    HttpRefused,
    PicpikError,
)
from ...picpik.ledger import (
    FILE_NAME,
    SUBMITTED,
    Durability,
    Ledger,
    LedgerThread,
    Record,
    TaskHistory,
    new_record,
)
from ...picpik.runner import Runner, TaskResult
from ...picpik.runner.pace import is_throttling
from .budget import Budget
from .journal import Journal, digest

_T = TypeVar("_T")

_TRIES = 8
_AFTER_THROTTLING = 1.5
_LONGEST_LISTING = 20.0
_BETWEEN_LOOKS = 1.0
_MOST_TASKS = 1000
_NOBODY = "probe"
"""Owner of a row that whoever asks for it may take over."""


@dataclass(frozen=True)
class Paid:
    """What became of one request: a `result`, or why there is none. `is_unknown`: it may have been paid, or not."""

    task_uid: str = ""
    result: TaskResult | None = None
    refusal: str = ""
    is_unknown: bool = False

    @property
    def pictures(self) -> list[bytes]:
        return [path.read_bytes() for path in self.result.pictures] if self.result else []

    @property
    def told(self) -> str:
        """A few words for the table."""
        if self.result is None:
            return (
                "it was interrupted before its answer was there, and is not sent again"
                if self.is_unknown
                else self.refusal
            )
        kinds = sorted({describe_picture(content) for content in self.pictures}) or [f"{len(self.result.texts)} text"]
        cost = "credits not told" if self.result.points_spent is None else f"{self.result.points_spent} credits"
        return f"{', '.join(kinds)}; {cost}"


class Probe:
    """Calls of one account. To be used in one event loop, closed with `aclose`."""

    def __init__(self, account: Account, home: Path, cap: int) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self.account = account
        self.home = home
        self.assumptions: Assumptions = ASSUMED
        self.journal = Journal(home)
        self.budget = Budget(cap, lambda: self.journal.spent)
        self.recorder = Recorder(home, describe_picture)
        self.client = Client(account, observer=self.recorder)
        self._ledger = LedgerThread(home / FILE_NAME, Durability())
        self._runner = Runner(home, check_picture, observer=self.recorder)

    @property
    def service(self) -> str:
        return service_name(self.account.endpoint)

    def facts(self) -> dict[str, Any]:
        """What is known of the service by now."""
        self.recorder.flush()
        return read_facts(self.home).get(self.service, {})

    async def aclose(self) -> None:
        await asyncio.to_thread(self._runner.stop)
        await asyncio.to_thread(self._ledger.close)
        await self.client.aclose()
        self.recorder.flush()

    async def free(self, call: Callable[[], Awaitable[_T]]) -> _T:
        """A call that costs nothing, made again after throttling. Raises CallFailed."""
        for _ in range(_TRIES):
            try:
                return await call()
            except CallFailed as error:
                if not is_throttling(error):
                    raise
                await asyncio.sleep(_AFTER_THROTTLING)
        return await call()

    async def paid(self, name: str, params: Mapping[str, Any], *, is_watched: bool = False) -> Paid:
        """The results of the request that is known by `name`, from an earlier run, too. Raises CapReached.

        `is_watched`: it is looked for in both lists from its acceptance on.
        """
        send = self.journal.sends.get(name)
        if send is None:
            return await self._sent(name, self.assumptions.as_sent(params), is_watched)
        if send.refusal or not send.is_noted:
            return Paid(refusal=send.refusal, is_unknown=not send.is_noted)
        task_uid = self.task_uid(send.task)
        return (
            await self._collected(name, params, task_uid) if task_uid else Paid(refusal="its task is not in the ledger")
        )

    async def _sent(self, name: str, params: Mapping[str, Any], is_watched: bool) -> Paid:
        estimate = self.budget.require(params)
        send = self.journal.begin(name, estimate, (await self.free(self.client.credits)).used)
        try:
            with _uninterrupted():
                task_uid = await self._submitted(params)
                await self._ledger(Ledger.write, self._record(params, task_uid))
                send.task = digest(task_uid)
                self.journal.write()
        except (ApiError, HttpRefused) as error:
            send.credits, send.refusal = 0, self._why(error, params)
            self.journal.write()
            return Paid(refusal=send.refusal)
        except CallFailed:
            return Paid(is_unknown=True)
        if is_watched:
            await self._watch(task_uid)
        return await self._collected(name, params, task_uid)

    def _record(self, params: Mapping[str, Any], task_uid: str) -> Record:
        """The row of a task that the runner of this or a later run collects by its TaskUID."""
        made = new_record(
            request_key="", account=self.account.identity, owner=_NOBODY, action=params["Action"], created=time.time()
        )
        return replace(made, current_key=None, state=SUBMITTED, task_uid=task_uid, submitted=self.client.now())

    async def _submitted(self, params: Mapping[str, Any]) -> str:
        return await self.free(lambda: self.client.submit(params))  # throttling is a definite no

    async def _watch(self, task_uid: str) -> None:
        """Looks until the task is in both lists, or over; the recorder times it."""
        loop = asyncio.get_running_loop()
        until = loop.time() + _LONGEST_LISTING
        while loop.time() < until:
            running = await self.free(self.client.running_tasks)
            detail = (await self.free(lambda: self.client.task_details([task_uid]))).get(task_uid)
            if detail is not None and (task_uid in running or detail.status.ended):
                return
            await asyncio.sleep(_BETWEEN_LOOKS)

    async def _collected(self, name: str, params: Mapping[str, Any], task_uid: str) -> Paid:
        send = self.journal.sends[name]
        try:
            result = await asyncio.wrap_future(self._runner.collect(self.account, task_uid).result)
        except PicpikError as error:
            used = (await self.free(self.client.credits)).used
            self._cost(name, params, used - send.used_before)
            return Paid(task_uid, refusal=self._why(error, params))
        self._cost(name, params, send.credits if result.points_spent is None else result.points_spent)
        return Paid(task_uid, result)

    def _cost(self, name: str, params: Mapping[str, Any], credits: int) -> None:
        """Notes what a task has cost; two requests that are one task have cost it once."""
        send = self.journal.sends[name]
        others = (other for key, other in self.journal.sends.items() if key != name)
        send.credits = 0 if any(other.task == send.task for other in others) else max(0, credits)
        self.journal.write()
        self.budget.seen(params, send.credits)

    def task_uid(self, known_as: str) -> str:
        """The TaskUID of this digest, as the ledger has it, or nothing."""
        recent = (record.task_uid for record in TaskHistory(self.home).recent(_MOST_TASKS))
        return next((uid for uid in recent if uid and digest(uid) == known_as), "")

    def _why(self, error: PicpikError, params: Mapping[str, Any]) -> str:
        keys = (self.account.public_key, self.account.private_key)
        texts = sent_texts({name: value for name, value in params.items() if name != "Action"})
        return redacted(error.what, (*keys, *texts))


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C waits until the answer of what is paid is noted. It comes to the main thread, and to no other."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    wanted: list[int] = []

    def later(number: int, _frame: FrameType | None) -> None:
        wanted.append(number)

    before = {number: signal.signal(number, later) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if wanted:
            raise KeyboardInterrupt
