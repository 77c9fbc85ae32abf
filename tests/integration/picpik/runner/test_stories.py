"""What a user lives through with the task runner, one story a test, against a local PICPIK."""

from __future__ import annotations

import logging
import socket
import sqlite3
import threading
import time
from contextlib import closing
from dataclasses import replace

import pytest
from comfyui_picpik.imaging import check_picture
from comfyui_picpik.picpik.api import Account, HttpRefused, NeverSent, Timeouts
from comfyui_picpik.picpik.ledger import FAILED, LOOKING, UNKNOWN, Ledger, TaskHistory, new_record
from comfyui_picpik.picpik.runner import (
    OutcomeUnknown,
    Phase,
    ResultUnavailable,
    SearchEnded,
    TaskFailed,
    TaskNotFound,
    TaskNotListed,
    TaskOutOfReach,
    Undecided,
    Withdrawn,
)
from comfyui_picpik.sandbox import start_in_thread
from comfyui_picpik.tests.clocks import SetClock
from comfyui_picpik.tests.waiting import until

SUBMIT = "GeneratePatternsFromImage"


# -- the same request


def test_the_same_request_at_the_same_time_is_one_task(house):
    runner = house.runner()
    handles = [runner.submit(house.account, house.extract("one")) for _ in range(8)]
    results = [handle.result.result(house.SOON) for handle in handles]
    assert len({result.task_uid for result in results}) == 1
    assert house.paid() == 1


def test_a_run_after_a_restart_brings_the_stored_bytes_and_asks_nothing(house):
    first = house.runner()
    files = house.run(first, house.extract("one")).pictures
    stored = [file.read_bytes() for file in files]
    first.stop()
    house.sandbox.expire()
    before = house.sandbox.state()["requests"]
    again = house.run(house.runner(), house.extract("one"))
    assert [file.read_bytes() for file in again.pictures] == stored
    assert house.sandbox.state()["requests"] == before


def test_a_request_that_differs_in_anything_is_another_task(house):
    runner = house.runner()
    for action in (house.extract("a"), house.extract("b"), house.extract("a", seed=2), house.apply("a")):
        house.run(runner, action)
    assert house.paid() == 4


def test_a_run_attaches_to_a_task_that_was_pending_when_comfyui_ended(make_house):
    house = make_house(seconds_per_task=0.5)
    first = house.runner()
    task_uid = first.submit(house.account, house.extract("one")).accepted.result(house.SOON)
    first.stop()
    assert house.run(house.runner(), house.extract("one")).task_uid == task_uid
    assert house.paid() == 1


def test_a_stored_file_that_was_deleted_is_fetched_again_unpaid(house):
    runner = house.runner()
    result = house.run(runner, house.extract("one"))
    result.pictures[0].unlink()
    again = house.run(runner, house.extract("one"))
    check_picture(again.pictures[0].read_bytes())
    assert house.paid() == 1


# -- seed -1


def test_seed_minus_one_pays_for_a_new_picture_each_time(house):
    runner = house.runner()
    results = [house.run(runner, house.extract("one", seed=-1)) for _ in range(3)]
    assert len({result.task_uid for result in results}) == 3
    assert len({result.seed for result in results}) == 3
    assert all(task.parameters["Seed"] >= 0 for task in house.sandbox.tasks)


def test_with_seed_minus_one_what_was_paid_and_not_delivered_comes_first(house):
    first = house.runner()
    undelivered = first.submit(house.account, house.extract("one", seed=-1)).result.result(house.SOON)
    first.stop()
    second = house.runner()
    assert house.run(second, house.extract("one", seed=-1)).task_uid == undelivered.task_uid
    assert house.paid() == 1
    assert house.run(second, house.extract("one", seed=-1)).task_uid != undelivered.task_uid
    assert house.paid() == 2


def test_two_requests_with_seed_minus_one_at_the_same_time_are_two_tasks(house):
    runner = house.runner()
    handles = [runner.submit(house.account, house.extract("one", seed=-1)) for _ in range(4)]
    assert len({handle.result.result(house.SOON).task_uid for handle in handles}) == 4


def test_with_seed_minus_one_a_result_that_another_still_holds_is_not_handed_out_again(house):
    runner = house.runner()
    holder = runner.submit(house.account, house.extract("one", seed=-1))
    held = holder.result.result(house.SOON)
    other = runner.submit(house.account, house.extract("one", seed=-1)).result.result(house.SOON)
    assert other.task_uid != held.task_uid
    holder.release()  # without a delivery
    third = runner.submit(house.account, house.extract("one", seed=-1)).result.result(house.SOON)
    assert third.task_uid == held.task_uid


def test_a_drawn_seed_makes_the_same_picture_again_unpaid(house):
    runner = house.runner()
    drawn = house.run(runner, house.extract("one", seed=-1))
    assert house.run(runner, house.extract("one", seed=drawn.seed)).task_uid == drawn.task_uid


# -- batches


