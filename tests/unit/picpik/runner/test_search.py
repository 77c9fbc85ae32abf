"""The search for a task whose submit got no answer: what is seen, how long it is looked for, and what is concluded."""

import asyncio
from dataclasses import replace

import pytest
from comfyui_picpik.picpik.api import ApiError, HttpRefused, NoAnswer, TaskStatus
from comfyui_picpik.picpik.ledger import LOOKING, SUBMITTED, SUBMITTING, UNKNOWN, Ledger, Record, new_record
from comfyui_picpik.picpik.runner import Delays
from comfyui_picpik.picpik.runner.connection import Connection
from comfyui_picpik.picpik.runner.pace import Pace
from comfyui_picpik.picpik.runner.search import NotFound, Search, SearchExpired
from comfyui_picpik.tests.made_up import ACTION, NoJitter, detail
from comfyui_picpik.tests.virtual_time import START, in_virtual_time
from comfyui_picpik.tests.xids import xid

RUNNING, FINISHED, FAILED = TaskStatus.RUNNING, TaskStatus.FINISHED, TaskStatus.FAILED
SILENCE = NoAnswer("host", "time-out")
NO_SIGNATURE = ApiError("ListRunningTasks", 171, "")
BAD_TASK = ApiError("ListTasksDetails", 230, "no such task")
TASK = xid(START)
DAY = 24 * 3600.0


def now() -> float:
    return asyncio.get_running_loop().time()


class Searcher:
    """Writes down what it learns."""

    def __init__(self) -> None:
        self.left: list[float] = []
        self.unheard: list[tuple[str, bool]] = []

    def looking(self, seconds_left):
        self.left.append(round(seconds_left, 6))

    def unanswered(self, error, is_final):
        self.unheard.append((type(error).__name__, is_final))


class House:
    """A search with what it needs."""

    def __init__(self, client, ledger, owners, work, clock):
        self.client, self.ledger, self.owners = client, ledger, owners
        self.pace = Pace()
        self.search = Search(
            Connection(client), ledger, owners, work, clock, self.pace, NoJitter(), Delays()  # type: ignore[arg-type]
        )  # fmt: skip
        self.searcher = Searcher()

    def row(self, key="key", **changes) -> Record:
        """A row whose submit got no answer, at the story's begin where nothing else is said."""
        account = self.client.account.identity
        made = new_record(request_key=key, account=account, owner="me", action=ACTION, created=START, seed=7)
        return self.ledger.ledger.write(
            replace(made, **{"state": LOOKING, "submit_began": START, "is_timed": True, **changes})
        )

    def looks_for(self, row: Record, searcher=None, began: float | None = 0.0, ended: float | None = 0.0):
        searching = self.search.found(row, searcher or self.searcher, began=began, ended=ended)
        return asyncio.create_task(searching)

    async def outcome(self, row: Record, **times):
        return await self.looks_for(row, **times)

    def now(self, row: Record) -> Record | None:
        return self.ledger.ledger.read(row.id)

    def runs(self, *uids, **told):
        """From now on these tasks run."""
        self.client.running = lambda: uids
        self.client.details = lambda asked: {uid: detail(uid, **told) for uid in asked}

    @property
    def looks(self):
        return self.client.times("running")


@pytest.fixture
def house(client, ledger, owners, work, clock):
    return House(client, ledger, owners, work, clock)


# -- how long


@in_virtual_time
async def test_a_task_that_runs_and_fits_is_adopted_at_once(house):
    row = house.row(suspects=("others",))
    house.runs(TASK)
    house.client.details = lambda _: {TASK: detail(TASK), "others": detail("others", seed=8)}
    found = await house.outcome(row)
    assert found == house.now(row)
    assert (found.state, found.task_uid, found.submitted, found.suspects) == (SUBMITTED, TASK, START, ())
    assert house.looks == [0.0] and house.searcher.left == []


