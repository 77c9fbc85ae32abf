"""An accepted task keeps its request until the task itself says that it failed, or a day is over.

The judge is the service's own record of what it has accepted.
"""

from __future__ import annotations

import asyncio
import gc
import threading
import time
import weakref

import pytest
from comfyui_picpik.picpik.ledger import STORED, Ledger, TaskHistory
from comfyui_picpik.picpik.runner import TaskLost, TaskNotFound, TaskNotListed, TaskOutOfReach, core as core_module
from comfyui_picpik.tests.clocks import SetClock
from comfyui_picpik.tests.waiting import until

SUBMIT = "GeneratePatternsFromImage"
DAY = 86400.0


def accepted(house, runner, action):
    """The TaskUID of a request that nobody waits for any more, as with a node that does not wait."""
    handle = runner.submit(house.account, action)
    task_uid = handle.accepted.result(house.SOON)
    handle.release()
    return task_uid


def newest(house):
    return TaskHistory(house.home).recent(1)[0]


# -- Poll Task under another account


@pytest.mark.parametrize("restarts", [False, True], ids=["", "after a restart"])
def test_polling_a_task_under_an_account_that_does_not_know_it_changes_nothing_for_its_request(make_house, restarts):
    house, other = make_house(seconds_per_task=2.0), make_house()
    runner = house.runner()
    task_uid = accepted(house, runner, house.extract("one"))
    if restarts:
        runner.stop()
        runner = house.runner()
    with pytest.raises(TaskNotFound, match=task_uid):
        runner.collect(other.account, task_uid).result.result(house.SOON)
    assert house.run(runner, house.extract("one")).task_uid == task_uid
    assert house.paid() == 1


def test_polling_a_task_without_saying_whose_it_is_finds_the_account_that_made_it(make_house):
    house, other = make_house(seconds_per_task=0.5), make_house()
    runner = house.runner()
    task_uid = accepted(house, runner, house.extract("one"))
    result = runner.collect(other.account, task_uid, (other.account, house.account)).result.result(house.SOON)
    assert result.task_uid == task_uid and result.pictures
    assert other.requests("ListTasksDetails") == 0


# -- the service refuses to tell, or does not list it


@pytest.mark.parametrize("ret_code", [520, 99, 299, 1999])
def test_a_refusal_to_tell_of_a_task_is_shown_in_the_services_words_and_keeps_its_request(make_house, ret_code):
    house = make_house(seconds_per_task=0.2)
    house.faults.add(
        "ret_code", action="ListTasksDetails", ret_code=ret_code, message="account is in arrears", times=None
    )
    runner = house.runner()
    for _ in range(2):
        with pytest.raises(TaskOutOfReach, match=f"RetCode {ret_code}: account is in arrears"):
            house.run(runner, house.extract("one"))
    house.faults.clear()  # topped up
    house.run(runner, house.extract("one"))
    assert house.paid() == 1


def test_a_task_that_is_not_listed_for_long_is_collected_in_the_background_once_it_is(house):
    house.faults.add("vanish", polls=0)
    runner = house.runner()
    with pytest.raises(TaskNotListed):
        house.run(runner, house.extract("one"))
    house.sandbox.tasks[0].fault = None  # now it is listed
    until(lambda: newest(house).state == STORED, "its picture is stored")
    house.run(runner, house.extract("one"))
    assert house.paid() == 1


@pytest.mark.parametrize("restarts", [False, True], ids=["", "after a restart"])
def test_a_picture_that_poll_task_fetched_later_is_found_by_its_own_request(house, restarts):
    house.faults.add("vanish", polls=0)
    runner = house.runner()
    with pytest.raises(TaskNotListed) as caught:
        house.run(runner, house.extract("one"))
    if restarts:
        runner.stop()
        runner = house.runner()
    house.sandbox.tasks[0].fault = None  # now it is listed
    task_uid = caught.value.task_uid
    fetched = runner.collect(house.account, task_uid).result.result(house.SOON)
    fetched.deliver()
    house.sandbox.expire()
    again = house.run(house.runner(), house.extract("one"))
    assert again.task_uid == task_uid and again.pictures == fetched.pictures
    assert house.paid() == 1


def test_a_list_that_is_null_lists_no_task(house):
    house.sandbox.quirks.change({"empty": "null"})
    with pytest.raises(TaskNotFound, match="cktlm6lrh4miq8ng9nf0"):
        house.runner().collect(house.account, "cktlm6lrh4miq8ng9nf0").result.result(house.SOON)


