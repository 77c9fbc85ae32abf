"""From an accepted task to its stored results: waited for as long as anything may come of it, whoever waits."""

import asyncio
import itertools
import logging
from dataclasses import replace

import pytest
from comfyui_picpik.picpik.api import ApiError, HttpRefused, NoAnswer, TaskStatus
from comfyui_picpik.picpik.ledger import FAILED, FINISHED, STORED, SUBMITTED, ResultFolder, new_record
from comfyui_picpik.picpik.runner import (
    Delays,
    Phase,
    ResultUnavailable,
    TaskFailed,
    TaskLost,
    TaskNotFound,
    TaskResult,
)
from comfyui_picpik.picpik.runner.account_session import AccountSession
from comfyui_picpik.picpik.runner.collector import Collector
from comfyui_picpik.picpik.runner.completion import Completion
from comfyui_picpik.picpik.runner.connection import Connection
from comfyui_picpik.picpik.runner.job import Job
from comfyui_picpik.picpik.runner.pace import Pace
from comfyui_picpik.picpik.runner.poller import Poller
from comfyui_picpik.picpik.runner.rhythm import Rhythm
from comfyui_picpik.tests.made_up import ACTION, NoJitter, detail
from comfyui_picpik.tests.virtual_time import START, in_virtual_time

TYPED = {"action": "", "seed": None, "submit_began": None, "is_timed": False, "request_key": "", "current_key": None}
"""What the row of a task is like that somebody has asked for by its TaskUID."""

DAY = 24 * 3600.0
UID = "cl9v2000000000000000"
PNG = b"\x89PNG\r\n\x1a\n"
SILENCE = NoAnswer("host", "time-out")
NO_SIGNATURE = ApiError("ListTasksDetails", 171, "Signature")
BAD_TASK = ApiError("ListTasksDetails", 230, "no such task")
RUNNING, FINISHED_TASK = TaskStatus.RUNNING, TaskStatus.FINISHED


def now() -> float:
    return asyncio.get_running_loop().time()


def finished(*urls, **told):
    return {UID: detail(UID, FINISHED_TASK, **{"image_urls": urls, "points_spent": 5, **told})}


class House:
    """One job with what its completion needs. `watch` waits for what it tells, `told` is what it told."""

    def __init__(self, client, ledger, work, clock, folder):
        self.client, self.ledger, self.clock, self.folder = client, ledger, clock, folder
        delays = Delays(first_retry=1.0)
        connection, pace = Connection(client), Pace()
        poller = Poller(connection, Rhythm(is_quick=False, fixed=None), pace, NoJitter(), delays)  # type: ignore[arg-type]
        collector = Collector(connection, folder, lambda _: None, work, NoJitter(), delays)  # type: ignore[arg-type]
        self.session = AccountSession(connection, pace, None, poller, collector)  # type: ignore[arg-type]
        self.delays = delays
        self.told: list[tuple[float, str]] = []
        self.results: list[TaskResult] = []
        client.pictures = lambda url: PNG + url.encode()

    def begin(self, **changes) -> asyncio.Task:
        made = new_record(
            request_key="key", account=self.client.account.identity, owner="me", action=ACTION, created=START, seed=7
        )
        sent = {"state": SUBMITTED, "task_uid": UID, "submit_began": START, "is_timed": True, "submitted": START}
        record = self.ledger.ledger.write(replace(made, **{**sent, **changes}))
        self.job = Job("key", self.client.account, record, None)
        return self.go_on()

    def go_on(self) -> asyncio.Task:
        completion = Completion(self.job, self.session, self.ledger, self._result_of, self.clock, self.delays)
        self.job.task = asyncio.create_task(completion.stored())
        return self.job.task

    def watch(self):
        """Somebody waits, and waits on after whatever is told."""

        async def watching():
            self.job.watch(1)
            while not self.job.task.done():
                try:
                    news = await self.job.outcome()
                except Exception as error:  # noqa: BLE001  that is what it is told
                    news = error
                if self.job.task.done():
                    return
                self.told.append((round(now(), 3), type(news).__name__))

        return asyncio.create_task(watching())

    def _result_of(self, record, trouble):
        self.results.append(TaskResult(record.task_uid, tuple(record.files), (), None, None, 0, trouble))
        return self.results[-1]

    @property
    def now(self):
        return self.ledger.ledger.read(self.job.record.id)