@in_virtual_time
async def test_nothing_is_found_when_every_look_through_the_window_was_answered(house):
    row = house.row()
    assert await house.outcome(row) == NotFound(row, ())
    assert house.looks == [0.0, 1.0, 3.0, 6.0, 10.0, *(float(second) for second in range(15, 81, 5))]
    assert house.searcher.left == [77.0, 76.0, 74.0, 71.0, 67.0, *(77.0 - second for second in range(15, 76, 5))]
    assert house.client.given("details") == []
    assert house.now(row) == row
    assert "write" not in house.ledger.methods  # a look that brings nothing new costs no disk


@in_virtual_time
async def test_a_task_may_come_until_the_last_look(house):
    row = house.row()
    house.client.running = lambda: [xid(START + 74)] if now() >= 80 else []
    assert (await house.outcome(row)).task_uid == xid(START + 74)


@pytest.mark.parametrize("failing", ["running", "details"])
@in_virtual_time
async def test_a_look_that_got_no_answer_begins_the_window_anew(house, failing):
    row = house.row()
    house.client.running = lambda: SILENCE if failing == "running" and now() == 60 else [xid(START - 999)]
    house.client.details = lambda _: SILENCE if failing == "details" and now() == 60 else {}
    assert isinstance(await house.outcome(row), NotFound)
    assert house.looks[-1] == 145.0  # answered from 65 s on
    assert house.searcher.unheard == [("NoAnswer", False)]
    assert house.searcher.left[-1] == 2.0


@in_virtual_time
async def test_while_the_service_is_silent_the_looks_go_on_with_growing_pauses(house):
    row = house.row()
    house.client.running = lambda: SILENCE if now() < 100 else [TASK]
    assert (await house.outcome(row)).task_uid == TASK
    assert house.looks == [0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 62.0, 92.0, 122.0]
    assert house.searcher.unheard == [("NoAnswer", False)] * 9


@in_virtual_time
async def test_a_search_is_told_where_the_service_refuses_to_be_asked_and_goes_on(house):
    row = house.row()
    house.client.running = lambda: NO_SIGNATURE if now() < 3 else [TASK]
    assert (await house.outcome(row)).task_uid == TASK
    assert house.searcher.unheard[0] == ("ApiError", True)


@in_virtual_time
async def test_after_an_answer_the_pauses_of_the_silence_begin_anew(house):
    row = house.row()
    house.client.running = lambda: SILENCE if now() in (0.0, 1.0, 2.0, 4.0, 9.0, 10.0, 11.0) else []
    looking = house.looks_for(row)
    await asyncio.sleep(14.5)
    looking.cancel()
    assert house.looks == [0.0, 1.0, 2.0, 4.0, 8.0, 9.0, 10.0, 11.0, 13.0]


@pytest.mark.parametrize(("asleep", "end"), [(14.0, 79.5), (15.0, 55.5 + 80.0), (100.0, 140.5 + 80.0)])
@in_virtual_time
async def test_a_gap_in_which_a_task_can_have_come_and_gone_begins_the_window_anew(house, asleep, end):
    row = house.row()
    looking = house.looks_for(row)
    await asyncio.sleep(40.5)
    asyncio.get_running_loop().now += asleep  # the computer was
    assert isinstance(await looking, NotFound)
    assert house.looks[-1] == end
    assert house.searcher.unheard == []


@in_virtual_time
async def test_an_account_that_must_be_called_slowly_is_looked_at_three_times_more_slowly_at_most(house):
    house.pace.factor = 16.0
    house.pace.answered = lambda: None
    row = house.row()
    assert isinstance(await house.outcome(row), NotFound)
    assert house.looks == [0.0, 3.0, 9.0, 18.0, 30.0, 45.0, 60.0, 75.0, 90.0]


@in_virtual_time
async def test_throttling_in_the_search_slows_the_account_and_answers_let_it_recover(house):
    row = house.row()
    house.client.running = lambda: HttpRefused("host", 429) if now() == 0 else []
    looking = house.looks_for(row)
    await asyncio.sleep(1.0)
    assert house.pace.factor == 2.0
    await looking
    assert house.pace.factor == 1.0


@in_virtual_time
async def test_a_request_that_was_looked_for_before_needs_one_more_look_that_is_answered(house):
    row = house.row(state=UNKNOWN, search_ended=START - 100, submit_began=START - 200)
    house.client.running = lambda: SILENCE if now() == 0 else []
    assert await house.outcome(row, began=None, ended=None) == NotFound(row, ())
    assert house.looks == [0.0, 1.0]