@pytest.mark.parametrize("word", ["Rejected", "Gone", ""])
def test_a_task_that_ends_with_a_word_that_nobody_knows_frees_its_request_after_a_day(make_house, word):
    house = make_house(seconds_per_task=1000)
    house.faults.add("unknown_status", word=word, polls=None)
    runner = house.runner()
    handle = runner.submit(house.account, house.extract("one"))
    task_uid = handle.accepted.result(house.SOON)
    house.sandbox.quirks.change({"clock_offset": DAY - 600})
    polls = house.sandbox.tasks[0].polls
    until(lambda: house.sandbox.tasks[0].polls > polls + 5, "it is asked for all day long")
    assert not handle.result.done()
    house.sandbox.quirks.change({"clock_offset": DAY + 600})
    with pytest.raises(TaskLost, match=task_uid):
        handle.result.result(house.SOON)
    assert runner.submit(house.account, house.extract("one")).accepted.result(house.SOON) != task_uid


# -- nobody waits


@pytest.mark.parametrize(
    ("action", "fault", "times"),
    [
        ("download", {"status": 503}, 12),
        ("download", {"status": 403}, 3),
        ("ListTasksDetails", {"status": 403}, 1),
        ("ListTasksDetails", {"status": 404}, 3),
    ],
)
def test_what_keeps_a_task_that_nobody_waits_for_passes_without_a_restart(house, action, fault, times):
    house.faults.add("http", action=action, times=times, **fault)
    task_uid = accepted(house, house.runner(), house.extract("one"))
    until(lambda: newest(house).state == STORED, "its picture is stored")
    assert newest(house).task_uid == task_uid
    assert house.faults.waiting == []
    assert house.paid() == 1


def test_five_clicks_with_seed_minus_one_and_wait_off_are_five_tasks(make_house):
    house = make_house(seconds_per_task=0.5)
    runner = house.runner()
    task_uids = []
    for _ in range(5):
        handle = runner.submit(house.account, house.extract("one", seed=-1))
        task_uids.append(handle.accepted.result(house.SOON))
        handle.hand_out()
        handle.release()
    assert len(set(task_uids)) == house.paid() == 5
    runner.stop()
    house.run(house.runner(), house.extract("one", seed=-1))
    assert house.paid() == 6


def test_with_seed_minus_one_one_undelivered_result_is_given_to_one_of_two_at_once(house, monkeypatch):
    first = house.runner()
    undelivered = first.submit(house.account, house.extract("one", seed=-1)).result.result(house.SOON)
    first.stop()
    claim = Ledger.claim

    def on_a_slow_disk(*args):
        time.sleep(0.2)
        return claim(*args)

    monkeypatch.setattr(Ledger, "claim", on_a_slow_disk)
    second = house.runner()
    handles = [second.submit(house.account, house.extract("one", seed=-1)) for _ in range(2)]
    task_uids = [handle.result.result(house.SOON).task_uid for handle in handles]
    assert task_uids[0] == undelivered.task_uid != task_uids[1]
    assert house.paid() == 2


def test_a_request_is_let_go_as_soon_as_it_is_accepted(make_house):
    """It holds tens of megabytes of pictures."""
    house = make_house(seconds_per_task=1000)
    runner = house.runner()
    request, drawn = house.extract("one"), house.extract("drawn", seed=-1)
    requests = [weakref.ref(request), weakref.ref(drawn)]
    handles = [runner.submit(house.account, request), runner.submit(house.account, drawn)]
    del request, drawn
    for handle in handles:
        handle.accepted.result(house.SOON)
    until(lambda: gc.collect() is not None and not any(request() for request in requests), "they are let go")


# -- a changed account


def test_a_mended_proxy_serves_what_waits_behind_the_broken_one(make_house):
    house = make_house(seconds_per_task=0.5)
    task_uid = house.runner_elsewhere().submit(house.account, house.extract("one")).accepted.result(house.SOON)
    runner = house.runner()
    behind_it = runner.collect(house.unreachable_account, task_uid)
    until(lambda: behind_it.progress.trouble, "it cannot be reached")
    assert runner.collect(house.account, task_uid).result.result(house.SOON).pictures
    assert behind_it.result.result(house.SOON).pictures


def test_a_live_job_goes_on_through_the_proxy_of_the_newest_run(make_house):
    house = make_house(seconds_per_task=1.0)
    runner = house.runner()
    task_uid = accepted(house, runner, house.extract("one"))
    broken = runner.submit(house.unreachable_account, house.extract("one"))
    until(lambda: broken.progress.trouble, "it cannot be reached any more")
    assert house.run(runner, house.extract("one")).task_uid == task_uid
    assert broken.result.result(house.SOON).task_uid == task_uid
    assert house.paid() == 1


