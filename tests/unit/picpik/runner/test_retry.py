"""Which failed submit may be sent again, which failed read, and after how long."""

import random

import pytest
from comfyui_picpik.picpik.api import ApiError, BadAnswer, CallFailed, HttpRefused, NeverSent, NoAnswer
from comfyui_picpik.picpik.runner import Delays
from comfyui_picpik.picpik.runner.retry import (
    SubmitVerdict,
    judge_submit,
    may_be_about_one_task,
    may_read_again,
    wait_before_retry,
)

NOT_ACCEPTED, REFUSED, UNKNOWN = SubmitVerdict.NOT_ACCEPTED, SubmitVerdict.REFUSED, SubmitVerdict.UNKNOWN


def never_sent() -> CallFailed:
    return NeverSent("host", "no connection")


def no_answer() -> CallFailed:
    return NoAnswer("host", "time-out")


def bad_answer() -> CallFailed:
    return BadAnswer("host", "it is not a JSON object")


def http(status: int, retry_after: float | None = None) -> CallFailed:
    return HttpRefused("host", status, retry_after)


def code(ret_code: int) -> CallFailed:
    return ApiError("Any", ret_code, "")


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (never_sent(), NOT_ACCEPTED),
        (no_answer(), UNKNOWN),
        (bad_answer(), UNKNOWN),
        (http(429, 1.0), NOT_ACCEPTED),
        (http(503, 0.0), NOT_ACCEPTED),
        (http(429), UNKNOWN),
        (http(503), UNKNOWN),
        (http(502, 1.0), UNKNOWN),
        (http(500), UNKNOWN),
        (http(504), UNKNOWN),
        (http(408), UNKNOWN),
        (http(409), UNKNOWN),
        (http(425), UNKNOWN),
        (http(302), UNKNOWN),
        (http(201), UNKNOWN),
        (http(400), REFUSED),
        (http(401), REFUSED),
        (http(403), REFUSED),
        (http(404), REFUSED),
        (http(413), REFUSED),
        (code(153), NOT_ACCEPTED),
        (code(110), UNKNOWN),
        (code(130), UNKNOWN),
        (code(150), UNKNOWN),
        (code(171), REFUSED),
        (code(520), REFUSED),
        (code(5000), REFUSED),
    ],
    ids=str,
)
def test_a_submit_is_sent_again_only_after_a_certain_no(error, verdict):
    assert judge_submit(error) is verdict


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (never_sent(), True),
        (no_answer(), True),
        (bad_answer(), True),
        (http(429), True),
        (http(500), True),
        (http(502), True),
        (http(503), True),
        (http(504), True),
        (http(403), False),
        (http(404), False),
        (code(153), True),
        (code(150), True),
        (code(5000), True),
        (code(171), False),
        (code(230), False),
    ],
    ids=str,
)
def test_a_read_is_repeated_after_anything_that_may_pass(error, again):
    assert may_read_again(error) is again


@pytest.mark.parametrize(
    ("error", "may"),
    [(code(230), True), (code(5000), True), (code(171), False), (code(153), False), (http(404), False)],
)
def test_a_code_of_the_gateway_is_never_about_one_task(error, may):
    assert may_be_about_one_task(error) is may


@pytest.mark.parametrize(("asked", "waited"), [(0.0, 0.0), (7.5, 7.5), (60.0, 60.0), (61.0, 60.0), (86400.0, 60.0)])
def test_retry_after_is_obeyed_up_to_a_minute(asked, waited):
    assert wait_before_retry(1, http(503, asked), random.Random(), Delays()) == waited


@pytest.mark.parametrize(("failures", "longest"), [(1, 0.5), (2, 1.0), (3, 2.0), (7, 30.0), (10_000, 30.0)])
def test_the_pause_doubles_up_to_half_a_minute_give_or_take_a_fifth(failures, longest):
    waits = {wait_before_retry(failures, no_answer(), random.Random(seed), Delays()) for seed in range(50)}
    assert all(0.8 * longest <= wait <= 1.2 * longest for wait in waits)
    assert len(waits) > 10