def test_what_succeeded_in_a_batch_is_kept_when_one_entry_fails(house):
    runner = house.runner()
    house.faults.add("fail", where={"PositivePrompts": ["entry 2"]})
    handles = [runner.submit(house.account, house.extract(f"entry {entry}")) for entry in range(5)]
    with pytest.raises(TaskFailed, match=r"Task \w{20} failed at PICPIK \(ErrorCode 1000"):
        handles[2].result.result(house.SOON)
    for entry in (0, 1, 3, 4):
        handles[entry].result.result(house.SOON)
    for entry in range(5):
        house.run(runner, house.extract(f"entry {entry}"))
    assert [house.paid(f"entry {entry}") for entry in range(5)] == [1, 1, 2, 1, 1]


def test_submissions_are_bounded_and_keep_their_order(house):
    runner = house.runner()
    house.faults.add("slow", action=SUBMIT, times=4, seconds=2.0)
    handles = [runner.submit(house.account, house.extract(f"{number:02d}")) for number in range(12)]
    until(lambda: len(house.faults.fired) == 4, "four submits are in flight")
    assert house.requests(SUBMIT) == 4
    for handle in handles:
        handle.result.result(house.SOON)
    names = [task.parameters["PositivePrompts"][0] for task in house.sandbox.tasks]
    assert sorted(names[:4]) == ["00", "01", "02", "03"]
    assert all(abs(names.index(f"{number:02d}") - number) < 4 for number in range(12))


# -- going away


def test_a_request_that_nobody_waits_for_before_it_is_sent_is_withdrawn_unpaid(house):
    runner = house.runner()
    house.faults.add("slow", action=SUBMIT, times=4, seconds=2.0)
    first = [runner.submit(house.account, house.extract(f"{number}")) for number in range(4)]
    until(lambda: len(house.faults.fired) == 4, "all places are taken")
    late = runner.submit(house.account, house.extract("late"))
    late.release()
    with pytest.raises(Withdrawn, match="Nothing was paid"):
        late.result.result(house.SOON)
    for handle in first:
        handle.result.result(house.SOON)
    assert house.paid("late") == 0
    house.run(runner, house.extract("late"))
    assert house.paid("late") == 1


def test_a_request_that_one_waiter_leaves_is_sent_for_the_other(house):
    runner = house.runner()
    leaving = runner.submit(house.account, house.extract("one"))
    staying = runner.submit(house.account, house.extract("one"))
    leaving.release()
    leaving.release()
    staying.result.result(house.SOON)
    assert house.paid() == 1


def test_a_waiter_that_comes_while_a_request_is_withdrawn_still_gets_its_picture(house):
    runner = house.runner()
    for number in range(30):
        runner.submit(house.account, house.extract(f"{number}")).release()
        runner.submit(house.account, house.extract(f"{number}")).result.result(house.SOON)
        assert house.paid(f"{number}") == 1


def test_a_waiter_that_comes_while_the_withdrawal_is_written_down_gets_its_picture(house):
    runner = house.runner()
    house.faults.add("http", action=SUBMIT, status=503, retry_after=60)
    leaving = runner.submit(house.account, house.extract("one"))
    until(lambda: leaving.progress.trouble, "it waits to be sent again")
    with closing(sqlite3.connect(house.home / "ledger.sqlite", isolation_level=None)) as busy:
        busy.execute("BEGIN IMMEDIATE")  # the withdrawal cannot be written down yet
        leaving.release()
        coming = runner.submit(house.account, house.extract("one"))
        until(lambda: coming.progress.trouble, "it has met the request that is withdrawn")
    coming.result.result(house.SOON)
    assert house.paid() == 1


def test_a_request_that_was_sent_goes_on_when_nobody_waits(make_house):
    house = make_house(seconds_per_task=0.2)
    runner = house.runner()
    handle = runner.submit(house.account, house.extract("one"))
    task_uid = handle.accepted.result(house.SOON)
    handle.release()
    until(lambda: list((house.home / "results" / task_uid).glob("*.png")), "its picture is stored")
    house.sandbox.expire()
    assert house.run(runner, house.extract("one")).task_uid == task_uid
    assert house.paid() == 1


def test_resume_collects_in_the_background_what_was_paid_before_comfyui_ended(make_house):
    house = make_house(seconds_per_task=0.3)
    first = house.runner()
    handles = [first.submit(house.account, house.extract(name)) for name in ("one", "two")]
    task_uids = [handle.accepted.result(house.SOON) for handle in handles]
    first.stop()
    second = house.runner()
    second.resume(house.account)
    for task_uid in task_uids:
        until(lambda: list((house.home / "results" / task_uid).glob("*.png")), "its picture is stored")  # noqa: B023
    assert house.paid() == 2


