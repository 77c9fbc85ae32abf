"""Accepted tasks: what each was, where it stands, and the TaskDetail it shows."""

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from time import monotonic
from typing import Any

from .actions import TaskSpec
from .answers import optional_fields
from .faults import Fault
from .quirks import Quirks
from .result_files import ResultFile

_LONGEST_TEXT = 256
_NOT_DIGESTED = ("Signature", "request_uuid")


class Status(str, Enum):
    """The four words of the older API, the best guess for today's."""

    QUEUING = "Queuing"
    RUNNING = "Running"
    FINISHED = "Finished"
    ERROR = "Error"


@dataclass
class Task:
    """One accepted, paid task. `spec` holds the pictures sent, and is dropped when the task is over."""

    uid: str
    action: str
    digest: str
    parameters: dict[str, Any]
    spec: TaskSpec | None
    seed: int | None
    credits: int
    created: float
    """Unix time by the server's clock."""
    fault: Fault | None = None
    status: Status = Status.QUEUING
    files: list[ResultFile] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    error_code: int = 0
    error_message: str = ""
    polls: int = 0
    downloads: int = 0
    accepted_at: float = field(default_factory=monotonic)
    seen: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once a TaskDetail of it was given."""

    @property
    def is_over(self) -> bool:
        """Finished or failed."""
        return self.status in (Status.FINISHED, Status.ERROR)

    def fault_of(self, kind: str) -> Fault | None:
        """The fault laid on the task, when it is of this kind."""
        return self.fault if self.fault is not None and self.fault.kind == kind else None

    @property
    def is_hidden(self) -> bool:
        """Whether a "vanish" fault has made it disappear by now."""
        vanishing = self.fault_of("vanish")
        return vanishing is not None and self.polls >= vanishing["polls"]

    @property
    def is_listed(self) -> bool:
        """Whether ListRunningTasks lists it while it is not over, which an "unlisted" fault puts off."""
        unlisted = self.fault_of("unlisted")
        return unlisted is None or monotonic() - self.accepted_at > unlisted["seconds"]

    def shown_status(self, quirks: Quirks) -> str:
        """What stands in its Status field, before this poll is counted."""
        unknown = self.fault_of("unknown_status")
        if unknown and (unknown["polls"] is None or self.polls < unknown["polls"]):
            return unknown["word"]
        return quirks.status_words.get(self.status.value, self.status.value)

    def detail(self, origin: str, expires: int, quirks: Quirks) -> dict[str, Any]:
        """Its TaskDetail; `origin` is the address that the client knows the server by."""
        spelling = "ErrorMessage" if quirks.error_message_spelt_right else "ErrorMassage"
        optional = {
            "ImgList": [origin + file.path(expires) for file in self.files],
            "Seed": self.seed if self._tells_seed(quirks) else None,
            "TxtList": self.texts,
            "ConsumeApiPoint": 0 if self.status is Status.ERROR else self.credits,
            "ErrorCode": self.error_code,
            spelling: self.error_message,
        }
        action = quirks.detail_actions.get(self.action, self.action)
        required = {"TaskUID": self.uid, "Action": action, "Status": self.shown_status(quirks)}
        return required | optional_fields(optional, quirks)

    def _tells_seed(self, quirks: Quirks) -> bool:
        return quirks.seed_told == "always" or (quirks.seed_told == "when over" and self.is_over)

    def as_dict(self) -> dict[str, Any]:
        """What a test wants to know about it, as JSON can say it."""
        return {
            "TaskUID": self.uid,
            "Action": self.action,
            "Status": self.status.value,
            "Seed": self.seed,
            "digest": self.digest,
            "request_uuid": self.parameters.get("request_uuid"),
            "ConsumeApiPoint": self.credits,
            "created": self.created,
            "polls": self.polls,
            "downloads": self.downloads,
            "fault": self.fault.kind if self.fault else None,
            "parameters": self.parameters,
        }


class TaskStore:
    """Every task ever accepted, in order; a client can ask for one until the retention time is over."""

    def __init__(self, retention_seconds: float) -> None:
        self.retention_seconds = retention_seconds
        self._tasks: dict[str, Task] = {}

    def add(self, task: Task) -> None:
        """Keeps an accepted task."""
        self._tasks[task.uid] = task

    def __getitem__(self, uid: str) -> Task:
        return self._tasks[uid]

    def all(self) -> list[Task]:
        """Every task, oldest first."""
        return list(self._tasks.values())

    def known(self, uid: str) -> Task | None:
        """The task as a client may still ask for it."""
        task = self._tasks.get(uid)
        if task is None or task.is_hidden or monotonic() - task.accepted_at > self.retention_seconds:
            return None
        return task

    def unfinished(self) -> list[Task]:
        """Those that ListRunningTasks lists."""
        return [task for task in self.all() if not task.is_over and task.is_listed and self.known(task.uid)]

    def accepted(self) -> Counter[str]:
        """How many tasks each distinct request has made, by its digest."""
        return Counter(task.digest for task in self.all())


def request_digest(parameters: Mapping[str, Any]) -> str:
    """SHA-256 over all parameters but Signature and request_uuid: equal for two requests that ask for the same."""
    asked = {name: value for name, value in parameters.items() if name not in _NOT_DIGESTED}
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def abridged(value: Any) -> Any:
    """The value with each long text, that is each picture, replaced by its length and SHA-256."""
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        digest = hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
        return f"({len(value)} characters, sha256 {digest})"
    if isinstance(value, list):
        return [abridged(item) for item in value]
    if isinstance(value, dict):
        return {name: abridged(item) for name, item in value.items() if name != "Signature"}
    return value