@in_virtual_time
async def test_when_the_search_was_over_no_later_task_can_be_it(house):
    row = house.row(state=UNKNOWN, search_ended=START - 100, submit_began=START - 200)
    house.runs(xid(START - 80))
    assert await house.outcome(row, began=None, ended=None) == NotFound(row, ())
    earlier = house.row("earlier", state=UNKNOWN, search_ended=START - 100, submit_began=START - 200, seed=7)
    house.ledger.ledger.write(replace(row, seed=9))
    house.runs(xid(START - 100))
    assert (await house.outcome(earlier, began=None, ended=None)).task_uid == xid(START - 100)


@in_virtual_time
async def test_after_24_hours_nothing_of_it_is_at_the_service(house):
    row = house.row(submit_began=START - DAY - 1)
    with pytest.raises(SearchExpired):
        await house.outcome(row)
    assert house.looks == [0.0]


@in_virtual_time
async def test_a_search_of_24_hours_expires_by_the_service_s_clock_whoever_sets_ours(house, clock):
    row = house.row(submit_began=START - DAY + 10)
    clock.ahead = DAY
    house.client.running = lambda: [TASK]
    house.client.details = lambda uids: {uid: detail(uid, seed=None) for uid in uids}
    with pytest.raises(SearchExpired):
        await house.outcome(row)
    assert house.looks[-1] == 15.0


# -- when it was made


@in_virtual_time
async def test_a_submit_without_a_time_gets_that_of_the_service_at_the_first_answered_look(house, client):
    await asyncio.sleep(20.0)
    client.ahead = 5000.0
    row = house.row(is_timed=False, submit_began=START + 13)
    house.runs(xid(START + 5013))
    found = await house.outcome(row, began=13.0, ended=14.0)
    assert (found.submit_began, found.is_timed) == (START + 5013, True)


@in_virtual_time
async def test_a_submit_of_another_process_was_sent_before_the_first_look_at_an_unknown_time(house):
    await asyncio.sleep(20.0)
    row = house.row(is_timed=False, submit_began=START - 6 * DAY)
    house.runs(xid(START - 5000))
    found = await house.outcome(row, began=None, ended=None)
    assert (found.submit_began, found.is_timed, found.task_uid) == (START + 20, False, xid(START - 5000))


@in_virtual_time
async def test_the_first_answered_look_alone_says_when_a_submit_without_a_time_was_sent(house):
    row = house.row(is_timed=False, submit_began=START - DAY)
    house.client.running = lambda: SILENCE if now() == 0 else [TASK] if now() >= 4 else []
    found = await house.outcome(row, began=None, ended=None)
    assert (found.submit_began, now()) == (START + 1, 4.0)


@in_virtual_time
async def test_the_time_of_a_submit_that_has_one_stays(house, client):
    client.ahead = 5.0
    row = house.row(submit_began=START + 2)
    house.runs(xid(START + 3))
    assert (await house.outcome(row, began=1.0, ended=1.0)).submit_began == START + 2


@pytest.mark.parametrize("late", [xid(START + 75 + 11), "no xid, listed after that"])
@in_virtual_time
async def test_a_task_that_was_made_after_the_gateway_s_limit_is_another_s(house, late):
    row = house.row()
    # the window begins anew at 50 s, and so lasts longer than the gateway does
    house.client.running = lambda: SILENCE if now() == 50 else [late] if now() > 90 else []
    assert await house.outcome(row, began=0.0, ended=0.0) == NotFound(row, ())
    assert house.looks[-1] > 130


@in_virtual_time
async def test_a_task_at_the_gateway_s_limit_after_a_long_upload_is_ours(house):
    await asyncio.sleep(100.0)
    row = house.row()
    at_the_limit = xid(START + 100 + 75 + 10)
    house.client.running = lambda: SILENCE if now() < 185 else [at_the_limit]
    assert (await house.outcome(row, began=0.0, ended=100.0)).task_uid == at_the_limit