def test_a_request_that_is_run_while_it_is_looked_for_in_the_background_joins_that_and_is_then_free(house):
    house.faults.add("reset", action=SUBMIT, accepted=False)
    first = house.runner(delays=replace(house.QUICK, search_window=1000.0))
    lost = first.submit(house.account, house.extract("one"))
    until(lambda: lost.progress.phase is Phase.LOOKING, "its answer is lost")
    first.stop()
    house.faults.add("slow", action="ListRunningTasks", seconds=0.3)
    second = house.runner()
    second.resume(house.account)
    until(lambda: house.faults.fired[-1]["kind"] == "slow", "it is looked for")
    with pytest.raises(SearchEnded):
        house.run(second, house.extract("one"))
    house.run(second, house.extract("one"))
    assert house.paid() == 1


@pytest.mark.parametrize(("hours", "left"), [(0, UNKNOWN), (23, UNKNOWN), (25, FAILED)])
def test_what_the_background_looks_for_in_vain_is_given_up_only_after_a_day(house, hours, left):
    """Until then the next run of it looks once more before it pays."""
    ledger = Ledger(house.home / "ledger.sqlite")
    sent = time.time() - hours * 3600
    row = new_record(request_key="key", account=house.account.identity, owner="dead", action=SUBMIT, seed=1)
    try:
        ledger.write(replace(row, state=LOOKING, created=sent, submit_began=sent, is_timed=True))
        house.runner().resume(house.account)
        until(lambda: ledger.read(row.id).state == left, "it was looked for")
        assert ledger.read(row.id).current_key == ("key" if left == UNKNOWN else None)
    finally:
        ledger.close()


def test_a_request_that_was_never_sent_is_not_sent_in_the_background(house, caplog):
    ledger = Ledger(house.home / "ledger.sqlite")
    row = new_record(request_key="key", account=house.account.identity, owner="dead", action=SUBMIT, seed=1)
    try:
        ledger.write(row)
        house.runner().resume(house.account)
        until(lambda: ledger.read(row.id).state == FAILED, "it is given up")
    finally:
        ledger.close()
    assert house.requests(SUBMIT) == 0
    assert caplog.text == ""


def test_stop_leaves_no_thread_and_may_be_called_twice(house):
    before = set(threading.enumerate())
    runner = house.runner()
    handle = runner.submit(house.account, house.extract("one"))
    handle.accepted.result(house.SOON)
    assert set(threading.enumerate()) > before
    runner.stop()
    runner.stop()
    assert not [
        thread for thread in set(threading.enumerate()) - before if not thread.name.startswith("picpik-sandbox")
    ]


def test_a_runner_that_was_never_used_starts_nothing_and_stops(house):
    before = set(threading.enumerate())
    runner = house.runner()
    assert set(threading.enumerate()) == before
    assert not house.home.exists()
    runner.stop()


def test_after_the_end_nothing_can_be_submitted_and_late_deliveries_are_harmless(house):
    runner = house.runner()
    handle = runner.submit(house.account, house.extract("one"))
    result = handle.result.result(house.SOON)
    runner.stop()
    result.deliver()
    handle.release()
    with pytest.raises(RuntimeError, match="has ended"):
        runner.submit(house.account, house.extract("two"))


def test_a_delivery_right_before_the_end_is_remembered(house):
    first = house.runner()
    delivered = house.run(first, house.extract("one", seed=-1))
    first.stop()
    assert house.run(house.runner(), house.extract("one", seed=-1)).task_uid != delivered.task_uid


# -- polls


@pytest.mark.parametrize("count", [1, 100])
def test_one_poll_asks_for_all_waiting_tasks(make_house, count):
    house = make_house(seconds_queued=1000)
    runner = house.runner(poll_interval=0.2)
    for handle in [runner.submit(house.account, house.extract(f"{number}")) for number in range(count)]:
        handle.accepted.result(house.SOON)
    tasks = house.sandbox.tasks
    until(lambda: all(task.polls for task in tasks), "all were asked for")
    calls, polls = house.requests("ListTasksDetails"), [task.polls for task in tasks]
    until(lambda: all(task.polls >= before + 5 for task, before in zip(tasks, polls, strict=True)), "five more ticks")
    most = max(task.polls - before for task, before in zip(tasks, polls, strict=True))
    assert house.requests("ListTasksDetails") - calls <= most + 1


def test_more_tasks_than_one_call_may_hold_are_asked_for_in_several(make_house):
    house = make_house(seconds_per_task=1.0)
    runner = house.runner(poll_interval=0.2)
    handles = [runner.submit(house.account, house.extract(f"{number}")) for number in range(120)]
    for handle in handles:
        handle.result.result(house.SOON * 2)
    assert house.paid() == 120


@pytest.mark.parametrize(
    "quirk", [{"unknown_uid_fails": True}, {"unknown_uid_fails": True, "refusal_http_status": 400}]
)
def test_one_bad_task_uid_does_not_take_its_neighbours_along(make_house, quirk):
    house = make_house(seconds_per_task=0.3)
    house.sandbox.quirks.change(quirk)
    runner = house.runner()
    good = [runner.submit(house.account, house.extract(f"{number}")) for number in range(5)]
    for handle in good:
        handle.accepted.result(house.SOON)
    bad = runner.collect(house.account, "cktlm6lrh4miq8ng9nf0")
    for handle in good:
        handle.result.result(house.SOON)
    with pytest.raises(TaskNotFound, match="cktlm6lrh4miq8ng9nf0"):
        bad.result.result(house.SOON)


