"""Made-up neighbours of the runner's parts: an account's client, the ledger without its thread, other processes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from comfyui_picpik.picpik.api import Account, Credits, TaskDetail, TaskStatus
from comfyui_picpik.picpik.ledger import Ledger
from comfyui_picpik.picpik.ledger.ledger import MEMORY
from comfyui_picpik.tests.virtual_time import VirtualClock

ACTION = "ApplyReferencePattern"


def detail(uid: str, status: TaskStatus = TaskStatus.RUNNING, **told: Any) -> TaskDetail:
    """What the service tells of a task."""
    return TaskDetail(uid, status, **{"status_word": status.value, "action": ACTION, "seed": 7, **told})


class ScriptedClient:
    """A client whose answers are written down beforehand; an exception among them is raised.

    `calls` tells what was called, with what, and at which second.
    """

    def __init__(self, clock: VirtualClock, account: Account | None = None) -> None:
        self.account = account or Account("https://picpik.invalid", "public", "private")
        self.clock = clock
        self.calls: list[tuple[float, str, Any]] = []
        self.knows_the_time = True
        self.is_closed = False
        self.ahead = 0.0
        self.seconds = 0.0
        """How long each call takes."""
        self.running: Callable[[], Sequence[str] | Exception] = list
        self.details: Callable[[Sequence[str]], dict[str, TaskDetail] | Exception] = lambda uids: {
            uid: detail(uid) for uid in uids
        }
        self.submits: Callable[[], str | Exception] = lambda: "uid"
        self.pictures: Callable[[str], bytes | Exception] = lambda url: url.encode()
        self.used: Callable[[], int | Exception] = lambda: 0

    def keep_time_of(self, former: ScriptedClient) -> None:
        """It knows the time anyway."""

    def now(self) -> float:
        return self.clock.time() - self.clock.ahead + self.ahead if self.knows_the_time else self.clock.time()

    async def running_tasks(self) -> list[str]:
        return list(await self._call("running", None, self.running))

    async def task_details(self, uids: Sequence[str]) -> dict[str, TaskDetail]:
        return await self._call("details", list(uids), lambda: self.details(uids))

    async def submit(self, params: Any) -> str:
        return await self._call("submit", params, self.submits)

    async def download(self, url: str) -> bytes:
        return await self._call("download", url, lambda: self.pictures(url))

    async def credits(self) -> Credits:
        return Credits(1000, await self._call("credits", None, self.used))

    async def aclose(self) -> None:
        self.is_closed = True

    async def _call(self, name: str, given: Any, answer: Callable[[], Any]) -> Any:
        self.calls.append((asyncio.get_running_loop().time(), name, given))
        await asyncio.sleep(self.seconds)
        outcome = answer()
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    def times(self, name: str) -> list[float]:
        """The seconds at which this was called."""
        return [round(at, 6) for at, called, _ in self.calls if called == name]

    def given(self, name: str) -> list[Any]:
        """What this was called with."""
        return [given for _, called, given in self.calls if called == name]


class DirectLedger:
    """A ledger in memory, whose methods are called where they are awaited."""

    def __init__(self) -> None:
        self.ledger = Ledger(MEMORY)
        self.methods: list[str] = []
        self.before: Callable[[str], None] = lambda _: None
        """Called with a method's name right before it."""
        self.checked: list[str] = []
        self.refusal: Exception | None = None
        """Why nothing may be paid."""

    async def __call__(self, method: Callable[..., Any], *args: Any) -> Any:
        await asyncio.sleep(0)
        self.before(method.__name__)
        self.methods.append(method.__name__)
        return method(self.ledger, *args)

    def note(self, method: Callable[..., Any], *args: Any) -> None:
        method(self.ledger, *args)

    async def check_before_paying(self, key: str) -> None:
        self.checked.append(key)
        if self.refusal is not None:
            raise self.refusal

    def close(self) -> None:
        self.ledger.close()


class MadeUpOwners:
    """`me` lives, and whoever is among the `others`."""

    me = "me"

    def __init__(self) -> None:
        self.others: set[str] = set()

    def is_alive(self, owner: str) -> bool:
        return owner == self.me or owner in self.others


class NoJitter:
    """Randomness that is none: the middle, and the order as it is."""

    def uniform(self, low: float, high: float) -> float:
        return (low + high) / 2

    def sample(self, population: Sequence[Any], count: int) -> list[Any]:
        return list(population)[:count]

    def randint(self, low: int, high: int) -> int:
        return (low + high) // 2
