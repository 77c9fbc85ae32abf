"""A submit that got no usable answer is looked for until it is found or cannot be there, and is not paid for again.

The judge is the service's own record of what it has accepted.
"""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from comfyui_picpik.picpik.api import HttpRefused, PicpikError, Timeouts
from comfyui_picpik.picpik.ledger import FAILED, UNKNOWN, Ledger, TaskHistory, new_record
from comfyui_picpik.picpik.runner import OutcomeUnknown, SearchEnded, Undecided
from comfyui_picpik.tests.waiting import until

SUBMIT = "GeneratePatternsFromImage"
LONG_AGO = 365 * 86400.0


def run_again_until_it_is_there(house, runner, action):
    """What a user does who runs again after each error, at once."""
    for _ in range(20):
        try:
            return house.run(runner, action)
        except PicpikError as error:
            last = error
    raise last


def patient(house, window=5.0):
    """Delays with a window that is longer than what a test has the service be late by."""
    return replace(house.QUICK, search_window=window)


# -- the service is away, or late


@pytest.mark.parametrize("trouble", [("reset_unread", {}), ("http", {"status": 502}), ("garbage", {})])
def test_while_the_service_is_away_it_is_asked_on_until_it_tells(make_house, trouble):
    house = make_house(until_seen=True)
    kind, options = trouble
    house.faults.add("reset", action=SUBMIT, accepted=True)
    house.faults.add(kind, action="ListRunningTasks", times=8, **options)
    house.run(house.runner(), house.extract("one"))
    assert house.paid() == house.requests(SUBMIT) == 1


def test_looks_that_got_no_answer_do_not_count_as_looks(make_house):
    """The task is listed only after the service was away for longer than the whole window."""
    house = make_house(until_seen=True)
    house.faults.add("reset", action=SUBMIT, accepted=True)
    house.faults.add("unlisted", seconds=1.5)
    house.faults.add("http", action="ListRunningTasks", status=502, times=12)
    run_again_until_it_is_there(house, house.runner(delays=patient(house)), house.extract("one"))
    assert house.paid() == 1


def test_a_task_that_is_made_a_while_after_the_connection_broke_is_found(make_house):
    house = make_house(until_seen=True)
    house.faults.add("late", action=SUBMIT, seconds=1.5)
    run_again_until_it_is_there(house, house.runner(delays=patient(house)), house.extract("one"))
    assert house.paid() == house.requests(SUBMIT) == 1


def test_a_task_that_is_listed_late_is_found(make_house):
    house = make_house(until_seen=True)
    house.faults.add("reset", action=SUBMIT, accepted=True)
    house.faults.add("unlisted", seconds=0.5)
    run_again_until_it_is_there(house, house.runner(delays=patient(house)), house.extract("one"))
    assert house.paid() == house.requests(SUBMIT) == 1


def test_a_task_that_is_made_after_a_crash_in_the_middle_of_its_submit_is_found_by_the_next_start(make_house):
    house = make_house(until_seen=True)
    house.faults.add("late", action=SUBMIT, seconds=1.0)
    first = house.runner(delays=patient(house))
    first.submit(house.account, house.extract("one"))
    until(lambda: house.faults.fired, "it was sent")
    first.stop()
    run_again_until_it_is_there(house, house.runner(delays=patient(house)), house.extract("one"))
    assert house.paid() == house.requests(SUBMIT) == 1


def test_what_was_cancelled_after_its_answer_was_lost_is_looked_for_all_the_same(make_house):
    house = make_house(until_seen=True)
    house.faults.add("late", action=SUBMIT, seconds=0.5)
    runner = house.runner(delays=patient(house))
    cancelled = runner.submit(house.account, house.extract("one"))
    until(lambda: house.faults.fired, "it was sent")
    cancelled.release()
    until(lambda: [row for row in TaskHistory(house.home).recent(9) if row.is_stored], "its picture is stored")
    house.run(runner, house.extract("one"))
    assert house.paid() == 1