def test_a_code_that_nobody_knows_about_one_task_does_not_hold_up_the_others(make_house):
    house = make_house(seconds_per_task=0.3)
    runner = house.runner()
    bad = "cktlm6lrh4miq8ng9nf0"
    house.faults.add(
        "ret_code",
        action="ListTasksDetails",
        where=lambda asked: bad in asked["TaskUIDList"],
        times=None,
        ret_code=8039,
    )
    stuck = runner.collect(house.account, bad)
    for number in range(5):
        house.run(runner, house.extract(f"{number}"))
    assert "8039" in (stuck.progress.trouble or "")
    assert not stuck.result.done()


def test_a_task_that_a_list_leaves_out_for_a_moment_is_not_given_up(house):
    runner = house.runner(delays=replace(house.QUICK, missing=1000.0))
    house.faults.add("vanish", polls=0)
    task_uid = runner.submit(house.account, house.extract("one")).accepted.result(house.SOON)
    task = house.sandbox.service.tasks[task_uid]
    calls = house.requests("ListTasksDetails")
    until(lambda: house.requests("ListTasksDetails") > calls + 6, "it was missed more than once")
    task.fault = None  # now it is listed
    assert house.run(runner, house.extract("one")).task_uid == task_uid
    assert house.paid() == 1


def test_a_task_that_is_not_listed_is_named_and_keeps_its_request(house):
    runner = house.runner()
    house.faults.add("vanish", polls=0)
    for _ in range(2):
        handle = runner.submit(house.account, house.extract("one"))
        with pytest.raises(TaskNotListed, match=handle.accepted.result(house.SOON)):
            handle.result.result(house.SOON)
    house.sandbox.tasks[0].fault = None  # now it is listed
    house.run(runner, house.extract("one"))
    assert house.paid() == 1


def test_a_task_that_cannot_be_asked_for_any_more_is_named_and_attached_to_again(make_house):
    house = make_house(seconds_per_task=0.2)
    runner = house.runner()
    house.faults.add("ret_code", action="ListTasksDetails", ret_code=171, times=1)
    handle = runner.submit(house.account, house.extract("one"))
    task_uid = handle.accepted.result(house.SOON)
    with pytest.raises(TaskOutOfReach, match=f"{task_uid}.*RetCode 171"):
        handle.result.result(house.SOON)
    assert house.run(runner, house.extract("one")).task_uid == task_uid
    assert house.paid() == 1


def test_progress_shows_what_the_service_says(make_house):
    house = make_house(seconds_per_task=0.3)
    house.faults.add("unknown_status", polls=3, word="Archiving")
    handle = house.runner().submit(house.account, house.extract("one"))
    assert handle.progress.phase in (Phase.PREPARING, Phase.SUBMITTING)
    until(lambda: "Archiving" in handle.progress.status_text, "the unknown word is shown")
    handle.result.result(house.SOON)
    assert handle.progress.phase is Phase.DONE
    assert handle.progress.task_uid == house.sandbox.tasks[0].uid


# -- Poll Task


def test_poll_task_brings_a_task_of_another_computer(house):
    made = house.run(house.runner(), house.extract("one"))
    result = house.runner_elsewhere().collect(house.account, made.task_uid).result.result(house.SOON)
    assert [file.read_bytes() for file in result.pictures] == [file.read_bytes() for file in made.pictures]
    assert house.paid() == 1


def test_poll_task_of_an_own_task_uses_what_is_stored(house):
    runner = house.runner()
    made = house.run(runner, house.extract("one"))
    house.sandbox.expire()
    assert runner.collect(house.account, made.task_uid).result.result(house.SOON).pictures == made.pictures


def test_poll_task_of_a_task_uid_that_is_no_name_for_a_folder_is_only_an_error(house):
    with pytest.raises(TaskNotFound):
        house.runner().collect(house.account, "../../../etc").result.result(house.SOON)


# -- the outcome of a submit is unknown


def test_a_task_whose_submit_got_no_answer_is_adopted(make_house):
    house = make_house(until_seen=True)
    house.faults.add("reset", action=SUBMIT, accepted=True)
    house.run(house.runner(), house.extract("one"))
    assert house.paid() == 1
    assert house.requests(SUBMIT) == 1


def test_a_task_that_ends_as_soon_as_the_look_of_another_has_seen_it_is_adopted(make_house):
    """Of two that look at the same time one is answered badly; when it looks again, both tasks are over."""
    house = make_house(until_seen=True)
    house.faults.add("reset", action=SUBMIT, accepted=True, times=2)
    house.faults.add("http", action="ListRunningTasks", status=502)
    runner = house.runner()
    handles = [runner.submit(house.account, house.extract(name, seed)) for seed, name in enumerate(("one", "other"))]
    for handle in handles:
        handle.result.result(house.SOON)
    assert house.paid() == house.requests(SUBMIT) == 2