# -- who it may be


@in_virtual_time
async def test_a_candidate_that_does_not_tell_is_followed_until_it_tells_though_it_runs_no_more(house):
    row = house.row()
    house.client.running = lambda: [TASK] if now() < 3 else []
    house.client.details = lambda _: {TASK: detail(TASK, seed=None if now() < 300 else 7)}
    looking = house.looks_for(row)
    await asyncio.sleep(290.0)
    assert house.now(row).suspects == (TASK,)
    assert house.searcher.left[-1] == 0.0 and house.searcher.left[0] == 77.0
    found = await looking
    assert (found.task_uid, found.suspects) == (TASK, ())
    assert now() == 300.0


@pytest.mark.parametrize("uid", [TASK, "no xid"])
@in_virtual_time
async def test_a_candidate_that_ends_without_having_told_stays_one_and_is_asked_for_no_more(house, uid):
    row = house.row()
    house.client.running = lambda: [uid] if now() < 30 else []
    house.client.details = lambda _: {uid: detail(uid, RUNNING if now() < 30 else FINISHED, action="", seed=None)}
    found = await house.outcome(row)
    assert found == NotFound(replace(row, suspects=(uid,)), (uid,))
    assert house.now(row) == found.record
    assert now() == 80.0
    assert max(house.client.times("details")) == 30.0


@in_virtual_time
async def test_a_candidate_that_was_listed_nowhere_for_a_while_is_not_asked_for_those_who_come_later(house):
    house.client.running = lambda: [TASK] if now() < 10 else []
    house.client.details = lambda _: {}
    await house.outcome(house.row())
    asked_until = house.client.times("details")[-1]
    later = house.row("later", seed=8)
    assert (await house.outcome(later, began=20.0, ended=20.0)).suspects == (TASK,)
    assert house.client.times("details")[-1] == asked_until == 25.0


@in_virtual_time
async def test_a_candidate_that_runs_and_of_which_nothing_is_told_is_followed_as_long_as_it_runs(house):
    row = house.row()
    house.client.running = lambda: [TASK]
    house.client.details = lambda _: {TASK: detail(TASK)} if now() >= 500 else {}
    assert (await house.outcome(row)).task_uid == TASK
    assert now() == 500.0


@in_virtual_time
async def test_a_candidate_that_is_listed_nowhere_for_a_while_will_tell_no_more_and_stays_one(house):
    row = house.row()
    house.client.running = lambda: [TASK] if now() < 90 else []
    house.client.details = lambda _: {TASK: detail(TASK)} if now() >= 500 else {}
    found = await house.outcome(row)
    assert isinstance(found, NotFound) and found.suspects == (TASK,)
    assert now() == 105.0 and house.client.times("details")[-1] == 105.0
    assert house.now(row).suspects == (TASK,)


@pytest.mark.parametrize("listed", ["running", "details"])
@in_virtual_time
async def test_a_candidate_that_is_listed_again_in_time_is_followed_on(house, listed):
    """It is missed for 10 s, listed once, missed again for 10 s, and tells whose it is then."""
    row = house.row()
    house.client.running = lambda: [TASK] if now() < 90 or (listed == "running" and now() == 105) else []
    silent = {TASK: detail(TASK, seed=None)} if listed == "details" else {}
    house.client.details = lambda _: {TASK: detail(TASK)} if now() >= 115 else silent if now() == 105 else {}
    found = await house.outcome(row)
    assert not isinstance(found, NotFound) and found.task_uid == TASK
    assert now() == 115.0


@in_virtual_time
async def test_a_task_that_contradicts_is_none_and_is_asked_about_once(house):
    row = house.row()
    house.runs(TASK, seed=8)
    assert await house.outcome(row) == NotFound(row, ())
    assert house.client.given("details") == [[TASK]]


@in_virtual_time
async def test_a_candidate_that_fails_without_having_told_is_none_any_more(house):
    row = house.row()
    house.client.running = lambda: [TASK] if now() < 10 else []
    house.client.details = lambda _: {TASK: detail(TASK, RUNNING if now() < 10 else FAILED, seed=None)}
    assert await house.outcome(row) == NotFound(row, ())
    assert house.now(row).suspects == ()