def test_in_a_batch_with_one_seed_a_lost_answer_waits_for_the_siblings_answers(make_house):
    house = make_house(until_seen=True)
    runner = house.runner()
    house.faults.add("reset", action=SUBMIT, where={"PositivePrompts": ["0"]}, accepted=True)
    house.faults.add("slow", action=SUBMIT, seconds=1.5, times=3)
    handles = [runner.submit(house.account, house.extract(f"{entry}", seed=7)) for entry in range(4)]
    for handle in handles:
        handle.result.result(house.SOON)
    assert [house.paid(f"{entry}") for entry in range(4)] == [1, 1, 1, 1]


def test_after_the_window_the_user_is_told_and_only_then_may_pay_again(house):
    house.faults.add("reset", action=SUBMIT, accepted=False)
    runner = house.runner()
    handles = [runner.submit(house.account, house.extract("one")) for _ in range(3)]
    for handle in handles:
        with pytest.raises(OutcomeUnknown, match="Run again to send it anew: that is a new paid task"):
            handle.result.result(house.SOON)
    assert house.requests(SUBMIT) == 1
    house.run(runner, house.extract("one"))
    assert house.requests(SUBMIT) == 2 and house.paid() == 1


class Prepared:
    """A request whose pictures take until a condition holds to be prepared."""

    def __init__(self, action, condition):
        self._action = action
        self._condition = condition

    def __getattr__(self, name):
        return getattr(self._action, name)

    def key_params(self):
        until(self._condition, "it may go on")
        return self._action.key_params()


def test_who_asked_before_the_user_was_told_does_not_pay(house):
    """Two nodes of one workflow: the one is told, and the workflow stops; the other was still being prepared."""
    house.faults.add("reset", action=SUBMIT, accepted=False)
    runner = house.runner()
    one = runner.submit(house.account, house.extract("one"))
    is_told = lambda: [row for row in TaskHistory(house.home).recent(1) if row.told]  # noqa: E731
    other = runner.submit(house.account, Prepared(house.extract("one"), is_told))
    for handle in (one, other):
        with pytest.raises(SearchEnded):
            handle.result.result(house.SOON)
    assert house.requests(SUBMIT) == 1


# -- what the service leaves out excludes nothing


@pytest.mark.parametrize(
    "quirks",
    [
        {"seed_told": "when over", "empty": "omitted"},
        {"seed_told": "when over", "empty": "kept"},
        {"detail_actions": {SUBMIT: f"{SUBMIT}Response"}},
        {"uuid_task_uids": True},
        {"seed_told": "when over", "empty": "omitted", "uuid_task_uids": True},
    ],
)
def test_a_task_of_which_the_service_does_not_tell_everything_is_found(make_house, quirks):
    house = make_house(until_seen=True)
    house.sandbox.quirks.change(quirks)
    house.faults.add("reset", action=SUBMIT, accepted=True)
    run_again_until_it_is_there(house, house.runner(), house.extract("one"))
    assert house.paid() == house.requests(SUBMIT) == 1


@pytest.mark.parametrize(
    "quirks", [{"seed_told": "never", "empty": "omitted"}, {"detail_actions": {SUBMIT: "PatternExtraction"}}]
)
def test_a_task_that_never_tells_whose_it_is_is_named_and_not_paid_over(make_house, quirks):
    house = make_house(until_seen=True)
    house.sandbox.quirks.change(quirks)
    house.faults.add("reset", action=SUBMIT, accepted=True)
    runner = house.runner()
    for _ in range(3):
        with pytest.raises(Undecided, match=r"PICPIK lists a task that may be it \((\w+)\)") as caught:
            house.run(runner, house.extract("one"))
        assert house.sandbox.tasks[0].uid in str(caught.value)
    assert house.paid() == house.requests(SUBMIT) == 1


def test_a_running_task_of_which_only_a_seed_of_0_is_told_may_be_any(make_house):
    """What has no number yet is 0 in many an answer; with another seed in the end it was another's."""
    house = make_house(seconds_per_task=1.0, until_seen=True)
    house.sandbox.quirks.change({"seed_told": "when over", "empty": "kept"})
    house.runner_elsewhere().submit(house.account, house.extract("foreign", seed=9)).accepted.result(house.SOON)
    house.faults.add("reset", action=SUBMIT, accepted=True)
    house.run(house.runner(), house.extract("one", seed=1))
    assert house.paid("one") == 1