@pytest.mark.parametrize("ahead", [7200.0, -7200.0])
def test_a_task_is_adopted_whatever_our_clock_says(make_house, ahead):
    house = make_house(until_seen=True)
    house.sandbox.quirks.change({"clock_offset": ahead})
    house.faults.add("hang", action=SUBMIT)
    house.run(house.runner(timeouts=Timeouts(read=3.0)), house.extract("one"))
    assert house.paid() == 1


def test_a_row_stays_its_owners_while_the_task_is_looked_for(house):
    house.faults.add("reset", action=SUBMIT, accepted=False)
    house.faults.add("slow", action="ListRunningTasks", seconds=2.0)
    handle = house.runner().submit(house.account, house.extract("one"))
    until(lambda: len(house.faults.fired) == 2, "it is looked for")
    history = TaskHistory(house.home)
    assert history.recent(1)[0].state == LOOKING
    with pytest.raises(OutcomeUnknown):
        handle.result.result(house.SOON)
    assert history.recent(1)[0].state == UNKNOWN


def test_a_task_of_a_submit_that_a_crash_cut_off_is_adopted(make_house):
    house = make_house(until_seen=True)
    house.faults.add("hang", action=SUBMIT)
    first = house.runner(timeouts=Timeouts(read=1000.0))
    first.submit(house.account, house.extract("one"))
    until(lambda: house.paid() == 1, "it is accepted")
    first.stop()
    house.run(house.runner(), house.extract("one"))
    assert house.paid() == 1


def test_an_unknown_outcome_is_said_and_the_next_run_looks_before_it_pays(house, caplog):
    runner = house.runner()
    house.faults.add("garbage", action=SUBMIT, accepted=False)
    with pytest.raises(SearchEnded, match="may or may not have been accepted") as caught:
        runner.submit(house.account, house.extract("one")).result.result(house.SOON)
    assert "Run again to send it anew: that is a new paid task" in str(caught.value)
    looks = house.requests("ListRunningTasks")
    house.run(runner, house.extract("one"))
    assert house.requests("ListRunningTasks") > looks
    assert "is sent again" in caplog.text
    assert house.paid() == 1


def test_runs_that_were_queued_before_the_user_was_told_do_not_pay_anew(house):
    """As with a batch count of three: nobody has read what the first one says when the others begin."""
    runner = house.runner()
    house.faults.add("garbage", action=SUBMIT, accepted=False)
    queued = time.time()
    for _ in range(3):
        with pytest.raises(SearchEnded):
            runner.submit(house.account, house.extract("one"), queued).result.result(house.SOON)
    assert house.requests(SUBMIT) == 1
    house.run(runner, house.extract("one"))
    assert (house.requests(SUBMIT), house.paid()) == (2, 1)


def test_whoever_was_told_once_pays_by_running_again_though_runs_queued_before_have_said_the_same_since(house):
    runner = house.runner()
    house.faults.add("garbage", action=SUBMIT, accepted=False)
    queued = time.time()
    with pytest.raises(SearchEnded):
        runner.submit(house.account, house.extract("one"), queued).result.result(house.SOON)
    knowing = time.time()
    with pytest.raises(SearchEnded):
        runner.submit(house.account, house.extract("one"), queued).result.result(house.SOON)
    runner.submit(house.account, house.extract("one"), knowing).result.result(house.SOON)
    assert house.requests(SUBMIT) == 2


def test_a_clock_that_is_set_back_after_the_user_was_told_keeps_no_run_from_paying_for_long(house):
    clock = SetClock()
    runner = house.runner(clock=clock)
    house.faults.add("garbage", action=SUBMIT, accepted=False)
    clock.ahead = 3600.0
    with pytest.raises(SearchEnded):
        runner.submit(house.account, house.extract("one")).result.result(house.SOON)
    clock.ahead = 0.0
    with pytest.raises(SearchEnded):
        runner.submit(house.account, house.extract("one")).result.result(house.SOON)
    house.run(runner, house.extract("one"))
    assert house.requests(SUBMIT) == 2


def test_a_run_that_was_queued_before_the_clock_was_set_back_does_not_pay_for_what_nobody_was_told(house):
    clock = SetClock()
    clock.ahead = 3600.0
    runner = house.runner(clock=clock)
    house.faults.add("garbage", action=SUBMIT, accepted=False)
    queued = clock.time()
    clock.ahead = 0.0
    for _ in range(2):
        with pytest.raises(SearchEnded):
            runner.submit(house.account, house.extract("one"), queued).result.result(house.SOON)
    assert house.requests(SUBMIT) == 1


def test_what_was_lost_and_looked_for_in_vain_while_nobody_waited_is_told_before_it_is_paid_anew(house):
    runner = house.runner()
    house.faults.add("garbage", action=SUBMIT, accepted=False)
    cancelled = runner.submit(house.account, house.extract("one"))
    until(lambda: cancelled.progress.phase is Phase.LOOKING, "it is looked for")
    cancelled.release()
    until(lambda: TaskHistory(house.home).recent(1)[0].state == UNKNOWN, "the search is over")
    with pytest.raises(SearchEnded):
        runner.submit(house.account, house.extract("one")).result.result(house.SOON)
    assert house.requests(SUBMIT) == 1
    house.run(runner, house.extract("one"))
    assert house.requests(SUBMIT) == 2