@in_virtual_time
async def test_of_two_tasks_that_fit_none_is_taken(house):
    row = house.row()
    two = (xid(START, 1), xid(START, 2))
    house.runs(*two)
    found = await house.outcome(row)
    assert isinstance(found, NotFound) and found.suspects == two
    assert house.now(row).suspects == two and house.now(row).task_uid is None


@pytest.mark.parametrize(("seeds", "rivals"), [((7, 7, None), 0), ((7, None), 1)])
@in_virtual_time
async def test_what_cannot_be_told_apart_anyway_is_not_followed_for_one_more_that_does_not_tell(house, seeds, rivals):
    told = {xid(START, number): seed for number, seed in enumerate(seeds)}
    row = house.row()
    for number in range(rivals):
        house.row(f"rival {number}", state=UNKNOWN)
    house.client.running = lambda: list(told)
    house.client.details = lambda uids: {uid: detail(uid, seed=told[uid]) for uid in uids}
    assert set((await house.outcome(row)).suspects) == set(told)
    assert now() == 80.0


@in_virtual_time
async def test_a_task_that_fits_is_not_taken_as_long_as_another_may_be_it_too(house):
    row = house.row()
    fits, silent = xid(START, 1), xid(START, 2)
    house.client.running = lambda: [silent, fits] if now() < 100 else []
    house.client.details = lambda uids: {
        uid: detail(uid, seed=7 if uid == fits else None if now() < 120 else 8) for uid in uids
    }
    looking = house.looks_for(row)
    await asyncio.sleep(1.5)
    assert house.now(row).suspects == (fits, silent)
    assert (await looking).task_uid == fits
    assert now() == 120.0


@in_virtual_time
async def test_what_a_look_of_another_process_saw_is_asked_about_though_it_runs_no_more(house):
    house.ledger.ledger.see(house.client.account.identity, ["no xid"], 0.0, START)
    row = house.row(state=UNKNOWN, search_ended=START)
    house.client.details = lambda uids: {uid: detail(uid, FINISHED) for uid in uids}
    assert (await house.outcome(row, began=None, ended=None)).task_uid == "no xid"
    assert house.client.given("details") == [["no xid"]]


@in_virtual_time
async def test_what_was_told_to_another_process_is_known_here_though_the_service_tells_it_no_more(house):
    house.runs(TASK)
    first = house.looks_for(house.row("first", seed=8))
    await asyncio.sleep(0.5)
    first.cancel()
    house.runs()
    house.client.details = lambda _: {}
    elsewhere = House(house.client, house.ledger, house.owners, house.search._work, house.search._clock)
    assert (await elsewhere.outcome(elsewhere.row())).task_uid == TASK


@in_virtual_time
async def test_what_a_task_tells_is_written_down_when_it_is_new_alone(house):
    row = house.row()
    house.runs(TASK, seed=None)
    looking = house.looks_for(row)
    await asyncio.sleep(40.0)
    assert house.ledger.methods.count("note_told") == 1
    house.runs(TASK, seed=7)
    await looking
    assert house.ledger.methods.count("note_told") == 2


@in_virtual_time
async def test_a_suspect_that_the_ledger_has_no_sighting_of_is_asked_about_all_the_same(house):
    row = house.row(state=UNKNOWN, search_ended=START, suspects=(TASK,))
    assert (await house.outcome(row, began=None, ended=None)).task_uid == TASK


@in_virtual_time
async def test_a_suspect_that_turned_out_to_be_another_s_is_none_any_more(house):
    row = house.row(suspects=(TASK,))
    house.row("other", state=SUBMITTED, task_uid=TASK)
    assert (await house.outcome(row)).suspects == ()
    assert house.client.given("details") == []


@in_virtual_time
async def test_a_task_that_turns_out_to_be_another_s_while_it_is_judged_is_not_taken(house):
    row, other = house.row(), house.row("other", state=SUBMITTING, seed=8)

    def gets_its_answer(method):
        if method == Ledger.rivals.__name__:
            house.ledger.ledger.write(replace(other, state=SUBMITTED, task_uid=TASK))

    house.ledger.before = gets_its_answer
    house.runs(TASK)
    assert await house.outcome(row) == NotFound(row, ())
    assert "adopt" not in house.ledger.methods and "write" not in house.ledger.methods