@pytest.fixture
def house(client, ledger, work, clock, tmp_path):
    return House(client, ledger, work, clock, ResultFolder(tmp_path, lambda _: None))


def names(record):
    return [file.name.rpartition("/")[2] for file in record.files]


# -- all is well


@in_virtual_time
async def test_a_finished_task_is_stored_with_all_that_the_service_told(house):
    house.client.details = lambda _: finished("a", "b", texts=("t",))
    record = await house.begin()
    assert record == house.now == house.job.record
    assert (record.state, record.current_key, record.points_spent, record.results) == (STORED, "key", 5, 3)
    assert names(record) == ["00.png", "01.png", "00.txt"]
    assert record.ended == START + 1.2
    assert house.job.progress.phase is Phase.DOWNLOADING


@in_virtual_time
async def test_that_it_is_finished_is_written_down_before_its_results_are_fetched(house):
    seen = []
    house.client.details = lambda _: finished("a")
    house.client.pictures = lambda _: seen.append(house.now) or PNG
    await house.begin()
    assert (seen[0].state, seen[0].points_spent, seen[0].results) == (FINISHED, 5, 1)


@in_virtual_time
async def test_the_progress_tells_what_the_service_told(house):
    said = iter([TaskStatus.QUEUED, RUNNING])
    house.client.details = lambda _: {UID: detail(UID, next(said), points_spent=4)}
    house.begin()
    await asyncio.sleep(1.5)
    assert (house.job.progress.phase, house.job.progress.points_spent) == (Phase.QUEUED, 4)
    await asyncio.sleep(2.0)
    assert house.job.progress.phase is Phase.RUNNING


@in_virtual_time
async def test_what_such_tasks_have_taken_before_says_when_it_is_asked_for_first(house):
    for key, seconds in (("a", 70.0), ("b", 50.0)):
        made = new_record(request_key=key, account="x", owner="o", action=ACTION, created=START)
        ended = {"state": STORED, "task_uid": key, "submitted": START, "ended": START + seconds}
        house.ledger.ledger.write(replace(made, **ended))
    house.client.details = lambda _: finished("a")
    await house.begin(submit_began=START - 5)
    assert house.client.times("details") == [45.0 - 5.0]


@pytest.mark.parametrize(
    ("age", "away_until", "is_seen"),
    [(1.2, 0.0, True), (5.0, 0.0, True), (5.1, 0.0, False), (1.2, 60.0, False)],
    ids=["looked at at once", "looked at soon", "nobody looked for long", "the service was away"],
)
@in_virtual_time
async def test_an_end_that_nobody_saw_says_nothing_of_what_such_tasks_take(house, age, away_until, is_seen):
    house.client.details = lambda _: SILENCE if now() < away_until else finished("a")
    record = await house.begin(submitted=START + 1.2 - age)
    assert record.ended == (START + 1.2 if is_seen else None)
    assert house.ledger.ledger.seconds_taken(record, 20) == ([pytest.approx(age)] if is_seen else [])


@in_virtual_time
async def test_after_a_look_at_which_it_was_running_the_end_is_seen_in_time(house):
    house.client.details = lambda _: {UID: detail(UID)} if now() < 100.0 else finished("a")
    record = await house.begin(submitted=START - 1000.0)
    assert record.ended is not None and 100.0 < record.ended - START < 115.0


@in_virtual_time
async def test_results_that_come_late_do_not_make_the_task_a_long_one(house):
    house.client.details = lambda _: finished("a")
    house.client.pictures = lambda _: SILENCE if now() < 500.0 else PNG
    assert (await house.begin()).ended == START + 1.2
    assert now() > 500.0