def test_what_comfyui_ended_over_in_its_last_look_is_not_looked_for_for_ever(house):
    first = house.runner()
    house.faults.add("garbage", action=SUBMIT, accepted=False)
    with pytest.raises(SearchEnded):
        first.submit(house.account, house.extract("one")).result.result(house.SOON)
    house.faults.add("hang", action="ListRunningTasks")
    first.submit(house.account, house.extract("one"))
    history = TaskHistory(house.home)
    until(lambda: history.recent(1)[0].state == LOOKING, "it is looked for once more")
    first.stop()
    assert history.recent(1)[0].state == LOOKING
    house.faults.clear()
    house.runner().resume(house.account)
    until(lambda: history.recent(1)[0].state == UNKNOWN, "it has been looked for")
    assert house.paid() == 0


def test_nothing_is_paid_while_the_service_cannot_be_asked_whether_it_was_accepted(make_house):
    house = make_house(until_seen=True)
    runner = house.runner()
    house.faults.add("reset", action=SUBMIT, accepted=True)
    house.faults.add("http", action="ListRunningTasks", status=502, times=None)
    for _ in range(2):
        handle = runner.submit(house.account, house.extract("one"))
        until(lambda: "502" in (handle.progress.trouble or ""), "the trouble is shown")  # noqa: B023
        handle.release()
    house.faults.clear()
    house.run(runner, house.extract("one"))
    assert house.requests(SUBMIT) == 1


def test_a_run_that_cannot_reach_the_service_does_not_say_that_nothing_was_paid_after_an_unknown_outcome(house):
    runner = house.runner()
    house.faults.add("garbage", action=SUBMIT, accepted=False)
    with pytest.raises(OutcomeUnknown):
        runner.submit(house.account, house.extract("one")).result.result(house.SOON)
    handle = runner.submit(house.unreachable_account, house.extract("one"))
    until(lambda: handle.progress.trouble, "it cannot be reached")
    assert handle.progress.phase is Phase.LOOKING
    house.run(runner, house.extract("one"))  # by the account as it is now: the same job goes on through it
    handle.result.result(house.SOON)
    assert house.paid() == 1


def test_a_foreign_task_with_another_seed_is_not_adopted(make_house):
    house = make_house(seconds_per_task=1000)
    house.runner_elsewhere().submit(house.account, house.extract("foreign", seed=2)).accepted.result(house.SOON)
    house.faults.add("reset", action=SUBMIT, accepted=False)
    with pytest.raises(OutcomeUnknown, match="listed no task that can be it"):
        house.runner().submit(house.account, house.extract("mine", seed=1)).result.result(house.SOON)


def test_a_foreign_task_of_another_action_is_not_adopted(make_house):
    house = make_house(seconds_per_task=1000)
    house.runner_elsewhere().submit(house.account, house.apply("foreign")).accepted.result(house.SOON)
    house.faults.add("reset", action=SUBMIT, accepted=False)
    with pytest.raises(OutcomeUnknown, match="listed no task that can be it"):
        house.runner().submit(house.account, house.extract("mine")).result.result(house.SOON)


def test_of_several_candidates_none_is_adopted_and_all_are_named(make_house):
    house = make_house(seconds_per_task=1000)
    house.runner_elsewhere().submit(house.account, house.extract("foreign")).accepted.result(house.SOON)
    house.faults.add("reset", action=SUBMIT, accepted=True)
    with pytest.raises(OutcomeUnknown) as caught:
        house.runner().submit(house.account, house.extract("mine")).result.result(house.SOON)
    assert all(task.uid in str(caught.value) for task in house.sandbox.tasks)


def test_one_task_that_could_be_of_two_requests_is_not_adopted(make_house):
    house = make_house(seconds_per_task=1000)
    runner = house.runner(timeouts=Timeouts(read=3.0))
    house.faults.add("reset", action=SUBMIT, where={"PositivePrompts": ["a"]}, accepted=True)
    house.faults.add("hang", action=SUBMIT, where={"PositivePrompts": ["b"]}, accepted=False)
    b = runner.submit(house.account, house.extract("b", seed=7))
    until(lambda: house.faults.fired, "b gets no answer")
    a = runner.submit(house.account, house.extract("a", seed=7))
    until(house.paid, "a is accepted")
    for handle in (a, b):
        with pytest.raises(OutcomeUnknown, match=house.sandbox.tasks[0].uid):
            handle.result.result(house.SOON)
    assert house.paid("a") == 1 and house.paid("b") == 0


