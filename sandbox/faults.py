"""Faults on demand: which there are, and the plan that says which request gets which.

A fault affects a *call* (one POST of an API Action), a *task* (settled when it is accepted, seen as it runs) or a
*download* (one GET of a result URL). The plan is a list: a request takes the first fault in it that is for its stage
and fits it, once for each of the fault's `times`. "pass" does nothing and uses up a turn, so that a list of
faults scripts a row of requests.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from threading import Lock
from typing import Any, Literal

Stage = Literal["unread", "call", "task", "download"]
"""'unread' is a call whose body has not been read."""
Where = Mapping[str, Any] | Callable[[Mapping[str, Any]], bool]

DOWNLOAD = "download"


@dataclass(frozen=True)
class FaultKind:
    """What a kind of fault affects, and the options it takes with their defaults."""

    stages: tuple[Stage, ...]
    options: Mapping[str, Any] = field(default_factory=dict)


_CALL: tuple[Stage, ...] = ("call",)
_BOTH: tuple[Stage, ...] = ("call", "download")
_TASK: tuple[Stage, ...] = ("task",)
_DOWNLOAD: tuple[Stage, ...] = ("download",)

FAULT_KINDS: dict[str, FaultKind] = {
    "pass": FaultKind(_BOTH),
    "reset_unread": FaultKind(("unread",)),
    "reset": FaultKind(_BOTH, {"accepted": False}),
    "hang": FaultKind(_BOTH, {"accepted": True}),
    "slow": FaultKind(_BOTH, {"seconds": 2.0}),
    "http": FaultKind(_BOTH, {"status": 503, "retry_after": None, "location": None, "accepted": False, "body": ""}),
    "late": FaultKind(_CALL, {"seconds": 2.0, "answered": False}),
    "odd_status": FaultKind(_CALL, {"status": 500}),
    "garbage": FaultKind(_CALL, {"accepted": True}),
    "truncated_json": FaultKind(_CALL, {"accepted": True}),
    "missing_ret_code": FaultKind(_CALL),
    "ret_code": FaultKind(_CALL, {"ret_code": 153, "message": "Too many requests", "status": 200, "accepted": False}),
    "missing_task_uid": FaultKind(_CALL),
    "fail": FaultKind(_TASK, {"error_code": 1000, "message": "The task failed on demand"}),
    "stuck": FaultKind(_TASK),
    "vanish": FaultKind(_TASK, {"polls": 0}),
    "unlisted": FaultKind(_TASK, {"seconds": 2.0}),
    "unknown_status": FaultKind(_TASK, {"word": "Archiving", "polls": 3}),
    "picture_count": FaultKind(_TASK, {"count": 0}),
    "picture_format": FaultKind(_TASK, {"format": "JPEG"}),
    "truncated_body": FaultKind(_DOWNLOAD),
    "slow_body": FaultKind(_DOWNLOAD, {"seconds": 2.0}),
    "corrupt_picture": FaultKind(_DOWNLOAD),
    "html": FaultKind(_DOWNLOAD),
    "empty_body": FaultKind(_DOWNLOAD),
}


@dataclass
class Fault:
    """One line of the plan; `times` counts down to 0, None never ends. Options are read as `fault["seconds"]`."""

    kind: str
    stage: Stage
    action: str | None
    where: Where | None
    times: int | None
    options: dict[str, Any]

    def __getitem__(self, option: str) -> Any:
        return self.options[option]

    @property
    def accepted(self) -> bool:
        """Whether the call takes effect all the same (a submit is then accepted and paid)."""
        return self.options.get("accepted", True)

    def fits(self, stage: Stage, action: str, parameters: Mapping[str, Any]) -> bool:
        """Whether this line is meant for such a request."""
        if self.stage != stage or self.action not in (None, action):
            return False
        if self.where is None:
            return True
        if callable(self.where):
            return self.where(parameters)
        return all(name in parameters and parameters[name] == value for name, value in self.where.items())

    def as_dict(self) -> dict[str, Any]:
        """The line as JSON can say it."""
        line = asdict(self)
        return line | {"where": "a function"} if callable(self.where) else line


class FaultPlan:
    """The faults still to come, in order, and those that fired. May be used from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: list[Fault] = []
        self._fired: list[dict[str, Any]] = []

    def add(
        self,
        kind: str,
        *,
        action: str | None = None,
        where: Where | None = None,
        times: int | None = 1,
        **options: Any,
    ) -> Fault:
        """Appends a fault.

        `action` names an Action, or is "download"; None is any Action, or any download for kinds that
        affect nothing else.
        `where` gives request parameters that must be equal, or a function of them; for a download they are those of the
        request that made the picture. ValueError when there is no such kind or option.
        """
        fault = _fault(kind, action, where, times, options)
        with self._lock:
            self._waiting.append(fault)
        return fault

    def take(self, stage: Stage, action: str, parameters: Mapping[str, Any]) -> Fault | None:
        """The fault for one request at one stage, now used up once."""
        with self._lock:
            for fault in self._waiting:
                if fault.fits(stage, action, parameters):
                    self._fire(fault, action)
                    return fault
        return None

    def clear(self) -> None:
        """Drops what has not fired yet."""
        with self._lock:
            self._waiting.clear()

    @property
    def waiting(self) -> list[Fault]:
        """The faults still to come."""
        with self._lock:
            return list(self._waiting)

    @property
    def fired(self) -> list[dict[str, Any]]:
        """What fired so far, in order: {"kind", "action"}."""
        with self._lock:
            return list(self._fired)

    def _fire(self, fault: Fault, action: str) -> None:
        self._fired.append({"kind": fault.kind, "action": action})
        if fault.times is not None:
            fault.times -= 1
            if fault.times == 0:
                self._waiting.remove(fault)


def _fault(kind: str, action: str | None, where: Where | None, times: int | None, options: dict[str, Any]) -> Fault:
    if kind not in FAULT_KINDS:
        raise ValueError(f"no fault is called {kind!r}; there are {', '.join(FAULT_KINDS)}")
    known = FAULT_KINDS[kind]
    strangers = options.keys() - known.options.keys()
    if strangers:
        raise ValueError(f"fault {kind} takes {', '.join(known.options) or 'no options'}, not {', '.join(strangers)}")
    if times is not None and times < 1:
        raise ValueError(f"times must be 1 or more, or None for ever, not {times}")
    stage = _stage(kind, known, action)
    if stage == "unread" and where is not None:
        raise ValueError("reset_unread strikes before the parameters are read: it takes no `where`")
    return Fault(kind, stage, action, where, times, {**known.options, **options})


def _stage(kind: str, known: FaultKind, action: str | None) -> Stage:
    wanted = "download" if action == DOWNLOAD or known.stages == _DOWNLOAD else None
    if wanted is None:
        return known.stages[0]
    if wanted not in known.stages or action not in (None, DOWNLOAD):
        raise ValueError(f"fault {kind} cannot strike {action}")
    return wanted