# -- rows of long ago


def an_old_row(house, **changes):
    sent = time.time() - LONG_AGO
    row = new_record(request_key="old", account=house.account.identity, owner="dead", action=SUBMIT, seed=1)
    return replace(row, state=UNKNOWN, created=sent, submit_began=sent, **changes)


@pytest.mark.parametrize("is_timed", [True, False])
def test_a_row_of_long_ago_does_not_make_a_clear_find_ambiguous(make_house, is_timed):
    house = make_house(until_seen=True)
    ledger = Ledger(house.home / "ledger.sqlite")
    try:
        ledger.write(an_old_row(house, is_timed=is_timed))
    finally:
        ledger.close()
    house.faults.add("reset", action=SUBMIT, accepted=True)
    house.run(house.runner(), house.extract("one", seed=1))
    assert house.paid() == house.requests(SUBMIT) == 1


def test_a_row_of_long_ago_is_given_up_at_a_start_and_starts_leave_no_rows_behind(house):
    ledger = Ledger(house.home / "ledger.sqlite")
    try:
        old = an_old_row(house, is_timed=True, current_key=None)
        ledger.write(old)
        for _ in range(3):
            runner = house.runner()
            runner.resume(house.account)
            until(lambda: ledger.read(old.id).state == FAILED, "it is given up")
            runner.stop()
    finally:
        ledger.close()
    assert [row.id for row in TaskHistory(house.home).recent(9)] == [old.id]


# -- a process that stands still


def test_a_process_that_stands_still_in_the_middle_of_a_submit_is_not_taken_for_dead(make_house, start, place):
    """A closed lid, a debugger, swapping: its submit is accepted while it stands still."""
    house = make_house()
    house.faults.add("late", action=SUBMIT, seconds=4.0, answered=True)
    first, second = (start(house, place / "home", [("one", 1)]) for _ in range(2))
    first.go()
    until(lambda: house.faults.fired, "it has sent its submit")
    with first.standing_still():
        second.go()
        until(lambda: house.sandbox.tasks, "something is accepted")
    assert first.outcome()["results"] == second.outcome()["results"]
    assert house.paid() == house.requests(SUBMIT) == 1


# -- answers that are odd


@pytest.mark.parametrize("status", [202, 500])
def test_an_answer_with_a_task_uid_is_an_accepted_task_under_any_http_status(house, status):
    house.faults.add("odd_status", action=SUBMIT, status=status)
    house.run(house.runner(), house.extract("one"))
    assert house.paid() == house.requests(SUBMIT) == 1
    assert house.requests("ListRunningTasks") == 0


@pytest.mark.parametrize(("ret_code", "status"), [(520, 200), (5000, 200), (5000, 500), (99, 400)])
def test_a_code_that_nobody_knows_is_shown_at_once_and_its_task_is_found_in_the_background(
    make_house, ret_code, status
):
    house = make_house(until_seen=True)
    house.faults.add(
        "ret_code", action=SUBMIT, ret_code=ret_code, status=status, message="account is in arrears", accepted=True
    )
    house.faults.add("unlisted", seconds=0.5)
    runner = house.runner(delays=patient(house))
    with pytest.raises(OutcomeUnknown, match=f"RetCode {ret_code}: account is in arrears"):
        house.run(runner, house.extract("one"))
    house.run(runner, house.extract("one"))
    assert house.paid() == house.requests(SUBMIT) == 1


def test_a_submit_that_is_sent_elsewhere_is_refused_and_costs_no_search(house):
    house.faults.add("http", action=SUBMIT, status=302, location="https://elsewhere.example/path?secret=1")
    runner = house.runner(timeouts=Timeouts(read=3.0))
    with pytest.raises(HttpRefused, match=r"elsewhere\.example") as caught:
        house.run(runner, house.extract("one"))
    assert "secret" not in str(caught.value)
    house.run(runner, house.extract("one"))
    assert house.paid() == 1
    assert house.requests("ListRunningTasks") == 0