@pytest.mark.parametrize("ahead", [0.0, 86400.0])
def test_the_task_of_a_try_that_is_still_looked_for_is_not_taken_for_another_requests(make_house, ahead):
    house = make_house(seconds_per_task=1000)
    clock = SetClock()
    runner = house.runner(timeouts=Timeouts(read=3.0), clock=clock)
    house.faults.add("reset", action=SUBMIT, where={"PositivePrompts": ["one"]}, accepted=True)
    house.faults.add("http", action="ListRunningTasks", status=502, times=3)
    one = runner.submit(house.account, house.extract("one", seed=7))
    until(lambda: one.progress.phase is Phase.LOOKING, "its answer is lost")
    clock.ahead = ahead
    house.faults.add("reset", action=SUBMIT, where={"PositivePrompts": ["other"]}, accepted=False)
    other = runner.submit(house.account, house.extract("other", seed=7))
    until(lambda: other.result.done(), "the search is over")
    if isinstance(other.result.exception(), OutcomeUnknown):  # else one has found its task before other was sent
        assert house.sandbox.tasks[0].uid in str(other.result.exception()) or one.result.done()
    assert house.paid("other") == 0


def test_the_task_of_a_try_before_the_last_is_not_taken_for_another_requests(make_house):
    house = make_house(seconds_per_task=1000)
    runner = house.runner(timeouts=Timeouts(read=3.0))
    one, other = {"PositivePrompts": ["one"]}, {"PositivePrompts": ["other"]}
    house.faults.add("reset", action=SUBMIT, where=one, accepted=True)
    house.faults.add("vanish", where=one, polls=0)  # the service does not list it yet
    with pytest.raises(SearchEnded):
        runner.submit(house.account, house.extract("one", seed=7)).result.result(house.SOON)
    house.faults.add("http", action=SUBMIT, where=one, status=400)
    with pytest.raises(HttpRefused):
        runner.submit(house.account, house.extract("one", seed=7)).result.result(house.SOON)
    task = house.sandbox.tasks[0]
    task.fault = None  # now it does
    house.faults.add("hang", action=SUBMIT, where=other, accepted=False)
    with pytest.raises(Undecided, match=task.uid):
        runner.submit(house.account, house.extract("other", seed=7)).result.result(house.SOON)


def test_entries_of_one_batch_that_wait_for_their_turn_do_not_hinder_an_adoption(make_house):
    house = make_house(seconds_per_task=6.0, until_seen=True)
    runner = house.runner()
    house.faults.add("reset", action=SUBMIT, where={"PositivePrompts": ["0"]}, accepted=True)
    handles = [runner.submit(house.account, house.extract(f"{number}", seed=7)) for number in range(12)]
    for handle in handles:
        handle.result.result(house.SOON)
    assert house.paid() == 12


# -- refusals


def test_a_refused_connection_is_tried_again_until_the_service_is_there(house):
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))  # bound, but it does not listen: connections are refused
        port = reserved.getsockname()[1]
        runner = house.runner(delays=replace(house.QUICK, first_retry=1.0, longest_retry=1.0))
        account = Account(f"http://127.0.0.1:{port}", house.account.public_key, house.account.private_key)
        handle = runner.submit(account, house.extract("one"))
        until(lambda: handle.progress.trouble, "the refusal is shown")
    late = start_in_thread(port=port, seconds_queued=0, seconds_per_task=0)
    try:
        handle.result.result(house.SOON)
        assert len(late.sandbox.tasks) == 1
    finally:
        late.stop()


def test_a_service_that_cannot_be_reached_has_cost_nothing_and_the_request_may_be_run_again(house):
    runner = house.runner()
    with pytest.raises(NeverSent, match="nothing was paid"):
        runner.submit(house.unreachable_account, house.extract("one")).result.result(house.SOON)
    house.run(runner, house.extract("one"))
    assert house.paid() == 1
    assert house.requests("ListRunningTasks") == 0


def test_the_servers_own_word_on_when_to_try_again_is_obeyed(house):
    runner = house.runner(delays=replace(house.QUICK, first_retry=1000.0, longest_retry=1000.0))
    house.faults.add("http", action=SUBMIT, status=503, retry_after=0)
    house.faults.add("http", action=SUBMIT, status=429, retry_after=0)
    house.faults.add("http", action="ListTasksDetails", status=503, retry_after=0)
    house.run(runner, house.extract("one"))
    assert house.paid() == 1 and house.requests(SUBMIT) == 3


def test_a_throttled_submit_is_given_up_after_five_tries(house):
    house.faults.add("ret_code", action=SUBMIT, ret_code=153, times=None)
    with pytest.raises(Exception, match="RetCode 153"):
        house.runner().submit(house.account, house.extract("one")).result.result(house.SOON)
    assert house.requests(SUBMIT) == 5


def test_a_waiting_retry_ends_when_nobody_wants_the_request_any_more(house):
    runner = house.runner()
    house.faults.add("http", action=SUBMIT, status=503, retry_after=60)
    handle = runner.submit(house.account, house.extract("one"))
    until(lambda: handle.progress.trouble, "it waits")
    handle.release()
    with pytest.raises(Withdrawn):
        handle.result.result(house.SOON)
    assert house.paid() == 0


# -- result files


