"""How fast an account is called after the service has said that it is called too often."""

import pytest
from comfyui_picpik.picpik.api import ApiError, BadAnswer, CallFailed, HttpRefused, NeverSent, NoAnswer
from comfyui_picpik.picpik.runner.pace import Pace, is_throttling

TOO_OFTEN = HttpRefused("host", 429)


@pytest.mark.parametrize(
    ("error", "is_so"),
    [
        (ApiError("Any", 153, ""), True),
        (ApiError("Any", 150, ""), False),
        (ApiError("Any", 429, ""), False),
        (HttpRefused("host", 429), True),
        (HttpRefused("host", 429, 1.0), True),
        (HttpRefused("host", 153), False),
        (HttpRefused("host", 503, 1.0), False),
        (NeverSent("host", ""), False),
        (NoAnswer("host", ""), False),
        (BadAnswer("host", ""), False),
    ],
    ids=str,
)
def test_the_service_says_in_two_ways_that_it_is_asked_too_often(error: CallFailed, is_so: bool):
    pace = Pace()
    pace.failed(error)
    assert is_throttling(error) is is_so
    assert pace.factor == (2.0 if is_so else 1.0)


def test_nothing_slows_the_pace_of_an_account_that_is_answered():
    pace = Pace()
    pace.answered()
    assert pace.factor == 1.0


def test_the_pace_halves_at_once_up_to_a_sixteenth():
    pace = Pace()
    factors = []
    for _ in range(6):
        pace.failed(TOO_OFTEN)
        factors.append(pace.factor)
    assert factors == [2.0, 4.0, 8.0, 16.0, 16.0, 16.0]


def test_the_pace_recovers_by_a_tenth_with_each_answer_and_in_the_end_wholly():
    pace = Pace()
    pace.failed(TOO_OFTEN)
    pace.answered()
    assert pace.factor == pytest.approx(1.8)
    for _ in range(5):
        pace.answered()
    assert pace.factor > 1.0
    pace.answered()
    assert pace.factor == 1.0


def test_another_failure_leaves_the_pace_as_it_is():
    pace = Pace()
    pace.failed(TOO_OFTEN)
    pace.failed(NoAnswer("host", ""))
    assert pace.factor == 2.0
