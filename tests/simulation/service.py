"""PICPIK in virtual time, written from its API page alone: JSON in, JSON out. It knows nothing of the pack.

What befalls calls and tasks is told by the schedule; everything that was accepted, said and looked at is written down
with its time, for whoever judges the story afterwards.
"""

from __future__ import annotations

import asyncio
import contextvars
import email.utils
import functools
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

EPOCH = 1_790_000_000.0
"""Unix time at which every schedule begins."""

KEPT = 24 * 3600.0
CREDITS_PER_PICTURE = 60
TEXTS = "DescribeImages"
"""The Action whose results are texts."""
WITHOUT_SEED = ("RemoveContents", TEXTS)
SUBMITS = ("GeneratePatternsFromImage", "ApplyReferencePattern", *WITHOUT_SEED)

_XID_ALPHABET = "0123456789abcdefghijklmnopqrstuv"
_NOBODY = contextvars.Context()
"""What the service does by itself belongs to no process, and goes on when one ends."""


@dataclass(frozen=True)
class Fate:
    """What becomes of a task. Times are seconds; a task is listed `lag` after it was made.

    `end` is finished, failed, message (an ErrorMassage and nothing else), odd (a word that nobody knows, and no
    result) or vanishes (it is listed no more).
    """

    queued: float = 1.0
    runs: float = 10.0
    lag: float = 0.0
    end: str = "finished"
    tells_seed: bool = True
    is_xid: bool = True
    echo: str = ""


@dataclass
class Submit:
    """One paid call: who made it when, and when his side of the connection ended. Times are virtual seconds."""

    name: str
    process: Any
    sent: float
    ended: float | None = None
    task: Task | None = None
    told: float | None = None
    """When the caller was given the TaskUID."""
    how: str = "answered"


@dataclass
class Task:
    """An accepted task."""

    uid: str
    name: str
    action: str
    seed: int | None
    count: int
    account: str
    made: float
    fate: Fate
    submit: Submit
    said_failed: float | None = None
    """When the service first said, in an answer that arrived, that it failed."""
    pictures_asked: Counter[int] = field(default_factory=Counter)

    @property
    def listed_from(self) -> float:
        return self.made + self.fate.lag

    @property
    def ends(self) -> float:
        return self.made + self.fate.queued + self.fate.runs

    def is_running(self, now: float) -> bool:
        return self.listed_from <= now < self.ends

    def is_known(self, now: float) -> bool:
        has_vanished = self.fate.end == "vanishes" and now >= self.ends
        return self.listed_from <= now < self.made + KEPT and not has_vanished

    def failed(self, now: float) -> bool:
        return now >= self.ends and self.fate.end in ("failed", "message")

    def detail(self, now: float) -> dict[str, Any]:
        """TaskDetail."""
        has_ended = now >= self.ends
        detail: dict[str, Any] = {"TaskUID": self.uid, "Action": self.action + self.fate.echo, "ErrorCode": 0}
        if self.seed is not None and (has_ended or self.fate.tells_seed):
            detail["Seed"] = self.seed
        if not has_ended:
            return detail | {"Status": "Queuing" if now < self.made + self.fate.queued else "Running"}
        if self.fate.end == "failed":
            return detail | {"Status": "Error", "ErrorCode": 1001, "ErrorMassage": "the content is not allowed"}
        if self.fate.end == "message":
            return detail | {"Status": "Ended", "ErrorMassage": "the model broke"}
        if self.fate.end == "odd":
            return detail | {"Status": "Rejected"}
        points = CREDITS_PER_PICTURE * self.count
        return detail | {"Status": "Finished", "ConsumeApiPoint": points} | self._results()

    def _results(self) -> dict[str, list[str]]:
        if self.action == TEXTS:
            return {"TxtList": [text_of(self.name, self.uid, index) for index in range(self.count)]}
        return {"ImgList": [f"https://pictures.picpik.ai/{self.uid}/{index}?sign=x" for index in range(self.count)]}


@dataclass(frozen=True)
class Look:
    """One ListRunningTasks: which tasks it was told of, or None where it got no answer."""

    at: float
    process: Any
    account: str
    uids: frozenset[str] | None


