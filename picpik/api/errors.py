"""What refuses a request here, and what one HTTP call can end with.

    PicpikError
    ├── Refused                 refused here: nothing was sent, nothing was paid
    │   ├── InputRefused        an input of a node is unusable
    │   └── NotConfigured       keys, endpoint or proxy are missing or unusable
    └── CallFailed              one HTTP call did not bring a usable answer
        ├── NeverSent           no connection: nothing can have reached the service
        ├── NoAnswer            the connection broke or timed out after something may have been sent
        ├── HttpRefused         an HTTP status that is no success, without the API's JSON
        ├── BadAnswer           an answer that is not the API's JSON
        └── ApiError            the service answered with a RetCode that is not 0

The runner adds what becomes of a task (`runner/errors.py`).

The first line of a message says what happened, the second what to do. No message carries a key, an image or a
signed URL.
"""

from __future__ import annotations

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
    """An HTTP status that is no success, with no API answer in it.

    `retry_after` in seconds, when the server gave one. `redirects_to` names where an endpoint redirects to.
    """

    def __init__(
        self, host: str, status: int, retry_after: float | None = None, redirects_to: str | None = None
    ) -> None:
        if redirects_to is None:
            super().__init__(f"{host} answered HTTP {status} instead of a result.", _http_advice(status))
        else:
            super().__init__(f"{host} redirects to {redirects_to} (HTTP {status}).", _REDIRECTED)
        self.status = status
        self.retry_after = retry_after


class BadAnswer(CallFailed):
    """An HTTP success, but the body is not what the API documents."""

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


_REDIRECTED = (
    "Nothing was sent on. Change PICPIK_ENDPOINT to the API's own address; if it is right already, a login page "
    "of the network is in the way."
)


def _http_advice(status: int) -> str:
    if status == 413:
        return "The pictures are too large for the service: make them smaller, or set upload_format to compact."
    if status in (401, 403, 407):
        return "A proxy or firewall asks for a login, or the endpoint is not PICPIK's: check both."
    if status in (404, 405):
        return "The endpoint is not PICPIK's API: check PICPIK_ENDPOINT."
    return "The service is busy or down: wait a little and run again."
