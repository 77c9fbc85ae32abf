"""Tasks as the service tells of them: TaskDetail, and what its Status and the rest of it mean together.

Source: appendix TaskDetail. The words of today's API are not published (see `assumptions`). A known word, or evidence
(results are there, or an error is told), decides; any other word is UNKNOWN, is shown as it came, and keeps the task
waiting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .actions import RANDOM_SEED, ResultKind, result_kind
from .answer_fields import text, texts, whole_number
from .assumptions import ASSUMED, Assumptions
from .task_status import TaskStatus

COLLECTABLE_SECONDS = 24 * 3600.0
"""How long the service keeps what a task made. Source: the page of ListTasksDetails."""


_NO_ERROR = ("", "ok", "okay", "no error", "no errors", "none", "null", "nil", "n/a", "0", "-")


@dataclass(frozen=True)
class TaskDetail:
    """One entry of TaskDetailList. `image_urls` are signed and die after 24 hours: never store or log them.

    Only what the task's Action brings is kept, `image_urls` or `texts`; both where the pack does not know the Action.
    An empty text keeps its place: the texts of a batch are told apart by their order. `seed` is the one that was used,
    or None: a -1 only repeats that a random one was asked for.
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
    def from_params(cls, params: Mapping[str, Any], assumptions: Assumptions = ASSUMED) -> TaskDetail:
        """From one TaskDetail of an answer; a field that is missing or of a wrong type counts as not given."""
        word = text(params.get("Status"))
        # the parent company's gateway echoes an Action with "Response" behind it
        action = text(params.get("Action")).strip().removesuffix("Response")
        kind = result_kind(action)
        urls = () if kind is ResultKind.TEXTS else tuple(filter(None, texts(params.get("ImgList"))))
        told = () if kind is ResultKind.PICTURES else texts(params.get("TxtList"))
        seed = whole_number(params.get("Seed"))
        error_code = whole_number(params.get("ErrorCode"))
        # the API page spells it ErrorMassage
        error_message = text(params.get("ErrorMassage")).strip() or text(params.get("ErrorMessage")).strip()
        return cls(
            task_uid=text(params["TaskUID"]),
            status=_status(
                assumptions.status_of(word),
                has_results=bool(urls or any(told)),
                has_error=bool(error_code) or _is_error(error_message, assumptions),
            ),
            status_word=word,
            action=action,
            image_urls=urls,
            texts=told,
            seed=None if seed == RANDOM_SEED else seed,
            points_spent=whole_number(params.get("ConsumeApiPoint")),
            error_code=error_code,
            error_message=error_message,
        )


def _status(known: TaskStatus, *, has_results: bool, has_error: bool) -> TaskStatus:
    if known is TaskStatus.FINISHED and has_results:
        return known
    if has_error or known is TaskStatus.FAILED:
        return TaskStatus.FAILED
    if known is TaskStatus.UNKNOWN and has_results:
        return TaskStatus.FINISHED
    return known


def _is_error(message: str, assumptions: Assumptions) -> bool:
    """The field is documented as the message *on error*, so whatever stands in it tells that the task failed.

    But for texts that plainly say otherwise ("ok", "success", a state): a task that is taken for failed by mistake is
    paid for again, one that is taken for running by mistake is only waited for.
    """
    plain = message.strip(" \t\r\n.!").lower()
    return plain not in _NO_ERROR and assumptions.status_of(plain) in (TaskStatus.FAILED, TaskStatus.UNKNOWN)
