"""Every error the client raises.

    PicpikError
    ├── Refused                 refused here: nothing was sent, nothing was paid
    │   ├── InputRefused        an input of a node is unusable
    │   └── NotConfigured       keys, endpoint or proxy are missing or unusable
    ├── CallFailed              one HTTP call did not bring a usable answer
    │   ├── NeverSent           no connection: nothing can have reached the service
    │   ├── NoAnswer            the connection broke or timed out after something may have been sent
    │   ├── HttpRefused         an HTTP status that is not 200, without the API's JSON
    │   ├── BadAnswer           an answer that is not the API's JSON
    │   └── ApiError            the service answered with a RetCode that is not 0
    ├── OutcomeUnknown          a submit may or may not have been accepted
    ├── BatchFailed             some entries of a batch failed; the others are stored
    └── TaskError               about one paid task; carries its TaskUID
        ├── TaskFailed          the service could not make the pictures
        ├── TaskNotFound        the service does not know the TaskUID (any more)
        ├── TaskTimeout         not finished in the time allowed; it stays collectable
        ├── TaskOutOfReach      the service cannot be asked about it any more; it stays collectable
        └── ResultUnavailable   finished, but its pictures cannot be fetched or read

The first line of a message says what happened, the second what to do. No message carries a key, an image or a
signed URL.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from .ret_codes import explain_ret_code


class PicpikError(Exception):
    """`what` happened and what to `do` about it: the two lines of the message."""

    # ComfyUI shows module and name of an exception; as a module of a pack, the former is a path of this computer
    __module__ = "picpik"

    def __init__(self, what: str, do: str) -> None:
        super().__init__(f"{what}\n{do}")
        self.what = what
        self.do = do

    def __init_subclass__(cls) -> None:
        cls.__module__ = "picpik"


class Refused(PicpikError):
    """Refused before any request: it cost nothing."""


class InputRefused(Refused):
    """An input that cannot be sent; `input` is its id on the node."""

    def __init__(self, input: str, what: str, do: str) -> None:
        super().__init__(f"{input}: {what}", do)
        self.input = input


class NotConfigured(Refused):
    """Keys, endpoint or proxy are missing or cannot be used."""


class CallFailed(PicpikError):
    """One HTTP call did not bring a usable answer."""


class NeverSent(CallFailed):
    """The connection could not be made, so nothing can have reached the service."""

    def __init__(self, host: str, reason: str) -> None:
        super().__init__(
            f"{host} could not be reached ({reason}).",
            "Nothing was sent and nothing was paid. Check the network, the proxy and the endpoint, then run again.",
        )


class NoAnswer(CallFailed):
    """The connection broke, or no answer came in time, after something may have been sent."""

    def __init__(self, host: str, reason: str) -> None:
        super().__init__(f"{host} did not answer ({reason}).", "Check the network and run again.")


class HttpRefused(CallFailed):
    """An HTTP status other than 200 with no API answer in it. `retry_after` in seconds, when the server gave one."""

    def __init__(self, host: str, status: int, retry_after: float | None = None) -> None:
        super().__init__(f"{host} answered HTTP {status} instead of a result.", _http_advice(status))
        self.status = status
        self.retry_after = retry_after


class BadAnswer(CallFailed):
    """HTTP 200, but the body is not what the API documents."""

    def __init__(self, host: str, reason: str) -> None:
        super().__init__(
            f"{host} sent an answer that is not PICPIK's ({reason}).",
            "A proxy, a login page or a wrong endpoint usually causes this. Check PICPIK_ENDPOINT and the network.",
        )


class ApiError(CallFailed):
    """The service refused the call: RetCode is not 0. `message` is the service's own text."""

    def __init__(self, action: str, ret_code: int, message: str) -> None:
        sentence, advice = explain_ret_code(ret_code)
        detail = f": {message}" if message else ""
        super().__init__(f"{action} was refused: {sentence} (RetCode {ret_code}{detail}).", advice)
        self.action = action
        self.ret_code = ret_code
        self.message = message


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
    """The task finished, but a picture of it cannot be had. `stored_file` is what arrived, if anything did."""

    def __init__(self, task_uid: str, reason: str, stored_file: Path | None = None) -> None:
        kept = f" What arrived is kept in {stored_file}." if stored_file else ""
        super().__init__(
            task_uid,
            f"is finished, but its pictures could not be fetched: {reason}.",
            f"Run again, or use Poll Task with this TaskUID, within 24 hours: it is not paid again.{kept}",
        )
        self.stored_file = stored_file


def _http_advice(status: int) -> str:
    if status == 413:
        return "The pictures are too large for the service: make them smaller, or set upload_format to compact."
    if status in (401, 403, 407):
        return "A proxy or firewall asks for a login, or the endpoint is not PICPIK's: check both."
    if status in (404, 405):
        return "The endpoint is not PICPIK's API: check PICPIK_ENDPOINT."
    return "The service is busy or down: wait a little and run again."
