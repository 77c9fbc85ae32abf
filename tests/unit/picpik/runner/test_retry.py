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
        (CallFailed("something else", ""), UNKNOWN),
        (http(429), NOT_ACCEPTED),
        (http(429, 1.0), NOT_ACCEPTED),
        (http(503, 0.0), NOT_ACCEPTED),
        (http(503, 1.0), NOT_ACCEPTED),
        (http(503), UNKNOWN),
        (http(500), UNKNOWN),
        (http(502, 1.0), UNKNOWN),
        (http(504), UNKNOWN),
        (http(408), UNKNOWN),
        (http(409), UNKNOWN),
        (http(425), UNKNOWN),
        (http(100), UNKNOWN),
        (http(300), REFUSED),
        (http(302), REFUSED),
        (http(399), REFUSED),
        (http(299), UNKNOWN),
        (http(400), REFUSED),
        (http(401), REFUSED),
        (http(403), REFUSED),
        (http(404), REFUSED),
        (http(407), REFUSED),
        (http(413), REFUSED),
        (http(499), REFUSED),
        (code(153), NOT_ACCEPTED),
        (code(110), UNKNOWN),
        (code(130), UNKNOWN),
        (code(150), UNKNOWN),
        *((code(known), REFUSED) for known in (160, 161, 170, 171, 172, 174, 292, 293, 294, 295, 299)),
        *((code(unknown), UNKNOWN) for unknown in (-1, 1, 173, 230, 429, 503, 520, 2000, 5000, 8039)),
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
        (CallFailed("something else", ""), False),
        *((http(passing), True) for passing in (408, 425, 429, 500, 502, 503, 504)),
        *((http(lasting), False) for lasting in (301, 400, 401, 403, 404, 407, 410, 413, 501, 505)),
        *((code(passing), True) for passing in (110, 130, 150, 153, 2000, 2001, 5000)),
        *((code(lasting), False) for lasting in (160, 171, 172, 230, 299, 1999)),
    ],
    ids=str,
)
def test_a_read_is_repeated_after_anything_that_may_pass(error, again):
    assert may_read_again(error) is again


@pytest.mark.parametrize(
    ("error", "may"),
    [
        (code(230), True),
        (code(5000), True),
        (code(110), False),
        (code(171), False),
        (code(153), False),
        (http(404), False),
        (bad_answer(), False),
    ],
    ids=str,
)
def test_a_code_of_the_gateway_is_never_about_one_task(error, may):
    assert may_be_about_one_task(error) is may


def waits(failures: int, error: CallFailed, delays: Delays = Delays()) -> list[float]:  # noqa: B008  frozen
    return [wait_before_retry(failures, error, random.Random(seed), delays) for seed in range(200)]


@pytest.mark.parametrize(("asked", "waited"), [(7.5, 7.5), (60.0, 60.0), (61.0, 60.0), (86400.0, 60.0)])
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_obeyed_up_to_a_minute(status, asked, waited):
    assert set(waits(1, http(status, asked))) == {waited}


@pytest.mark.parametrize(("failures", "least"), [(1, 0.5), (2, 1.0), (3, 2.0), (7, 32.0)])
def test_a_server_that_says_that_it_may_be_asked_at_once_is_asked_ever_more_slowly(failures, least):
    waited = waits(failures, http(429, 0.0))
    assert 0.8 * least <= min(waited) < 0.85 * least
    assert 1.15 * least < max(waited) <= 1.2 * least


def test_a_server_that_says_for_ever_that_it_may_be_asked_at_once_is_asked_once_a_minute():
    assert set(waits(10_000, http(429, 0.0))) == {60.0}


def test_a_test_that_waits_less_is_not_held_up_by_the_least_pause():
    assert max(waits(1, http(429, 0.0), Delays(first_retry=0.001))) <= 0.0012


def test_the_least_pause_is_half_a_second_however_long_the_first_retry_is():
    assert max(waits(1, http(429, 0.0), Delays(first_retry=10.0))) <= 0.6


@pytest.mark.parametrize("error", [no_answer(), http(503), code(153)], ids=str)
@pytest.mark.parametrize(
    ("failures", "longest"), [(1, 0.5), (2, 1.0), (3, 2.0), (6, 16.0), (7, 30.0), (11, 30.0), (10_000, 30.0)]
)
def test_the_pause_doubles_up_to_half_a_minute_give_or_take_a_fifth(failures, longest, error):
    waited = waits(failures, error)
    assert 0.8 * longest <= min(waited) < 0.85 * longest
    assert 1.15 * longest < max(waited) <= 1.2 * longest


def test_the_doubling_ends_after_ten_times():
    tiny = Delays(first_retry=0.001, longest_retry=1e9)
    assert 0.8 * 1.024 <= min(waits(11, no_answer(), tiny)) <= max(waits(12, no_answer(), tiny)) <= 1.2 * 1.024