@pytest.mark.parametrize("status", [403, 404])
def test_result_files_that_cannot_be_had_are_an_error_that_names_the_task_and_pay_nothing(house, status):
    runner = house.runner()
    house.faults.add("http", action="download", status=status, times=1)
    handle = runner.submit(house.account, house.extract("one"))
    with pytest.raises(ResultUnavailable, match=handle.accepted.result(house.SOON)):
        handle.result.result(house.SOON)
    house.run(runner, house.extract("one"))
    assert house.paid() == 1


@pytest.mark.parametrize("kind", ["truncated_body", "corrupt_picture", "html", "empty_body", "reset"])
def test_a_broken_download_starts_afresh(house, kind):
    house.faults.add(kind, action="download", times=3)
    result = house.run(house.runner(), house.extract("one"))
    check_picture(result.pictures[0].read_bytes())


def test_a_download_that_trickles_for_ever_is_cut_and_started_afresh(house):
    house.faults.add("slow_body", action="download", seconds=300.0)
    house.run(house.runner(timeouts=Timeouts(read=1000.0, whole_picture=2.0)), house.extract("one"))


def test_what_arrives_instead_of_a_picture_is_kept_and_said(house):
    runner = house.runner()
    house.faults.add("html", action="download", times=4)
    with pytest.raises(ResultUnavailable, match="What arrived is kept in") as caught:
        runner.submit(house.account, house.extract("one")).result.result(house.SOON)
    assert b"<html>" in caught.value.stored_file.read_bytes()
    house.run(runner, house.extract("one"))
    assert house.paid() == 1


def test_a_request_whose_task_is_long_dead_at_the_service_does_not_stay_stuck_to_it(house):
    runner = house.runner()
    house.sandbox.quirks.change({"clock_offset": -2 * 86400.0})
    result = house.run(runner, house.extract("one"))
    house.sandbox.quirks.change({"clock_offset": 0.0})  # two days later
    house.sandbox.expire()
    result.pictures[0].unlink()
    with pytest.raises(ResultUnavailable, match=result.task_uid):
        house.run(runner, house.extract("one"))
    house.run(runner, house.extract("one"))
    assert house.paid() == 2


def test_delivered_files_go_when_there_are_too_many_and_undelivered_ones_stay(house):
    runner = house.runner(keep_bytes=1)
    undelivered = runner.submit(house.account, house.extract("undelivered")).result.result(house.SOON)
    delivered = house.run(runner, house.extract("delivered"))
    house.run(runner, house.extract("next"))
    until(lambda: not delivered.pictures[0].exists(), "the delivered file is dropped")
    assert undelivered.pictures[0].exists()
    house.run(runner, house.extract("delivered"))
    assert house.paid("delivered") == 1


def test_files_that_somebody_is_about_to_read_stay_however_many_there_are(house):
    """A re-run of a batch: the stored entries are there at once, and wait for one that comes from the service."""
    runner = house.runner(keep_bytes=1)
    house.run(runner, house.extract("stored"))
    holder = runner.submit(house.account, house.extract("stored"))
    held = holder.result.result(house.SOON)
    first = house.run(runner, house.extract("first"))
    house.run(runner, house.extract("second"))
    until(lambda: not first.pictures[0].exists(), "a file that nobody holds is dropped")
    assert held.pictures[0].exists()
    holder.release()
    house.run(runner, house.extract("third"))
    until(lambda: not held.pictures[0].exists(), "the file is dropped that nobody holds any more")


# -- secrets


def test_nothing_secret_is_logged_or_written(make_house, caplog):
    caplog.set_level(logging.DEBUG)
    house = make_house(until_seen=True)
    runner = house.runner()
    house.faults.add("http", action="download", status=503)
    house.faults.add("reset", action=SUBMIT, accepted=True)
    house.faults.add("http", action="download", where={"PositivePrompts": ["bad"]}, status=403, times=9)
    house.run(runner, house.extract("one"))
    with pytest.raises(Exception, match=r"Task|may or may not") as caught:
        house.run(runner, house.extract("bad"))
    runner.stop()
    base64 = b"".join(house.extract("one").raw_image.pieces)[40:80].decode()
    said = caplog.text + str(caught.value)
    written = b"".join(path.read_bytes() for path in house.home.rglob("*") if path.is_file()).decode("latin-1")
    for secret in (house.account.private_key, "Signature=", "/results/", base64):
        assert secret not in said, "in the log or an error"
        assert secret not in written, "in the home folder"


def test_the_ledger_has_a_task_uid_before_the_first_poll(make_house):
    house = make_house(seconds_per_task=0.2)
    house.faults.add("hang", action="ListTasksDetails")
    handle = house.runner(timeouts=Timeouts(read=3.0)).submit(house.account, house.extract("one"))
    until(lambda: house.requests("ListTasksDetails") == 1, "the first poll is there")
    ledger = Ledger(house.home / "ledger.sqlite")
    try:
        assert ledger.find(house.sandbox.tasks[0].uid, house.account.identity) is not None
    finally:
        ledger.close()
    handle.result.result(house.SOON)
