"""Tasks as the service tells of them: TaskDetail, and the meaning of its Status words in one place.

Source: appendix TaskDetail. The words of today's API are not published; the older generation's are Queuing, Running,
Finished and Error. A known word, or evidence (results are there and no error), decides; any other word is UNKNOWN,
is shown as it came, and keeps the task waiting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from .actions import ResultKind, result_kind

COLLECTABLE_SECONDS = 24 * 3600.0
"""How long the service keeps what a task made. Source: the page of ListTasksDetails."""


class TaskStatus(Enum):
    """Where a task is. The value is what a user reads."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    UNKNOWN = "in an unknown state"

    @property
    def ended(self) -> bool:
        return self in (TaskStatus.FINISHED, TaskStatus.FAILED)


_WORDS: dict[str, TaskStatus] = {
    **dict.fromkeys(("queuing", "queueing", "queued", "queue", "pending", "waiting"), TaskStatus.QUEUED),
    **dict.fromkeys(("running", "processing", "in_progress", "started"), TaskStatus.RUNNING),
    **dict.fromkeys(
        ("finished", "finish", "success", "succeeded", "succeed", "completed", "complete", "done"), TaskStatus.FINISHED
    ),
    **dict.fromkeys(("error", "failed", "fail", "failure", "canceled", "cancelled"), TaskStatus.FAILED),
}


@dataclass(frozen=True)
class TaskDetail:
    """One entry of TaskDetailList. `image_urls` are signed and die after 24 hours: never store or log them.

    Only what the task's Action brings is kept, `image_urls` or `texts`; both where the pack does not know the Action.
    An empty text keeps its place: the texts of a batch are told apart by their order.
    """

    task_uid: str
    status: TaskStatus
    status_word: str = ""
    action: str = ""
    image_urls: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    seed: int | None = None
    points_spent: int | None = None
    error_code: int | None = None
    error_message: str = ""

    @property
    def status_text(self) -> str:
        """For people: the plain word, or the service's own when the pack does not know it."""
        return f'in state "{self.status_word}"' if self.status is TaskStatus.UNKNOWN else self.status.value

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> TaskDetail:
        """From one TaskDetail of an answer; a field that is missing or of a wrong type counts as not given."""
        word = params.get("Status")
        word = word if isinstance(word, str) else ""
        # the parent company's gateway echoes an Action with "Response" behind it
        action = str(params.get("Action") or "").removesuffix("Response")
        kind = result_kind(action)
        urls = () if kind is ResultKind.TEXTS else tuple(filter(None, _texts(params.get("ImgList"))))
        texts = () if kind is ResultKind.PICTURES else _texts(params.get("TxtList"))
        error_code = _int(params.get("ErrorCode"))
        return cls(
            task_uid=str(params["TaskUID"]),
            status=_status(word, bool(urls or any(texts)), error_code),
            status_word=word,
            action=action,
            image_urls=urls,
            texts=texts,
            seed=_int(params.get("Seed")),
            points_spent=_int(params.get("ConsumeApiPoint")),
            error_code=error_code,
            # the API page spells it ErrorMassage
            error_message=str(params.get("ErrorMassage") or params.get("ErrorMessage") or ""),
        )


def _status(word: str, has_results: bool, error_code: int | None) -> TaskStatus:
    known = _WORDS.get(word.strip().lower(), TaskStatus.UNKNOWN)
    if known is TaskStatus.FINISHED and has_results:
        return known
    if error_code or known is TaskStatus.FAILED:
        return TaskStatus.FAILED
    if known is TaskStatus.UNKNOWN and has_results:
        return TaskStatus.FINISHED
    return known


def _texts(listed: Any) -> tuple[str, ...]:
    return tuple(text for text in listed if isinstance(text, str)) if isinstance(listed, list) else ()


def _int(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
