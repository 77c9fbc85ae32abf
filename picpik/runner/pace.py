"""How fast one account may be called: slower at once after the service was throttling, and only slowly faster again."""

from __future__ import annotations

from ..api import THROTTLED, ApiError, CallFailed, HttpRefused

_SLOWEST = 16.0
_RECOVERY = 0.9
_TOO_MANY_REQUESTS = 429


class Pace:
    """`factor` multiplies the pauses between calls that nobody has to wait for."""

    def __init__(self) -> None:
        self.factor = 1.0

    def answered(self) -> None:
        self.factor = max(1.0, self.factor * _RECOVERY)

    def failed(self, error: CallFailed) -> None:
        if is_throttling(error):
            self.factor = min(_SLOWEST, self.factor * 2)


def is_throttling(error: CallFailed) -> bool:
    """Does the service say that it is asked too often?"""
    if isinstance(error, ApiError):
        return error.ret_code == THROTTLED
    return isinstance(error, HttpRefused) and error.status == _TOO_MANY_REQUESTS
