"""Tasks as the service tells of them: TaskDetail, and the meaning of its Status words in one place.

Source: appendix TaskDetail. The words of today's API are not published; the older generation's are Queuing, Running,
Finished and Error. A known word, or evidence (pictures are there and no error), decides; any other word is UNKNOWN,
is shown as it came, and keeps the task waiting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


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

_XID_ALPHABET = "0123456789abcdefghijklmnopqrstuv"


@dataclass(frozen=True)
class TaskDetail:
    """One entry of TaskDetailList. `image_urls` are signed and die after 24 hours: never store or log them."""

    task_uid: str
    status: TaskStatus
    status_word: str = ""
    action: str = ""
    image_urls: tuple[str, ...] = ()
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
        urls = tuple(url for url in params.get("ImgList") or () if isinstance(url, str) and url)
        error_code = _int(params.get("ErrorCode"))
        return cls(
            task_uid=str(params["TaskUID"]),
            status=_status(word, urls, error_code),
            status_word=word,
            action=str(params.get("Action") or ""),
            image_urls=urls,
            seed=_int(params.get("Seed")),
            points_spent=_int(params.get("ConsumeApiPoint")),
            error_code=error_code,
            # the API page spells it ErrorMassage
            error_message=str(params.get("ErrorMassage") or params.get("ErrorMessage") or ""),
        )


def created_at(task_uid: str) -> float | None:
    """Unix time in whole seconds at which the service made the TaskUID (an xid), or None where it is none."""
    if len(task_uid) != 20 or any(letter not in _XID_ALPHABET for letter in task_uid):
        return None
    bits = 0
    for letter in task_uid[:7]:  # 35 bits, of which the first 32 are the time
        bits = bits << 5 | _XID_ALPHABET.index(letter)
    return float(bits >> 3)


def _status(word: str, urls: tuple[str, ...], error_code: int | None) -> TaskStatus:
    known = _WORDS.get(word.strip().lower(), TaskStatus.UNKNOWN)
    if known is TaskStatus.FINISHED and urls:
        return known
    if error_code or known is TaskStatus.FAILED:
        return TaskStatus.FAILED
    if known is TaskStatus.UNKNOWN and urls:
        return TaskStatus.FINISHED
    return known


def _int(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