@in_virtual_time
async def test_a_task_that_a_row_was_submitted_as_is_nobody_else_s(house):
    row = house.row()
    house.row("other", state=SUBMITTED, task_uid=TASK)
    house.runs(TASK)
    assert await house.outcome(row) == NotFound(row, ())


@in_virtual_time
async def test_a_task_that_was_only_polled_by_its_uid_is_still_to_be_found(house):
    row = house.row()
    polled = house.row("", state=SUBMITTED, task_uid=TASK, submit_began=None, is_timed=False, current_key=None)
    house.runs(TASK)
    assert (await house.outcome(row)).id == row.id
    assert house.now(polled) is None


# -- rivals


@in_virtual_time
async def test_a_task_that_may_be_another_lost_submit_s_is_not_taken(house):
    row = house.row()
    house.row("rival", state=UNKNOWN)
    house.runs(TASK)
    found = await house.outcome(row)
    assert isinstance(found, NotFound) and found.suspects == (TASK,)


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": 8},
        {"action": "DescribeImages"},
        {"account": "another"},
        {"submit_began": START + 60},
        {"submit_began": START - DAY - 1},
        {"submit_began": START - 1000, "search_ended": START - 500},
        {"submit_began": None, "is_timed": False},
        {"state": "failed"},
    ],
    ids=str,
)
@in_virtual_time
async def test_another_submit_that_cannot_have_made_it_is_no_rival(house, changes):
    row = house.row()
    house.row("rival", **{"state": UNKNOWN, **changes})
    house.runs(TASK)
    assert (await house.outcome(row)).task_uid == TASK
    assert now() == 0.0


@in_virtual_time
async def test_a_rival_that_is_still_being_sent_is_waited_for_beyond_the_window(house):
    row = house.row()
    rival = house.row("rival", state=SUBMITTING, owner="another")
    house.owners.others = {"another"}
    house.runs(TASK)
    looking = house.looks_for(row)
    await asyncio.sleep(200.0)
    assert house.searcher.left[-1] == 0.0
    house.ledger.ledger.write(replace(rival, state=SUBMITTED, task_uid=xid(START, 5)))
    assert (await looking).task_uid == TASK
    assert now() == 200.0


@pytest.mark.parametrize(
    "changes", [{"state": SUBMITTING, "owner": "dead"}, {"state": LOOKING, "owner": "another"}], ids=str
)
@in_virtual_time
async def test_a_rival_that_gets_no_answer_any_more_is_not_waited_for(house, changes):
    row = house.row()
    house.row("rival", **changes)
    house.owners.others = {"another"}
    house.runs(TASK)
    assert (await house.outcome(row)).suspects == (TASK,)
    assert now() == 80.0


@in_virtual_time
async def test_the_task_of_a_rival_that_got_its_answer_is_a_candidate_no_more(house):
    row = house.row()
    rival = house.row("rival", state=SUBMITTING)
    house.runs(TASK)
    looking = house.looks_for(row)
    await asyncio.sleep(3.5)
    assert house.now(row).suspects == (TASK,)
    house.ledger.ledger.write(replace(rival, state=SUBMITTED, task_uid=TASK))
    assert await looking == NotFound(row, ())
    assert house.now(row).suspects == ()


# -- several at once


@in_virtual_time
async def test_one_look_serves_all_that_are_looked_for(house):
    tasks = {xid(START, seed): seed for seed in range(1, 6)}
    house.client.running = lambda: list(tasks)
    house.client.details = lambda uids: {uid: detail(uid, seed=tasks[uid]) for uid in uids}
    rows = [house.row(f"key{seed}", seed=seed) for seed in tasks.values()]
    found = await asyncio.gather(*(house.looks_for(row, Searcher()) for row in rows))
    assert [row.task_uid for row in found] == list(tasks)
    assert [name for _, name, _ in house.client.calls] == ["running", "details"]


