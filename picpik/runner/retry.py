"""When a call may be sent again, and after how long: pure policy, no sleeping, no HTTP.

A read (poll, list, download) costs nothing and is repeated after anything that may pass. A submit is money: it is
repeated only when nothing can have reached the service, or when the service said a definite no for now. Everything
else that is not a definite refusal leaves the outcome unknown.
"""

from __future__ import annotations

import random
from enum import Enum

from ..api import (
    API_TIMED_OUT,
    GATEWAY_CODES,
    GATEWAY_ERROR,
    REFUSING_CODES,
    SERVICE_UNAVAILABLE,
    THROTTLED,
    ApiError,
    BadAnswer,
    CallFailed,
    HttpRefused,
    NeverSent,
    NoAnswer,
)
from .delays import Delays

MAX_RETRY_AFTER = 60.0
"""Seconds that a server's Retry-After is obeyed at most."""

_LEAST_RETRY = 0.5
"""Seconds between two tries at least, whatever a server says."""

_PASSING_CODES = (API_TIMED_OUT, GATEWAY_ERROR, SERVICE_UNAVAILABLE, THROTTLED)
_PASSING_STATUSES = (408, 425, 429, 500, 502, 503, 504)


class SubmitVerdict(Enum):
    """What a failed submit means for the money."""

    NOT_ACCEPTED = "certainly not accepted, may be sent again"
    REFUSED = "certainly not accepted, and would be refused again"
    UNKNOWN = "may have been accepted"


def judge_submit(error: CallFailed) -> SubmitVerdict:
    """May a submit that failed with `error` be sent again?"""
    if isinstance(error, NeverSent):
        return SubmitVerdict.NOT_ACCEPTED
    if isinstance(error, ApiError):
        return _judge_ret_code(error.ret_code)
    if isinstance(error, HttpRefused):
        return _judge_status(error)
    return SubmitVerdict.UNKNOWN


def may_read_again(error: CallFailed) -> bool:
    """May a read that failed with `error` succeed a little later, unchanged?"""
    if isinstance(error, ApiError):
        return error.ret_code in _PASSING_CODES or error.ret_code >= 2000
    if isinstance(error, HttpRefused):
        return error.status in _PASSING_STATUSES
    return isinstance(error, (NeverSent, NoAnswer, BadAnswer))


def may_be_about_one_task(error: CallFailed) -> bool:
    """May a refused ListTasksDetails be the fault of one TaskUID in it? The gateway's own codes are about the call."""
    return isinstance(error, ApiError) and error.ret_code not in GATEWAY_CODES


def wait_before_retry(failures: int, error: CallFailed, jitter: random.Random, delays: Delays) -> float:
    """Seconds to wait after the `failures`-th failure in a row: the server's own word, else doubling with jitter."""
    # The exponent is bounded: a night without a network must not overflow.
    doubled = 2 ** min(failures - 1, 10)
    if isinstance(error, HttpRefused) and error.retry_after is not None:
        # a server that says 0 to all who wait would be asked by all of them at once
        least = min(_LEAST_RETRY, delays.first_retry) * doubled * jitter.uniform(0.8, 1.2)
        return min(max(error.retry_after, least), MAX_RETRY_AFTER)
    return min(delays.longest_retry, delays.first_retry * doubled) * jitter.uniform(0.8, 1.2)


def _judge_ret_code(ret_code: int) -> SubmitVerdict:
    if ret_code == THROTTLED:
        return SubmitVerdict.NOT_ACCEPTED
    # The gateway may have given up on what still did its work; what a code that nobody knows means, nobody knows.
    return SubmitVerdict.REFUSED if ret_code in REFUSING_CODES else SubmitVerdict.UNKNOWN


def _judge_status(error: HttpRefused) -> SubmitVerdict:
    if 300 <= error.status < 400:
        return SubmitVerdict.REFUSED  # whoever redirects has not worked on it, and the client sends nothing on
    if error.status == 429 or (error.status == 503 and error.retry_after is not None):
        return SubmitVerdict.NOT_ACCEPTED
    if 400 <= error.status < 500 and error.status not in (408, 409, 425):
        return SubmitVerdict.REFUSED
    return SubmitVerdict.UNKNOWN
