"""What the Actions do: a signed request in, an answer out; knows nothing of HTTP."""

import math
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable, Mapping
from typing import Any

from .actions import ACTIONS, TaskSpec
from .answers import Refusal, RetCode, invalid, optional_fields, success
from .credits import CreditBalance
from .faults import FaultPlan
from .models import model_lists
from .picture_encoding import check_form, with_mask_inverted
from .quirks import Quirks
from .request_checks import KeyPair, authenticate
from .result_files import ResultFileStore
from .task_runner import TaskRunner
from .task_uids import TaskUidGenerator
from .tasks import Task, TaskStore, abridged, request_digest
from .validation import Field, list_of, read_fields, text

CREDITS_VALID_SECONDS = 365 * 24 * 3600

_Answerer = Callable[[Mapping[str, Any], str], dict[str, Any]]

_TASK_UIDS = (Field("TaskUIDList", list_of(text), required=True),)


class Service:
    """A PICPIK with one user: his tasks, results and credits, and what may go wrong with them."""

    def __init__(
        self,
        keys: KeyPair,
        *,
        seconds_queued: float,
        seconds_per_task: float,
        until_seen: bool,
        retention_seconds: float,
        total_credits: int,
        quirks: Quirks,
    ) -> None:
        self.keys = keys
        self.quirks = quirks
        self.faults = FaultPlan()
        self.requests: Counter[str] = Counter()
        self.tasks = TaskStore(retention_seconds)
        self.result_files = ResultFileStore(retention_seconds)
        self.credit_balance = CreditBalance(total_credits)
        self.task_runner = TaskRunner(
            self.result_files,
            self.credit_balance,
            seconds_queued=seconds_queued,
            seconds_per_task=seconds_per_task,
            until_seen=until_seen,
            quirks=quirks,
        )
        self._task_uids = TaskUidGenerator()
        self._accepted_by_uuid: dict[str, Task] = {}
        self._calls: deque[float] = deque()
        self._synchronous: dict[str, _Answerer] = {
            "ListTasksDetails": self._list_tasks_details,
            "ListRunningTasks": self._list_running_tasks,
            "ListModels": self._list_models,
            "GetCreditBalance": self._get_credit_balance,
        }

    @property
    def action_names(self) -> set[str]:
        """Every Action there is: those that submit a task, and those that answer at once."""
        return {*ACTIONS, *self._synchronous}

    def now(self) -> float:
        """Unix time by the server's clock."""
        return time.time() + self.quirks.clock_offset

    async def answer(self, parameters: Mapping[str, Any], origin: str) -> dict[str, Any]:
        """Does what a request asks; `origin` is the address the client knows. Raises Refusal."""
        self._throttle()
        await self.task_runner.run_in_thread(authenticate, parameters, self.keys)
        action = parameters["Action"]
        if action in ACTIONS:
            return await self._submit(parameters)
        return self._synchronous[action](parameters, origin)

    def state(self) -> dict[str, Any]:
        """What a test may want to know, as JSON can say it."""
        return {
            "tasks": [task.as_dict() for task in self.tasks.all()],
            "accepted": dict(self.tasks.accepted()),
            "requests": dict(self.requests),
            "credits": {"TotalCredits": self.credit_balance.total, "UsedCredits": self.credit_balance.used},
            "faults": {"waiting": [fault.as_dict() for fault in self.faults.waiting], "fired": self.faults.fired},
            "quirks": self.quirks.as_dict(),
        }

    def _throttle(self) -> None:
        most, now = self.quirks.most_calls_per_second, time.monotonic()
        while self._calls and now - self._calls[0] > 1.0:
            self._calls.popleft()
        if most and len(self._calls) >= most:
            raise Refusal(RetCode.THROTTLED, f"Throttled: more than {most} calls in a second")
        self._calls.append(now)

    async def _submit(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        spec, digest, record = await self.task_runner.run_in_thread(_read_submit, parameters, self.quirks)
        request_uuid = parameters.get("request_uuid", "")
        task = self._accepted_by_uuid.get(request_uuid) if self.quirks.idempotent_request_uuid else None
        if task is None:
            task = self._accept(parameters["Action"], spec, digest, record)
            self.task_runner.start(task)
        if request_uuid:
            self._accepted_by_uuid.setdefault(request_uuid, task)
        return success(parameters, self.quirks, TaskUID=task.uid)

    def _accept(self, action: str, spec: TaskSpec, digest: str, record: dict[str, Any]) -> Task:
        """Takes the credits and keeps the task: from here on it is paid."""
        self.credit_balance.spend(spec.credits)
        now = self.now()
        task = Task(
            uid=str(uuid.uuid4()) if self.quirks.uuid_task_uids else self._task_uids.generate(now),
            action=action,
            digest=digest,
            parameters=record,
            spec=spec,
            seed=spec.seed,
            credits=spec.credits,
            created=now,
            fault=self.faults.take("task", action, record),
        )
        self.tasks.add(task)
        return task

    def _list_tasks_details(self, parameters: Mapping[str, Any], origin: str) -> dict[str, Any]:
        uids: list[str] = read_fields(parameters, _TASK_UIDS)["TaskUIDList"]
        found = [(uid, self.tasks.known(uid)) for uid in uids]
        unknown = [uid for uid, task in found if task is None]
        if unknown and self.quirks.unknown_uid_fails:
            raise invalid("TaskUIDList", f"task {unknown[0]} does not exist")
        details = [self._detail(task, origin) for _, task in found if task is not None]
        if self.quirks.details_reversed:
            details.reverse()
        answer = success(parameters, self.quirks, **optional_fields({"TaskDetailList": details}, self.quirks))
        if self.quirks.details_without_ret_code:
            del answer["RetCode"], answer["Message"]
        return answer

    def _detail(self, task: Task, origin: str) -> dict[str, Any]:
        expires = math.ceil(task.created + self.tasks.retention_seconds)
        detail = task.detail(origin, expires, self.quirks)
        task.polls += 1
        task.seen.set()
        return detail

    def _list_running_tasks(self, parameters: Mapping[str, Any], _origin: str) -> dict[str, Any]:
        uids = [task.uid for task in self.tasks.unfinished()]
        return success(parameters, self.quirks, **optional_fields({"TaskUIDList": uids}, self.quirks))

    def _list_models(self, parameters: Mapping[str, Any], _origin: str) -> dict[str, Any]:
        return success(parameters, self.quirks, **model_lists(self.quirks))

    def _get_credit_balance(self, parameters: Mapping[str, Any], _origin: str) -> dict[str, Any]:
        return success(
            parameters,
            self.quirks,
            TotalCredits=self.credit_balance.total,
            UsedCredits=self.credit_balance.used,
            ExpireTimestamp=math.ceil(self.now()) + CREDITS_VALID_SECONDS,
        )


def _read_submit(parameters: Mapping[str, Any], quirks: Quirks) -> tuple[TaskSpec, str, dict[str, Any]]:
    if quirks.pictures_taken_as != "both":
        check_form(parameters, quirks.pictures_taken_as)
    is_inverted = parameters["Action"] == "ApplyReferencePattern" and quirks.redrawn == "black"
    spec = ACTIONS[parameters["Action"]](with_mask_inverted(parameters) if is_inverted else parameters)
    return spec, request_digest(parameters), abridged(dict(parameters))
