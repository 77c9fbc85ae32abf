"""What can become of a request once it is the runner's.

PicpikError
├── Withdrawn               nobody wanted it any more before it was sent
├── OutcomeUnknown          a submit may or may not have been accepted
│   ├── ServiceSilent       and the service cannot be asked
│   ├── StillLooking        and it is looked for longer than the node waits
│   ├── OddAnswer           and the service's answer is a code that the pack does not know
│   ├── SearchEnded         and no task at the service can be it
│   └── Undecided           and there are tasks at the service that may be it
├── BatchFailed             some entries of a batch failed; the others are stored
└── TaskError               about one paid task; carries its TaskUID
    ├── TaskFailed          the service could not make the results
    ├── TaskNotFound        the service does not know the TaskUID
    ├── TaskNotListed       the service does not list a task that it has accepted; it stays collectable
    ├── TaskLost            24 hours are over, and the service has not told how it ended
    ├── TaskTimeout         not finished in the time allowed; it stays collectable
    ├── TaskOutOfReach      the service cannot be asked about it any more; it stays collectable
    └── ResultUnavailable   finished, but its results cannot be fetched or read
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ..api import PicpikError


class Withdrawn(PicpikError):
    """Nobody waited for the request any more before it was sent: it was not sent, and cost nothing."""

    def __init__(self) -> None:
        super().__init__("The request was withdrawn before it was sent.", "Nothing was paid. Run again to send it.")


class OutcomeUnknown(PicpikError):
    """The submit may or may not have been accepted. `request` names it, `reason` is why nobody knows."""

    def __init__(self, request: str, reason: str, do: str) -> None:
        super().__init__(f"The task of an earlier try ({request}) may or may not have been accepted: {reason}", do)


class ServiceSilent(OutcomeUnknown):
    """The service cannot be asked whether it was accepted. It is asked on in the background."""

    def __init__(self, request: str, trouble: str) -> None:
        super().__init__(
            request,
            f"PICPIK cannot be asked: {trouble}",
            "It was not sent again, so that it cannot be paid twice; the pack goes on looking for it. "
            "Run again to wait for what it finds.",
        )


class StillLooking(OutcomeUnknown):
    """The node stopped waiting. The task is looked for on in the background."""

    def __init__(self, request: str, minutes: float) -> None:
        super().__init__(
            request,
            f"after {minutes:g} minutes its task is still looked for.",
            "It was not sent again, so that it cannot be paid twice; the pack goes on looking for it. "
            "Run again to wait for what it finds, or raise timeout_minutes.",
        )


class OddAnswer(OutcomeUnknown):
    """The service answered the submit with a code that the pack does not know."""

    def __init__(self, request: str, answer: str, until: str) -> None:
        super().__init__(
            request,
            answer,
            f"Follow that message. The pack looks in the background, until {until}, whether a task was made all the "
            "same, so that it cannot be paid twice. Run again after that.",
        )


class SearchEnded(OutcomeUnknown):
    """The search is over and no task at the service can be it. `evidence` is what the credits tell, or nothing."""

    def __init__(self, request: str, until: str, evidence: str) -> None:
        super().__init__(
            request,
            f"it got no answer, and PICPIK listed no task that can be it in all looks until {until}.{evidence}",
            "It was not sent again so far. Run again to send it anew: that is a new paid task.",
        )


class Undecided(OutcomeUnknown):
    """There are tasks at the service that may be it, and nothing tells them apart."""

    def __init__(
        self, request: str, task_uids: Sequence[str], evidence: str, *, is_drawn: bool, has_seed: bool
    ) -> None:
        """`is_drawn`: with Seed -1 the next run is another request. `has_seed`: what else makes it another one."""
        tasks = "a task that may be it" if len(task_uids) == 1 else f"{len(task_uids)} tasks that may be it"
        other = "change the seed." if has_seed else "set attempt to another number."
        anew = "Running again with Seed -1 pays for a new one." if is_drawn else f"To pay for a new one, {other}"
        super().__init__(
            request,
            f"PICPIK lists {tasks} ({', '.join(task_uids)}), and nothing tells whose it is.{evidence}",
            "It is not sent again, so that it cannot be paid twice: Poll Task shows for free what a task has made. "
            + anew,
        )


class BatchFailed(PicpikError):
    """Some entries of a batch failed. `failures` maps the entry, counted from 1, to why."""

    def __init__(self, count: int, failures: Mapping[int, Exception]) -> None:
        reasons = "\n".join(f"Entry {entry}: {error}" for entry, error in failures.items())
        super().__init__(
            f"{len(failures)} of {count} entries failed; the other {count - len(failures)} go on or are stored.",
            f"Run again: what has a task, is stored or is looked for is not paid again.\n{reasons}",
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

    def __init__(self, task_uid: str, answer: str = "") -> None:
        super().__init__(
            task_uid,
            f"is not known to PICPIK. {answer}".rstrip(),
            "Check the TaskUID and the account it belongs to; results are kept for 24 hours.",
        )


class TaskNotListed(TaskError):
    """The service does not list a task that it has accepted. It keeps its request, and is asked for on."""

    def __init__(self, task_uid: str) -> None:
        super().__init__(
            task_uid,
            "was accepted, but PICPIK does not list it.",
            "It is paid: the pack goes on asking for it in the background, up to 24 hours. "
            "Run again to see whether it is there; that is not paid again.",
        )


class TaskLost(TaskError):
    """24 hours are over, and the service has not told how the task ended."""

    def __init__(self, task_uid: str, state: str) -> None:
        super().__init__(
            task_uid,
            f"is given up: after 24 hours PICPIK has still not told how it ended ({state}).",
            "Look at the account in PICPIK. Running again makes a new paid task.",
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
