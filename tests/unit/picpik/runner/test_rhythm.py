"""When a waiting task is asked for: the policy as a table, and the manners that follow from it."""

import random
import statistics

import pytest
from comfyui_picpik.picpik.runner.rhythm import Rhythm

REAL = Rhythm(is_quick=False, fixed=None)
QUICK = Rhythm(is_quick=True, fixed=None)
FIXED = Rhythm(is_quick=False, fixed=7.5)


@pytest.mark.parametrize(
    ("age", "seconds"),
    [(0.0, 1.95), (18.0, 1.95), (20.0, 2.1), (100.0, 10.5), (571.0, 59.955), (572.0, 60.0), (86400.0, 60.0)],
)
def test_a_real_service_is_asked_every_other_second_and_then_after_a_tenth_of_the_task_s_age(age, seconds):
    assert REAL.interval(age) == pytest.approx(seconds)


@pytest.mark.parametrize(("age", "seconds"), [(0.0, 0.05), (10.0, 0.85), (61.0, 4.93), (62.0, 5.0), (86400.0, 5.0)])
def test_a_service_on_this_computer_is_asked_quickly(age, seconds):
    assert QUICK.interval(age) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("rhythm", "shortest_past", "seconds"),
    [
        (REAL, None, 1.2),
        (REAL, 0.0, 1.2),
        (REAL, 1.0, 1.2),
        (REAL, 20.0, 18.0),
        (REAL, 600.0, 540.0),
        (QUICK, None, 0.05),
        (QUICK, 20.0, 0.05),
        (FIXED, None, 7.5),
        (FIXED, 20.0, 7.5),
        (Rhythm(is_quick=True, fixed=0.01), 20.0, 0.01),
    ],
)
def test_the_first_poll_comes_after_a_second_or_shortly_before_such_a_task_was_ever_done(
    rhythm, shortest_past, seconds
):
    assert rhythm.first(shortest_past) == pytest.approx(seconds)


@pytest.mark.parametrize(("rhythm", "seconds"), [(REAL, 1.2), (QUICK, 0.05), (FIXED, 7.5)])
def test_between_two_polls_lies_a_least_pause_whatever_is_waiting(rhythm, seconds):
    assert rhythm.least == seconds


def test_a_fixed_rhythm_replaces_everything():
    quick_but_fixed = Rhythm(is_quick=True, fixed=3.0)
    assert {quick_but_fixed.interval(age) for age in (0.0, 10.0, 86400.0)} == {3.0}
    assert (quick_but_fixed.least, quick_but_fixed.first(100.0)) == (3.0, 3.0)


# -- the manners: what comes of it for one task, with the poller's jitter

SEEDS = range(501)


def polls_of(rhythm: Rhythm, seconds: float, seed: int, shortest_past: float | None = None) -> list[float]:
    """When a task that takes so long is polled, the last time when it has ended."""
    jitter = random.Random(seed)
    polls = [rhythm.first(shortest_past)]
    while polls[-1] < seconds:
        polls.append(polls[-1] + rhythm.interval(polls[-1]) * jitter.uniform(0.9, 1.1))
    return polls


def lateness(rhythm: Rhythm, seconds: float) -> float:
    return statistics.median(polls_of(rhythm, seconds, seed)[-1] - seconds for seed in SEEDS)


@pytest.mark.parametrize("seconds", [5, 20, 60, 300, 600])
def test_half_of_all_pictures_are_late_by_no_more_than_a_second_or_a_twentieth(seconds):
    assert lateness(REAL, seconds) <= max(1.0, 0.05 * seconds)


@pytest.mark.parametrize("seconds", [5, 20, 60])
def test_half_of_all_pictures_from_this_computer_are_late_by_no_more_than_a_twentieth(seconds):
    assert lateness(QUICK, seconds) <= 0.05 * seconds


@pytest.mark.parametrize(("seconds", "most"), [(5, 4), (20, 15), (60, 25), (300, 40)])
def test_a_task_is_asked_for_a_few_times_only(seconds, most):
    assert max(len(polls_of(REAL, seconds, seed)) for seed in SEEDS) <= most


def test_a_task_of_ten_minutes_is_asked_for_about_four_times_a_minute_and_less_often_at_its_end():
    ten_minutes = [polls_of(REAL, 600, seed)[:-1] for seed in SEEDS]
    assert 4.0 <= statistics.median(len(polls) for polls in ten_minutes) / 10 <= 4.5
    assert max(sum(poll > 540 for poll in polls) for polls in ten_minutes) <= 2


def test_a_task_whose_like_took_a_minute_at_least_is_asked_for_a_few_times():
    assert max(len(polls_of(REAL, 66, seed, shortest_past=60)) for seed in SEEDS) <= 4


@pytest.mark.parametrize("is_quick", [False, True])
def test_a_service_that_bears_no_more_is_asked_no_more_often(is_quick: bool):
    slow = Rhythm(is_quick, None, pause=4.0)
    assert slow.least == slow.interval(0.0) == 4.0
    assert slow.first(None) >= 4.0
    assert slow.interval(600.0) == max(4.0, Rhythm(is_quick, None).interval(600.0))
    assert Rhythm(is_quick, 0.5, pause=4.0).interval(0.0) == 0.5  # PICPIK_POLL_INTERVAL is somebody's own word