@in_virtual_time
async def test_a_task_that_was_collected_by_its_uid_is_known_by_what_the_service_says_of_it(house):
    house.client.details = lambda _: finished("a", seed=99)
    record = await house.begin(
        action="", seed=None, submit_began=None, is_timed=False, request_key="", current_key=None
    )
    assert (record.action, record.seed, record.state) == (ACTION, 99, STORED)
    assert "seconds_taken" not in house.ledger.methods


@in_virtual_time
async def test_what_a_submit_asked_for_is_not_replaced_by_what_the_service_says(house):
    house.client.details = lambda _: finished("a", seed=99, action="Odd")
    record = await house.begin()
    assert (record.action, record.seed) == (ACTION, 7)


@in_virtual_time
async def test_results_that_are_there_already_are_not_fetched_again(house):
    file = house.folder.save(UID, 0, PNG)
    house.client.details = lambda _: finished("a", "b")
    record = await house.begin(files=(file,))
    assert house.client.given("download") == ["b"]
    assert names(record) == ["00.png", "01.png"]


# -- the task failed


@in_virtual_time
async def test_a_task_that_failed_by_its_own_words_frees_its_request(house):
    house.client.details = lambda _: {UID: detail(UID, TaskStatus.FAILED, error_code=7, error_message="too dark")}
    with pytest.raises(TaskFailed) as failure:
        await house.begin()
    assert (failure.value.error_code, failure.value.message) == (7, "too dark")
    row = house.now
    assert (row.state, row.current_key, row.message, row.ended) == (FAILED, None, failure.value.what, START + 1.2)
    assert row.task_uid == UID
    assert house.job.progress.phase is Phase.FAILED


# -- nothing but its own words ends it


@in_virtual_time
async def test_refusals_are_told_to_who_waits_and_the_job_goes_on(house):
    house.client.details = lambda _: NO_SIGNATURE if now() < 100 else finished("a")
    storing = house.begin()
    watching = house.watch()
    assert (await storing).state == STORED
    await watching
    assert {name for _, name in house.told} == {"TaskOutOfReach"}
    assert house.told[0][0] == 1.2
    assert house.now.current_key == "key"


@in_virtual_time
async def test_a_refusal_is_said_once_in_the_log_where_nobody_waits(house, caplog):
    house.client.details = lambda _: NO_SIGNATURE if now() < 1000 else finished("a")
    with caplog.at_level(logging.WARNING, "picpik"):
        await house.begin()
    assert len(caplog.records) == 1 and "171" in caplog.text and UID in caplog.text


@in_virtual_time
async def test_trouble_that_may_pass_is_shown_and_ends_nothing(house):
    house.client.details = lambda _: SILENCE if now() < 50 else finished("a")
    storing = house.begin()
    watching = house.watch()
    await asyncio.sleep(10.0)
    assert house.job.progress.trouble == SILENCE.what
    await storing
    await watching
    assert house.told == []
    assert house.job.progress.trouble is None


@in_virtual_time
async def test_a_task_of_a_submit_that_is_not_listed_keeps_its_request_and_that_is_told(house):
    house.client.details = lambda _: {} if now() < 100 else finished("a")
    storing = house.begin()
    watching = house.watch()
    await asyncio.sleep(5.5)
    assert house.told == [] and "does not list" in house.job.progress.trouble
    assert (await storing).state == STORED
    await watching
    assert house.told[0] == (16.8, "TaskNotListed")  # 15 s of misses
    assert {name for _, name in house.told} == {"TaskNotListed"}


@in_virtual_time
async def test_a_list_that_lags_behind_now_and_then_is_not_told_of(house):
    answers = iter([*[{}] * 3, {UID: detail(UID)}] * 6)
    house.client.details = lambda _: next(answers, finished("a"))
    storing = house.begin()
    watching = house.watch()
    await storing
    await watching
    assert house.told == []


@in_virtual_time
async def test_four_misses_at_least_make_a_task_not_listed(house):
    house.delays = Delays(first_retry=1.0, missing=0.0)
    house.client.details = lambda _: {} if now() < 8 else finished("a")
    storing = house.begin()
    watching = house.watch()
    await storing
    await watching
    assert house.told == [(7.05, "TaskNotListed")]