class SimulatedService:
    """`fates` by request name are used up in order; further tasks have the plainest."""

    def __init__(self, loop: asyncio.AbstractEventLoop, fates: dict[str, list[Fate]], *, tells_time: bool) -> None:
        self._loop = loop
        self._fates = fates
        self._tells_time = tells_time
        self._made: Counter[str] = Counter()
        self.tasks: dict[str, Task] = {}
        self.of_name: dict[str, list[Task]] = defaultdict(list)
        self.submits: list[Submit] = []
        self.looks: list[Look] = []
        self.calls = 0
        self.coming = 0
        """Tasks that will be made of what was sent."""

    @property
    def now(self) -> float:
        return self._loop.time()

    def headers(self) -> dict[str, str]:
        if not self._tells_time:
            return {}
        return {"Date": _date(int(EPOCH + self.now))}

    # -- submits

    def accept_later(self, submit: Submit, params: dict[str, Any], seconds: float) -> asyncio.Future[Task]:
        """Accepts the task after so many seconds, whatever becomes of the caller."""
        accepted: asyncio.Future[Task] = self._loop.create_future()
        self.coming += 1

        def accept() -> None:
            self.coming -= 1
            task = self._accept(submit, params)
            if not accepted.done():
                accepted.set_result(task)

        self._loop.call_later(seconds, accept, context=_NOBODY)
        return accepted

    def _accept(self, submit: Submit, params: dict[str, Any]) -> Task:
        name = submit.name
        fates = self._fates.get(name, [])
        fate = fates[self._made[name]] if self._made[name] < len(fates) else Fate()
        self._made[name] += 1
        task = Task(
            uid=self._uid(fate),
            name=name,
            action=params["Action"],
            seed=self._seed(params),
            count=len(params["ImageList"]) if params["Action"] == TEXTS else params.get("BatchSize", 1),
            account=params["PublicKey"],
            made=self.now,
            fate=fate,
            submit=submit,
        )
        submit.task = self.tasks[task.uid] = task
        self.of_name[name].append(task)
        return task

    def _seed(self, params: dict[str, Any]) -> int | None:
        if params["Action"] in WITHOUT_SEED:
            return None
        seed = params.get("Seed", -1)
        return seed if seed >= 0 else 77 + len(self.tasks)

    def _uid(self, fate: Fate) -> str:
        number = len(self.tasks) + 1
        if not fate.is_xid:
            return f"task-{number:04d}"
        bits = (int(EPOCH + self.now) << 64 | number) << 4  # 96 bits in 20 letters of 5
        return "".join(_XID_ALPHABET[bits >> shift & 31] for shift in range(95, -1, -5))

    # -- reads

    def answer(self, params: dict[str, Any]) -> dict[str, Any]:
        """The answer to a call that costs nothing, as it stands at this moment."""
        action, account = params["Action"], params["PublicKey"]
        answer: dict[str, Any] = {"RetCode": 0, "Action": action, "Message": ""}
        if action == "ListRunningTasks":
            return answer | {"TaskUIDList": [task.uid for task in self._of(account) if task.is_running(self.now)]}
        if action == "ListTasksDetails":
            wanted = set(params["TaskUIDList"])
            known = [task for task in self._of(account) if task.uid in wanted and task.is_known(self.now)]
            return {"TaskDetailList": [task.detail(self.now) for task in known]}
        if action == "GetCreditBalance":
            used = sum(CREDITS_PER_PICTURE * task.count for task in self._of(account))
            return answer | {"TotalCredits": 100_000, "UsedCredits": used}
        return {"RetCode": 161, "Action": action, "Message": "Action does not exist"}

    def said(self, answer: dict[str, Any]) -> None:
        """The answer has reached its caller."""
        for detail in answer.get("TaskDetailList") or ():
            task = self.tasks[detail["TaskUID"]]
            if task.said_failed is None and (detail["Status"] == "Error" or detail.get("ErrorMassage")):
                task.said_failed = self.now

    def looked(self, process: Any, account: str, answer: dict[str, Any] | None) -> None:
        """ListRunningTasks reached its caller, or (None) got no answer."""
        uids = None if answer is None else frozenset(answer["TaskUIDList"])
        self.looks.append(Look(self.now, process, account, uids))

    def picture(self, uid: str, index: int) -> bytes | None:
        """The bytes of a result, which tell whose it is; None where there is none (any more)."""
        task = self.tasks.get(uid)
        if task is None or not task.is_known(self.now) or self.now < task.ends or index >= task.count:
            return None
        return picture_of(task.name, uid, index)

    def _of(self, account: str) -> Iterator[Task]:
        return (task for task in self.tasks.values() if task.account == account)


@functools.cache  # all schedules begin at the same second
def _date(second: int) -> str:
    return email.utils.formatdate(second, usegmt=True)


def picture_of(name: str, uid: str, index: int) -> bytes:
    """What stands for a PNG in virtual time: a signature, whose it is, and an end."""
    return b"\x89PNG\r\n\x1a\n" + text_of(name, uid, index).encode() + b" end"


def text_of(name: str, uid: str, index: int) -> str:
    return f"{name} {uid} {index}"


def owner_of_text(content: bytes) -> tuple[str, str]:
    """Name and TaskUID of the task that a text is of."""
    name, uid, _ = content.decode().split()
    return name, uid


def owner_of(content: bytes) -> tuple[str, str]:
    """Name and TaskUID of the task that a whole picture is of. Raises ValueError."""
    if not (content.startswith(b"\x89PNG\r\n\x1a\n") and content.endswith(b" end")):
        raise ValueError("it is no whole picture")
    return owner_of_text(content[8:-4])
