"""What can become of a request once it is the runner's.

PicpikError
├── Withdrawn               nobody wanted it any more before it was sent
├── OutcomeUnknown          a submit may or may not have been accepted
├── BatchFailed             some entries of a batch failed; the others are stored
└── TaskError               about one paid task; carries its TaskUID
    ├── TaskFailed          the service could not make the results
    ├── TaskNotFound        the service does not know the TaskUID (any more)
    ├── TaskTimeout         not finished in the time allowed; it stays collectable
    ├── TaskOutOfReach      the service cannot be asked about it any more; it stays collectable
    └── ResultUnavailable   finished, but its results cannot be fetched or read
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..api import PicpikError


class Withdrawn(PicpikError):
    """Nobody waited for the request any more before it was sent: it was not sent, and cost nothing."""

    def __init__(self) -> None:
        super().__init__("The request was withdrawn before it was sent.", "Nothing was paid. Run again to send it.")


class OutcomeUnknown(PicpikError):
    """The submit may or may not have been accepted, and the task could not be told apart or found."""

    def __init__(self, reason: str, tried: str) -> None:
        super().__init__(
            f"The task may or may not have been accepted: {reason} {tried}",
            "It was not sent again, so that it cannot be paid twice. "
            "Run again: the pack looks for it once more before it pays.",
        )


class BatchFailed(PicpikError):
    """Some entries of a batch failed. `failures` maps the entry, counted from 1, to why."""

    def __init__(self, count: int, failures: Mapping[int, Exception]) -> None:
        reasons = "\n".join(f"Entry {entry}: {error}" for entry, error in failures.items())
        super().__init__(
            f"{len(failures)} of {count} entries failed; the other {count - len(failures)} are stored.",
            f"Run again: what is stored is not paid again, only the failed entries are.\n{reasons}",
        )
        self.failures = failures


class TaskError(PicpikError):
    """About one task. `task_uid` is named in the message, because a paid task must stay findable."""

    def __init__(self, task_uid: str, what: str, do: str) -> None:
        super().__init__(f"Task {task_uid} {what}", do)
        self.task_uid = task_uid


class TaskFailed(TaskError):
    """The service ended the task with an error."""

    def __init__(self, task_uid: str, error_code: int | None, message: str) -> None:
        code = f"ErrorCode {error_code}" if error_code else "no ErrorCode"
        detail = f": {message}" if message else ""
        super().__init__(
            task_uid,
            f"failed at PICPIK ({code}{detail}).",
            "Change the inputs the message speaks of, or run again for a new try; a new try is a new task.",
        )
        self.error_code = error_code
        self.message = message


class TaskNotFound(TaskError):
    """The service lists no such task: mistyped, another account's, or older than 24 hours."""

    def __init__(self, task_uid: str) -> None:
        super().__init__(
            task_uid,
            "is not known to PICPIK.",
            "Check the TaskUID and the account it belongs to; results are kept for 24 hours. "
            "Running a pattern node again makes a new task.",
        )


class TaskTimeout(TaskError):
    """The node stopped waiting. The task goes on and is still collected in the background."""

    def __init__(self, task_uid: str, phase: str, minutes: float) -> None:
        super().__init__(
            task_uid,
            f"was still {phase} after {minutes:g} minutes.",
            "It is paid and goes on: run again to attach to it, use Poll Task with this TaskUID, "
            "or raise timeout_minutes.",
        )


class TaskOutOfReach(TaskError):
    """The node stopped waiting, because the service could not be asked for too long."""

    def __init__(self, task_uid: str, trouble: str) -> None:
        super().__init__(
            task_uid,
            f"was accepted, but PICPIK cannot be asked about it: {trouble}",
            "It is paid and goes on: check the network, then run again to attach to it, "
            "or use Poll Task with this TaskUID.",
        )


class ResultUnavailable(TaskError):
    """The task finished, but a result of it cannot be had. `stored_file` is what arrived, if anything did."""

    def __init__(self, task_uid: str, reason: str, stored_file: Path | None = None) -> None:
        kept = f" What arrived is kept in {stored_file}." if stored_file else ""
        super().__init__(
            task_uid,
            f"is finished, but its results could not be fetched: {reason}.",
            f"Run again, or use Poll Task with this TaskUID, within 24 hours: it is not paid again.{kept}",
        )
        self.stored_file = stored_file