@in_virtual_time
async def test_after_24_hours_a_task_that_never_told_its_end_is_given_up(house):
    house.client.details = lambda _: {UID: detail(UID, TaskStatus.UNKNOWN, status_word="Archived")}
    with pytest.raises(TaskLost, match="Archived"):
        await house.begin()
    assert DAY < now() < DAY + 61
    assert (house.now.state, house.now.current_key) == (FAILED, None)


@pytest.mark.parametrize("answer", [{}, NO_SIGNATURE], ids=["not listed", "refused"])
@in_virtual_time
async def test_after_24_hours_of_no_word_it_is_given_up(house, answer):
    house.client.details = lambda _: answer
    with pytest.raises(TaskLost, match="not listed"):
        await house.begin()
    assert DAY < now() < DAY + 400
    assert house.now.current_key is None


@in_virtual_time
async def test_24_hours_are_counted_by_the_service_s_clock(house, clock):
    clock.ahead = 3 * DAY
    house.client.details = lambda _: {UID: detail(UID)} if now() < 100 else finished("a")
    assert (await house.begin()).state == STORED


# -- a TaskUID that somebody has typed


@in_virtual_time
async def test_a_typed_task_uid_that_is_not_listed_is_none(house):
    house.client.details = lambda _: {}
    with pytest.raises(TaskNotFound):
        await house.begin(**TYPED)
    assert now() == pytest.approx(16.8)
    assert house.now.state == FAILED


@in_virtual_time
async def test_a_typed_task_uid_that_becomes_that_of_a_submit_meanwhile_is_one_and_stays_paid(house):
    house.client.details = lambda _: {} if now() < 100.0 else finished("a")
    storing = house.begin(**TYPED)
    watching = house.watch()
    await asyncio.sleep(10.0)
    submitted = new_record(
        request_key="of the submit", account=house.client.account.identity, owner="me", action=ACTION, created=START
    )
    house.ledger.ledger.adopt(replace(submitted, submit_began=START, is_timed=True), UID, START + 10.0)
    record = await storing
    await watching
    assert (record.id, record.state, record.current_key) == (submitted.id, STORED, "of the submit")
    assert {name for _, name in house.told} == {"TaskNotListed"}


@in_virtual_time
async def test_a_typed_task_uid_that_is_refused_is_none_and_the_service_s_text_is_shown(house):
    house.client.details = lambda _: BAD_TASK
    with pytest.raises(TaskNotFound, match="no such task"):
        await house.begin(**TYPED)
    assert now() == 1.2


@in_virtual_time
async def test_a_refusal_about_the_call_says_nothing_of_a_typed_task_uid(house):
    house.client.details = lambda _: NO_SIGNATURE if now() < 20 else finished("a")
    storing = house.begin(**TYPED)
    watching = house.watch()
    assert (await storing).state == STORED
    await watching
    assert house.told[0][1] == "TaskOutOfReach"


@in_virtual_time
async def test_a_typed_task_uid_that_was_listed_once_is_a_task_and_is_kept(house):
    said = [(2, {UID: detail(UID)}), (40, {}), (60, BAD_TASK), (DAY, finished("a"))]
    house.client.details = lambda _: next(answer for until, answer in said if now() < until)
    storing = house.begin(**TYPED)
    watching = house.watch()
    assert (await storing).state == STORED
    await watching
    assert {name for _, name in house.told} == {"TaskNotListed", "TaskOutOfReach"}


# -- results that cannot be had


@in_virtual_time
async def test_of_three_pictures_with_one_dead_two_are_handed_out_and_the_third_is_tried_with_fresh_urls(house):
    house.client.details = lambda _: finished("a", "dead" if now() < 20 else "fresh", "c")
    house.client.pictures = lambda url: HttpRefused("host", 403) if url == "dead" else PNG
    storing = house.begin()
    watching = house.watch()
    await asyncio.sleep(2.0)
    assert house.told == [(1.2, "TaskResult")]
    assert names(house.now) == ["00.png", "02.png"] and house.now.state == FINISHED
    (result,) = house.results
    assert len(result.pictures) == 2 and "403" in result.trouble
    record = await storing
    await watching
    assert names(record) == ["00.png", "01.png", "02.png"] and record.state == STORED
    assert house.client.given("download").count("a") == 1