def test_a_changed_proxy_does_not_make_the_pack_trust_a_clock_that_is_days_ahead(make_house):
    house = make_house(seconds_per_task=1000)
    clock = SetClock()
    clock.ahead = 3 * DAY
    runner = house.runner(clock=clock)
    handle = runner.submit(house.account, house.extract("one"))
    handle.accepted.result(house.SOON)
    house.faults.add("slow", action="ListTasksDetails", seconds=1.0)
    until(lambda: house.faults.fired, "a poll is on its way")
    runner.submit(house.unreachable_account, house.extract("other"))
    until(lambda: handle.progress.trouble, "that poll is over, and the next goes by the new proxy")
    assert not handle.result.done()


# -- each picture for itself


@pytest.mark.parametrize("restarts", [False, True], ids=["", "after a restart"])
def test_one_dead_picture_of_four_does_not_hide_the_others(house, restarts):
    four = house.extract("one", batch_size=4)
    runner = house.runner()
    house.faults.add("pass", action="download", times=3)
    house.faults.add("http", action="download", status=404, times=None)
    result = runner.submit(house.account, four).result.result(house.SOON)
    result.deliver()
    assert (len(result.pictures), result.missing) == (3, 1)
    assert "HTTP 404" in result.trouble
    assert len(newest(house).files) == 3
    if restarts:
        runner.stop()
        runner = house.runner()
    house.faults.clear()
    downloads = house.requests("download")
    while (again := house.run(runner, four)).missing:
        pass  # a look that had begun before
    assert len(again.pictures) == 4 and set(result.pictures) < set(again.pictures)
    assert house.requests("download") <= downloads + 2  # the one that was on its way, and the fourth
    assert house.paid() == 1


def test_what_is_still_missing_after_a_day_does_not_take_the_rest_along(house):
    house.sandbox.quirks.change({"clock_offset": -2 * DAY})
    house.faults.add("pass", action="download")
    house.faults.add("http", action="download", status=404, times=None)
    two = house.extract("one", batch_size=2)
    runner = house.runner()
    assert house.run(runner, two).missing == 1
    house.sandbox.quirks.change({"clock_offset": 0.0})
    until(lambda: newest(house).is_stored, "it is given up")
    assert house.run(runner, two).missing == 1
    assert house.paid() == 1


# -- results on disk


def test_a_file_that_cannot_be_deleted_does_not_cost_the_memory_of_paid_tasks(house, monkeypatch):
    """On Windows a viewer or a virus scanner may have it open."""
    runner = house.runner(keep_bytes=1)
    house.run(runner, house.extract("open in a viewer"))
    tried = []

    def in_use(path, *_args, **_options):
        tried.append(path)
        raise PermissionError(13, "The process cannot access the file because it is being used by another process")

    with monkeypatch.context() as windows:
        windows.setattr("pathlib.Path.unlink", in_use)
        house.run(runner, house.extract("next"))
        until(lambda: tried, "its file is to go")
        house.run(runner, house.extract("after that"))
    assert runner.warning is None
    runner.stop()
    house.run(house.runner(), house.extract("after that"))
    assert house.paid("after that") == 1


def test_in_a_full_store_a_new_entry_of_a_batch_does_not_take_the_file_of_another_away(house):
    before = house.runner()  # keeps everything
    stored = house.run(before, house.extract("stored"))
    other = house.run(before, house.extract("other"))
    before.stop()
    runner = house.runner(keep_bytes=1)
    batch = [runner.submit(house.account, house.extract(name)) for name in ("stored", "new")]
    for entry in batch:
        entry.result.result(house.SOON)
    until(lambda: not other.pictures[0].exists(), "what nobody needs is dropped")
    assert stored.pictures[0].exists()


def test_what_is_stored_while_the_store_is_looked_through_costs_one_more_look(house, monkeypatch):
    """A look reads the rows of all files: one for each picture of a long batch would hold up the ledger."""
    may_end, looks = threading.Event(), []

    async def look(*_args: object, **_how: object) -> None:
        looks.append("a look")
        await asyncio.to_thread(may_end.wait, house.SOON)

    monkeypatch.setattr(core_module, "drop_oldest", look)
    runner = house.runner()
    handles = [runner.submit(house.account, house.extract(name)) for name in ("one", "two", "three", "four")]
    for handle in handles:
        handle.result.result(60)
    begun = len(looks)
    may_end.set()
    assert begun == 1
    until(lambda: len(looks) == 2, "what was stored meanwhile was looked at")
    runner.stop()
    assert len(looks) == 2