@in_virtual_time
async def test_one_that_is_newly_lost_is_looked_for_soon(house):
    first = house.looks_for(house.row())
    await asyncio.sleep(50.5)
    second = house.looks_for(house.row("second", seed=8), Searcher(), began=50.0, ended=50.5)
    await asyncio.sleep(4.0)
    assert house.looks[-4:] == [50.0, 51.0, 52.0, 54.0]
    assert isinstance(await first, NotFound)
    assert now() == 81.0  # 77 s after the first look, and the next one after that
    assert isinstance(await second, NotFound)
    assert now() == 131.0


@in_virtual_time
async def test_a_look_that_began_before_one_was_lost_says_nothing_about_it(house):
    house.client.seconds = 0.1
    second = Searcher()

    def loses_another():
        house.client.running = list
        house.looks_for(house.row("second", seed=8), second, began=0.1, ended=0.1)
        return [TASK]

    house.client.running = loses_another
    house.client.details = lambda uids: {uid: detail(uid, seed=9) for uid in uids}
    first = house.looks_for(house.row())
    await asyncio.sleep(0.5)
    assert len(house.searcher.left) == 1 and second.left == []
    first.cancel()


@in_virtual_time
async def test_what_was_seen_in_the_look_for_one_is_remembered_for_another(house):
    house.client.running = lambda: [TASK] if now() == 0 else []
    house.client.details = lambda uids: {uid: detail(uid, seed=8) for uid in uids}
    first = house.looks_for(house.row())
    await asyncio.sleep(10.5)
    second = house.row("second", seed=8)
    assert (await house.outcome(second, searcher=Searcher())).task_uid == TASK
    first.cancel()


@in_virtual_time
async def test_when_nobody_is_looked_for_nobody_looks_and_the_next_one_starts_anew(house):
    house.runs(TASK)
    await house.outcome(house.row())
    await asyncio.sleep(100.0)
    house.runs(xid(START + 100), seed=8)
    row = house.row("second", seed=8, submit_began=START + 100)
    assert (await house.outcome(row, began=100.0, ended=100.0)).task_uid == xid(START + 100)
    assert house.looks == [0.0, 100.0]


@in_virtual_time
async def test_who_goes_away_leaves_the_others_looking(house):
    leaves, stays = house.looks_for(house.row()), house.looks_for(house.row("second", seed=8), Searcher())
    await asyncio.sleep(2.0)
    leaves.cancel()
    assert isinstance(await stays, NotFound)
    assert house.searcher.left == [77.0, 76.0]


# -- asking for details


@in_virtual_time
async def test_a_task_of_which_the_service_refuses_to_tell_does_not_keep_the_others_from_it(house):
    row = house.row()
    refused = [xid(START - 3600, 1), xid(START - 3600, 2)]
    others = [xid(START, number) for number in range(3, 6)]
    house.client.running = lambda: [refused[0], *others, refused[1]]
    house.client.details = lambda uids: (
        BAD_TASK if set(refused) & set(uids) else {uid: detail(uid, seed=7 if uid == others[1] else 8) for uid in uids}
    )
    assert (await house.outcome(row)).task_uid == others[1]
    assert house.searcher.unheard == []


@in_virtual_time
async def test_a_task_that_the_service_tells_of_unasked_is_nothing_that_is_looked_for(house):
    house.client.running = lambda: [TASK]
    house.client.details = lambda _: {uid: detail(uid) for uid in (TASK, xid(START, 2))}
    assert (await house.outcome(house.row())).task_uid == TASK


@in_virtual_time
async def test_a_refusal_about_the_call_is_no_word_about_a_task(house):
    row = house.row()
    house.client.running = lambda: [TASK, xid(START, 2)]
    house.client.details = lambda _: NO_SIGNATURE
    looking = house.looks_for(row)
    await asyncio.sleep(0.1)
    assert len(house.client.given("details")) == 1
    assert house.searcher.unheard == [("ApiError", True)]
    looking.cancel()