@in_virtual_time
async def test_where_nothing_could_be_had_who_waits_is_told_and_the_request_is_kept(house):
    house.client.details = lambda _: finished("a")
    house.client.pictures = lambda _: HttpRefused("host", 403) if now() < 20 else PNG
    storing = house.begin()
    watching = house.watch()
    assert (await storing).state == STORED
    await watching
    assert house.told[0] == (1.2, "ResultUnavailable")
    assert house.now.current_key == "key"


@in_virtual_time
async def test_the_pauses_between_two_attempts_grow_up_to_five_minutes(house):
    house.client.details = lambda _: finished("a")
    house.client.pictures = lambda _: HttpRefused("host", 403)
    storing = house.begin()
    await asyncio.sleep(3000.0)
    storing.cancel()
    times = house.client.times("download")
    pauses = [round(there - here, 1) for here, there in itertools.pairwise(times)]
    # each with the 1.2 s till the first poll of a task that is asked for again
    assert pauses[:9] == [5.2, 9.2, 17.2, 33.2, 65.2, 129.2, 257.2, 301.2, 301.2]


@in_virtual_time
async def test_who_comes_to_wait_does_not_wait_for_a_long_pause_to_end(house):
    house.client.details = lambda _: finished("a")
    house.client.pictures = lambda _: HttpRefused("host", 403) if now() < 1500 else PNG
    storing = house.begin()
    await asyncio.sleep(1510.0)
    house.job.watch(1)
    await storing
    assert now() < 1515


@in_virtual_time
async def test_who_comes_to_wait_has_a_task_asked_for_soon_whatever_pauses_are_kept(house):
    house.client.details = lambda _: NO_SIGNATURE if now() < 1500 else finished("a")
    storing = house.begin()
    await asyncio.sleep(1501.0)
    house.job.watch(1)
    await storing
    assert now() == 1501.0


@in_virtual_time
async def test_after_24_hours_what_there_is_of_the_results_is_all_there_will_be(house):
    house.client.details = lambda _: finished("a", "dead")
    house.client.pictures = lambda url: HttpRefused("host", 403) if url == "dead" else PNG
    record = await house.begin()
    assert DAY < now() < DAY + 310
    assert (record.state, record.current_key, record.results) == (STORED, "key", 2)
    assert names(record) == ["00.png"]
    assert record.ended == START + 1.2


@in_virtual_time
async def test_after_24_hours_without_any_result_the_request_is_free(house):
    house.client.details = lambda _: finished("a")
    house.client.pictures = lambda _: HttpRefused("host", 403)
    with pytest.raises(ResultUnavailable, match="403"):
        await house.begin()
    assert (house.now.state, house.now.current_key) == (FAILED, None)


@in_virtual_time
async def test_a_finished_task_without_results_is_told_of_and_asked_for_again(house):
    house.client.details = lambda _: finished() if now() < 20 else finished("a")
    storing = house.begin()
    watching = house.watch()
    assert (await storing).state == STORED
    await watching
    assert house.told[0][1] == "ResultUnavailable"


@in_virtual_time
async def test_how_long_a_task_has_not_been_listed_is_counted_from_the_first_miss(house):
    await asyncio.sleep(40.0)
    house.client.details = lambda _: {}
    with pytest.raises(TaskNotFound):
        await house.begin(**TYPED)
    assert now() > house.client.times("details")[0] + 15.0


@in_virtual_time
async def test_no_task_is_given_up_by_our_own_clock_which_may_be_days_off(house):
    """A proxy refuses, which tells no time of the service, and this computer's clock was set days ahead."""
    house.client.knows_the_time = False
    house.clock.ahead = 3 * DAY

    def details(_):
        if now() < 20:
            return NO_SIGNATURE
        house.client.knows_the_time = True
        return finished("a")

    house.client.details = details
    assert (await house.begin()).state == STORED