@in_virtual_time
async def test_many_tasks_are_asked_about_in_hundreds(house):
    uids = [xid(START, number) for number in range(250)]
    house.client.running = lambda: uids
    house.client.details = lambda asked: {uid: detail(uid, seed=7 if uid == uids[-1] else 8) for uid in asked}
    assert (await house.outcome(house.row())).task_uid == uids[-1]
    assert [len(asked) for asked in house.client.given("details")] == [100, 100, 50]


@in_virtual_time
async def test_only_the_last_thousand_tasks_are_remembered(house):
    uids = [xid(START, number) for number in range(1001)]
    house.client.running = lambda: uids if now() == 0 else []
    house.client.details = lambda asked: {uid: detail(uid, seed=None) for uid in asked}
    looking = house.looks_for(house.row())
    await asyncio.sleep(0.5)
    looking.cancel()
    (row,) = house.ledger.ledger.uncollected(house.client.account.identity)
    assert row.suspects == tuple(uids[1:])


# -- other processes and faults


@in_virtual_time
async def test_a_task_that_another_process_has_found_meanwhile_is_the_outcome(house):
    row = house.row()
    elsewhere = house.ledger.ledger.adopt(row, "elsewhere", START)
    house.runs(TASK, seed=None)
    assert await house.outcome(row) == elsewhere


@in_virtual_time
async def test_a_task_that_was_found_here_does_not_replace_what_another_process_has_found(house):
    row = house.row()
    elsewhere = house.ledger.ledger.adopt(row, "elsewhere", START)
    house.runs(TASK)
    assert await house.outcome(row) == elsewhere


@in_virtual_time
async def test_a_task_that_another_row_takes_at_the_last_moment_is_no_more_to_be_had(house):
    row = house.row()
    other = house.row("other", seed=8)

    def take_it(method):
        if method == Ledger.adopt.__name__ and house.now(other).task_uid is None:
            house.ledger.ledger.adopt(other, TASK, START)

    house.ledger.before = take_it
    house.runs(TASK)
    assert isinstance(await house.outcome(row), NotFound)
    assert house.now(row).suspects == () and house.now(other).task_uid == TASK


@in_virtual_time
async def test_a_fault_of_the_search_itself_is_told_to_all_and_the_next_one_is_served(house):
    def crash(_):
        raise ZeroDivisionError

    house.ledger.before = crash
    two = [house.looks_for(house.row(str(seed), seed=seed)) for seed in (7, 8)]
    outcomes = await asyncio.gather(*two, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [ZeroDivisionError] * 2
    house.ledger.before = lambda _: None
    house.runs(TASK, seed=9)
    assert (await house.outcome(house.row("9", seed=9))).task_uid == TASK


@in_virtual_time
async def test_who_goes_away_at_the_moment_in_which_its_task_is_found_is_in_nobody_s_way(house):
    leaves = house.looks_for(house.row())
    stays = house.looks_for(house.row("second", seed=8), Searcher())
    house.ledger.before = lambda method: method == Ledger.adopt.__name__ and leaves.cancel()
    house.runs(TASK)
    assert isinstance(await stays, NotFound)
    assert leaves.cancelled()


@pytest.mark.parametrize("steps", range(6))
@in_virtual_time
async def test_one_that_is_lost_at_the_moment_in_which_the_looking_ends_is_looked_for(house, steps):
    house.client.running = lambda: [TASK, xid(START, 2)]
    house.client.details = lambda uids: {uid: detail(uid, seed=7 if uid == TASK else 8) for uid in uids}
    await house.outcome(house.row())
    for _ in range(steps):
        await asyncio.sleep(0)
    second = await house.search.found(house.row("second", seed=8), house.searcher)
    assert not isinstance(second, NotFound) and second.task_uid == xid(START, 2)


@in_virtual_time
async def test_a_looking_that_has_ended_does_not_make_a_second_one_begin_beside_the_next(house):
    house.runs(TASK)
    await house.outcome(house.row())
    house.runs()
    asyncio.get_running_loop().call_later(3.5, lambda: house.looks_for(house.row("third", seed=9), Searcher()))
    await house.search.found(house.row("second", seed=8), house.searcher, began=0.0, ended=0.0)
    assert house.looks[1:6] == [1.0, 2.0, 3.5, 4.5, 6.5]
