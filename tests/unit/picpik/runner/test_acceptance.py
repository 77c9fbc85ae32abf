"""From a request to its row with a TaskUID, each by one paid submit at most."""

import asyncio
import logging
from dataclasses import replace

import pytest
from comfyui_picpik.picpik.api import ApiError, HttpRefused, NeverSent, NoAnswer, TaskStatus
from comfyui_picpik.picpik.ledger import (
    DELIVERED,
    FAILED,
    FINISHED,
    LOOKING,
    STORED,
    SUBMITTED,
    SUBMITTING,
    UNKNOWN,
    ResultFolder,
    new_record,
)
from comfyui_picpik.picpik.runner import (
    Delays,
    OddAnswer,
    OutcomeUnknown,
    Phase,
    SearchEnded,
    ServiceSilent,
    Undecided,
    Withdrawn,
)
from comfyui_picpik.picpik.runner.acceptance import Acceptance
from comfyui_picpik.picpik.runner.account_session import AccountSession
from comfyui_picpik.picpik.runner.connection import Connection
from comfyui_picpik.picpik.runner.job import Job
from comfyui_picpik.picpik.runner.pace import Pace
from comfyui_picpik.picpik.runner.search import Search
from comfyui_picpik.tests.made_up import ACTION, NoJitter, detail
from comfyui_picpik.tests.virtual_time import START, in_virtual_time
from comfyui_picpik.tests.xids import xid

DAY = 24 * 3600.0
TASK = xid(START + 1)
PARAMS = {"Action": ACTION, "Seed": 7}
PNG = b"\x89PNG\r\n\x1a\n"
SILENCE = NoAnswer("host", "time-out")


def now() -> float:
    return asyncio.get_running_loop().time()


class Request:
    """What is asked for; `encoded` counts how often it was encoded."""

    byte_count = 1234

    def __init__(self) -> None:
        self.times_encoded = 0

    def encoded(self):
        self.times_encoded += 1
        return self

    def to_params(self):
        return PARAMS


class House:
    """An acceptance with what it needs, and one job after another of the same request."""

    def __init__(self, client, ledger, owners, work, clock, folder):
        self.client, self.ledger, self.owners, self.folder = client, ledger, owners, folder
        delays, jitter = Delays(), NoJitter()
        connection, pace = Connection(client), Pace()
        self.connection = connection
        search = Search(connection, ledger, owners, work, clock, pace, jitter, delays)  # type: ignore[arg-type]
        self.session = AccountSession(connection, pace, search, None, None)  # type: ignore[arg-type]
        self.acceptance = Acceptance(
            ledger, folder, owners, work=work, clock=clock, jitter=jitter, delays=delays  # type: ignore[arg-type]
        )  # fmt: skip
        self.request = Request()
        self.said: list[tuple[Phase, str]] = []
        self.told: list[tuple[float, Exception]] = []

    def wanted(self, key="key", **changes):
        account = self.client.account.identity
        made = new_record(request_key=key, account=account, owner="", action=ACTION, created=START + now(), seed=7)
        return replace(made, **changes)

    def row(self, **changes):
        """A row that is there already."""
        return self.ledger.ledger.write(self.wanted(**changes))

    def job(self, key="key", record=None, request: Request | None = None, is_watched=True) -> Job:
        wanted, asked = record or self.wanted(key), START + now()
        job = Job(key, self.client.account, wanted, request, asked)  # type: ignore[arg-type]
        if is_watched:
            job.watch(1)
        say, tell = job.say, job.tell

        def saying(phase, trouble=None, text=""):
            self.said.append((phase, text or trouble or ""))
            say(phase, trouble, text)

        def telling(news):
            self.told.append((now(), news))
            tell(news)

        job.say, job.tell = saying, telling
        return job

    async def run(self, **about):
        """Somebody runs the request."""
        return await self.accept(self.job(request=self.request, **about))

    async def accept(self, job: Job):
        return await self.acceptance.record_of(job, self.session)

    async def resume(self, row):
        """The same row in the background."""
        return await self.accept(self.job(record=row, is_watched=False))

    @property
    def now(self):
        return self.ledger.ledger.current("key")

    @property
    def submits(self):
        return len(self.client.given("submit"))


@pytest.fixture
def house(client, ledger, owners, work, clock, tmp_path):
    return House(client, ledger, owners, work, clock, ResultFolder(tmp_path, lambda _: None))


def sent(**changes):
    """What a row is like that was sent by this process, and has no TaskUID."""
    return {"state": LOOKING, "submit_began": START, "is_timed": True, "owner": "me", **changes}


# -- what the ledger knows


@in_virtual_time
async def test_what_nobody_knows_is_encoded_and_sent(house):
    record = await house.run()
    assert record == house.now
    assert (record.task_uid, record.state, record.owner) == ("uid", SUBMITTED, "me")
    assert house.client.given("submit") == [PARAMS] and house.request.times_encoded == 1
    assert house.said == [(Phase.PREPARING, "encoding"), (Phase.SUBMITTING, "")]


@pytest.mark.parametrize("state", [SUBMITTED, FINISHED])
@in_virtual_time
async def test_what_has_a_task_is_neither_encoded_nor_sent(house, state):
    row = house.row(state=state, task_uid="there")
    assert await house.run() == row
    assert (house.client.calls, house.request.times_encoded) == ([], 0)


@pytest.mark.parametrize("state", [STORED, DELIVERED])
@in_virtual_time
async def test_what_is_stored_is_given_as_it_is(house, state):
    files = tuple(house.folder.save("there", index, PNG) for index in range(2))
    row = house.row(state=state, task_uid="there", files=files)
    assert await house.run() == row
    assert house.client.calls == []


@pytest.mark.parametrize(
    ("state", "after"), [(STORED, SUBMITTED), (DELIVERED, SUBMITTED), (FINISHED, FINISHED), (SUBMITTED, SUBMITTED)]
)
@in_virtual_time
async def test_of_what_was_stored_the_damaged_files_are_fetched_again_and_the_others_kept(house, state, after):
    files = tuple(house.folder.save("there", index, PNG) for index in range(3))
    house.folder.path(files[1]).write_bytes(b"damaged")
    row = house.row(state=state, task_uid="there", files=files)
    record = await house.run()
    assert record == replace(row, state=after, files=(files[0], files[2])) == house.now
    assert house.client.calls == []


@in_virtual_time
async def test_a_refused_request_is_free_and_its_next_run_is_another_try(house):
    answers = iter([ApiError("A", 171, "no"), "uid"])
    house.client.submits = lambda: next(answers)
    with pytest.raises(ApiError):
        await house.run()
    assert house.now is None
    assert (await house.run()).task_uid == "uid"


@in_virtual_time
async def test_four_requests_are_submitted_at_once_and_no_more(house):
    house.client.seconds = 10.0
    jobs = [house.job(str(number), request=house.request) for number in range(6)]
    uids = iter("abcdef")
    house.client.submits = lambda: next(uids)
    await asyncio.gather(*(house.accept(job) for job in jobs))
    assert house.client.times("submit") == [0.0] * 4 + [10.0] * 2


@in_virtual_time
async def test_nothing_is_encoded_for_nobody(house):
    with pytest.raises(Withdrawn):
        await house.run(is_watched=False)
    assert (house.request.times_encoded, house.submits, house.now) == (0, 0, None)


# -- other processes


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (SUBMITTING, "waiting for another ComfyUI, which submits it"),
        (LOOKING, "waiting for another ComfyUI, which looks for its task"),
    ],
)
@in_virtual_time
async def test_what_a_living_process_is_at_is_waited_for(house, state, text):
    row = house.row(owner="other", state=state, submit_began=START)
    house.owners.others = {"other"}
    running = asyncio.create_task(house.run())
    await asyncio.sleep(100.1)
    assert set(house.said) == {(Phase.LOOKING, text)}
    found = house.ledger.ledger.adopt(row, TASK, START)
    assert await running == found
    assert now() == pytest.approx(100.25)
    assert house.client.calls == []


@in_virtual_time
async def test_what_a_dead_process_has_not_sent_is_sent_by_this_one(house):
    row = house.row(owner="dead")
    record = await house.run()
    assert (record.id, record.owner, record.task_uid) == (row.id, "me", "uid")
    assert house.submits == 1


@in_virtual_time
async def test_what_a_dead_process_has_sent_is_looked_for_and_not_sent(house):
    row = house.row(**sent(owner="dead", state=SUBMITTING))
    house.client.running = lambda: [TASK]
    record = await house.run()
    assert (record.id, record.owner, record.task_uid) == (row.id, "me", TASK)
    assert (house.submits, house.request.times_encoded) == (0, 0)


@in_virtual_time
async def test_a_process_that_dies_while_it_is_waited_for_is_followed(house):
    house.row(**sent(owner="other"))
    house.owners.others = {"other"}
    running = asyncio.create_task(house.run())
    await asyncio.sleep(10.0)
    house.owners.others = set()
    house.client.running = lambda: [TASK]
    assert (await running).task_uid == TASK
    assert house.submits == 0


@in_virtual_time
async def test_what_was_looked_for_in_vain_is_nobody_s_even_if_its_last_owner_lives(house):
    house.row(**sent(owner="other", state=UNKNOWN, search_ended=START))
    house.owners.others = {"other"}
    with pytest.raises(SearchEnded):
        await house.run()
    assert house.now.owner == "me"


@in_virtual_time
async def test_what_another_process_takes_over_at_the_last_moment_is_not_sent_here(house):
    row = house.row(owner="me")

    def be_quicker(method):
        if method == "begin_submit" and house.now.owner == "me":
            house.ledger.ledger.take_over(row, "other")
            house.ledger.ledger.adopt(house.now, "theirs", START)

    house.ledger.before = be_quicker
    assert (await house.run()).task_uid == "theirs"
    assert house.submits == 0


@in_virtual_time
async def test_what_another_process_has_taken_over_just_now_is_met_again(house):
    row = house.row(owner="dead")

    def be_quicker(method):
        if method == "take_over" and house.now.owner == "dead":
            house.ledger.ledger.take_over(row, "other")

    house.ledger.before = be_quicker
    record = await house.run()  # "other" is dead, too
    assert (record.owner, house.submits) == ("me", 1)


# -- a lost answer


def loses(house, error=SILENCE):
    """Answers of submits are lost."""
    house.client.submits = lambda: error


@in_virtual_time
async def test_a_lost_answer_is_written_down_and_its_task_looked_for_and_adopted(house):
    seen = []
    loses(house)
    house.client.running = lambda: seen.append(house.now) or ([TASK] if now() >= 3 else [])
    record = await house.run()
    assert (seen[0].state, seen[0].message, seen[0].owner) == (LOOKING, SILENCE.what, "me")
    assert record == house.now
    assert (record.task_uid, record.state) == (TASK, SUBMITTED)
    assert house.submits == 1
    assert house.told == []


@in_virtual_time
async def test_while_it_is_looked_for_that_is_said_and_until_when(house):
    loses(house)
    running = asyncio.create_task(house.run())
    await asyncio.sleep(0.5)
    assert house.said[2] == (Phase.LOOKING, SILENCE.what)
    phase, text = house.said[3]
    assert phase is Phase.LOOKING and text.startswith("host did not answer (time-out): looking for the task until ")
    running.cancel()


@in_virtual_time
async def test_a_task_that_does_not_tell_is_said_to_be_followed(house):
    loses(house)
    house.client.running = lambda: [TASK]
    house.client.details = lambda _: {TASK: detail(TASK, seed=None if now() < 200 else 7)}
    assert (await house.run()).task_uid == TASK
    assert house.said[-1][1] == "host did not answer (time-out): following tasks that may be it"


@in_virtual_time
async def test_after_the_window_the_user_is_told_and_nothing_is_paid(house):
    loses(house)
    house.client.ahead = 500.0
    with pytest.raises(SearchEnded, match="seed 7"):
        await house.run()
    row = house.now
    assert (row.state, row.search_ended, row.suspects, row.task_uid) == (UNKNOWN, START + 500 + 80, (), None)
    assert row.told is None  # who hands the error to a node says so
    assert house.submits == 1


@in_virtual_time
async def test_a_run_after_that_which_nobody_was_told_of_tells_it_again_after_one_look(house):
    loses(house)
    for _ in range(2):
        with pytest.raises(SearchEnded):
            await house.run()
    assert house.submits == 1
    assert now() == 81.0 and house.now.search_ended == START + 80


@in_virtual_time
async def test_a_run_after_the_user_was_told_sends_it_anew_after_one_more_look(house, caplog):
    loses(house)
    with pytest.raises(SearchEnded):
        await house.run()
    first = house.now
    house.ledger.ledger.tell(first.id, START + 79)
    house.client.submits = lambda: "second"
    looks = len(house.client.times("running"))
    with caplog.at_level(logging.WARNING, "picpik"):
        second = await house.run()
    assert "sent again" in caplog.text
    assert len(house.client.times("running")) == looks + 1
    assert (second.task_uid, second.id != first.id, house.now) == ("second", True, second)
    old = house.ledger.ledger.read(first.id)
    assert (old.state, old.current_key, old.told) == (UNKNOWN, None, START + 79)
    assert house.submits == 2


@in_virtual_time
async def test_what_the_last_look_finds_is_not_paid_again(house):
    loses(house)
    with pytest.raises(SearchEnded):
        await house.run()
    house.ledger.ledger.tell(house.now.id, START + 79)
    house.client.running = lambda: [TASK]
    assert (await house.run()).task_uid == TASK
    assert house.submits == 1


@in_virtual_time
async def test_as_long_as_the_last_look_gets_no_answer_nothing_is_paid(house):
    loses(house)
    with pytest.raises(SearchEnded):
        await house.run()
    house.ledger.ledger.tell(house.now.id, START + 79)
    house.client.running = lambda: SILENCE
    running = asyncio.create_task(house.run())
    await asyncio.sleep(DAY / 2)
    assert not running.done() and house.submits == 1
    running.cancel()


@in_virtual_time
async def test_what_another_process_sends_anew_first_is_not_sent_anew_here(house):
    loses(house)
    with pytest.raises(SearchEnded):
        await house.run()
    house.ledger.ledger.tell(house.now.id, START + 79)

    def be_quicker(method):
        row = house.now
        if method == "begin_anew" and row.owner == "me" and row.task_uid is None:
            theirs = house.ledger.ledger.begin_anew(replace(row, owner="me"), START + 90)
            house.ledger.ledger.adopt(theirs, "theirs", START + 91)

    house.ledger.before = be_quicker
    assert (await house.run()).task_uid == "theirs"
    assert house.submits == 1


@in_virtual_time
async def test_a_task_that_never_told_whose_it_is_is_named_and_never_paid_over(house):
    loses(house)
    house.client.running = lambda: [TASK]
    house.client.details = lambda _: {TASK: detail(TASK, TaskStatus.FINISHED, seed=None)}
    for _ in range(3):
        with pytest.raises(Undecided, match=TASK):
            await house.run()
        house.ledger.ledger.tell(house.now.id, START + 79)
    assert house.submits == 1
    assert house.now.suspects == (TASK,) and house.now.state == UNKNOWN


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ({}, "To pay for a new one, change the seed."),
        ({"drawn_key": "drawn"}, "Running again with Seed -1 pays for a new one."),
        ({"seed": None}, "To pay for a new one, set attempt to another number."),
    ],
)
@in_virtual_time
async def test_what_pays_for_a_new_one_is_said_where_the_task_cannot_be_told(house, kind, said):
    loses(house)
    house.client.running = lambda: [TASK, "other"]
    house.client.details = lambda _: {uid: detail(uid, TaskStatus.FINISHED, seed=None) for uid in (TASK, "other")}
    with pytest.raises(Undecided, match=said):
        await house.run(record=house.wanted(**kind))


@in_virtual_time
async def test_after_24_hours_it_is_over_and_a_run_is_another_try(house):
    first = house.row(**sent(owner="dead", submit_began=START - DAY - 1))
    record = await house.run()
    assert (record.task_uid, record.id != first.id) == ("uid", True)
    old = house.ledger.ledger.read(first.id)
    assert (old.state, old.current_key) == (FAILED, None)


@pytest.mark.parametrize(
    ("used", "evidence"),
    [
        (120, "Your credits went down by 60 meanwhile."),
        (60, "Your credits did not change meanwhile."),
        (0, "Your credits did not change meanwhile."),
        (SILENCE, None),
    ],
)
@in_virtual_time
async def test_what_the_credits_tell_is_shown(house, used, evidence):
    loses(house)
    house.connection.credits_used = 60
    house.client.used = lambda: used
    with pytest.raises(SearchEnded) as error:
        await house.run()
    assert evidence in error.value.what if evidence else "credits" not in str(error.value).lower()


@in_virtual_time
async def test_credits_that_were_not_known_before_tell_nothing(house):
    loses(house)
    with pytest.raises(OutcomeUnknown):
        await house.run()
    assert house.client.times("credits") == []


@in_virtual_time
async def test_a_code_that_nobody_knows_is_told_at_once_and_the_search_goes_on(house):
    loses(house, ApiError("Apply", 8039, "quota"))
    house.client.running = lambda: [TASK] if now() > 60 else []
    record = await house.run()
    assert record.task_uid == TASK and house.submits == 1
    ((at, error),) = house.told
    assert at == 0.0 and isinstance(error, OddAnswer)
    assert "8039" in error.what and "quota" in error.what and "seed 7" in error.what


@in_virtual_time
async def test_a_service_that_refuses_to_be_asked_is_told_of_once_and_the_search_goes_on(house):
    loses(house)
    house.client.running = lambda: HttpRefused("host", 403) if now() < 60 else [TASK]
    assert (await house.run()).task_uid == TASK
    ((at, error),) = house.told
    assert at == 0.0 and isinstance(error, ServiceSilent) and "403" in error.what


@in_virtual_time
async def test_a_service_that_does_not_answer_a_look_is_shown_as_trouble_alone(house):
    loses(house)
    house.client.running = lambda: SILENCE if now() < 60 else [TASK]
    await house.run()
    assert house.told == []
    assert (Phase.LOOKING, "looking for the task") in house.said


@in_virtual_time
async def test_after_a_certain_no_nothing_is_looked_for(house):
    answers = iter([NeverSent("host", ""), "uid"])
    house.client.submits = lambda: next(answers)
    assert (await house.run()).task_uid == "uid"
    assert house.client.times("running") == []


# -- in the background


@in_virtual_time
async def test_what_was_never_sent_is_not_sent_in_the_background(house):
    row = house.row(owner="dead")
    with pytest.raises(Withdrawn):
        await house.resume(row)
    assert house.submits == 0
    assert (house.ledger.ledger.read(row.id).state, house.now) == (FAILED, None)


@in_virtual_time
async def test_what_was_sent_is_looked_for_in_the_background(house):
    row = house.row(**sent(owner="dead"))
    house.client.running = lambda: [TASK]
    assert (await house.resume(row)).task_uid == TASK


@in_virtual_time
async def test_what_may_be_paid_anew_is_not_paid_in_the_background(house):
    row = house.row(**sent(state=UNKNOWN, search_ended=START, told=START))
    with pytest.raises(SearchEnded):
        await house.resume(row)
    assert house.submits == 0 and house.now.id == row.id


@in_virtual_time
async def test_what_is_over_in_the_background_is_let_go(house):
    row = house.row(**sent(owner="dead", submit_began=START - DAY - 1))
    with pytest.raises(Withdrawn):
        await house.resume(row)
    assert house.now is None and house.submits == 0


@in_virtual_time
async def test_a_task_that_was_collected_by_its_uid_is_met_as_the_row_of_its_submit(house):
    polled = house.wanted(request_key="", current_key=None, action="", seed=None, task_uid=TASK, state=SUBMITTED)
    polled = house.ledger.ledger.write(polled)
    found = house.ledger.ledger.adopt(house.row(**sent()), TASK, START)
    assert await house.resume(polled) == found


@in_virtual_time
async def test_a_task_uid_that_no_row_has_yet_is_taken_as_it_was_asked_for(house):
    asked = house.wanted(request_key="", current_key=None, action="", seed=None, task_uid=TASK, state=SUBMITTED)
    assert await house.resume(asked) == asked


@in_virtual_time
async def test_a_request_without_a_seed_is_named_without_one(house):
    house.row(**sent(seed=None, state=UNKNOWN, search_ended=START))
    with pytest.raises(SearchEnded) as error:
        await house.run()
    assert f"({ACTION})" in error.value.what


@in_virtual_time
async def test_a_run_that_began_before_the_user_was_told_does_not_pay(house):
    row = house.row(**sent(state=UNKNOWN, search_ended=START - 5))
    house.client.running = lambda: house.ledger.ledger.tell(row.id, START) or []
    with pytest.raises(SearchEnded):
        await house.run()
    assert house.submits == 0


@in_virtual_time
async def test_a_run_that_waited_for_another_process_which_then_told_its_user_does_not_pay(house):
    row = house.row(**sent(owner="other"))
    house.owners.others = {"other"}
    running = asyncio.create_task(house.run())
    await asyncio.sleep(10.0)
    house.ledger.ledger.write(replace(row, state=UNKNOWN, search_ended=START + 9))
    house.ledger.ledger.tell(row.id, START + 9)
    with pytest.raises(SearchEnded):
        await running
    assert house.submits == 0


# -- a ledger that cannot remember what is paid


@in_virtual_time
async def test_nothing_is_paid_where_the_ledger_says_that_it_cannot_be_remembered(house):
    house.ledger.refusal = RuntimeError("too new")
    with pytest.raises(RuntimeError, match="too new"):
        await house.run()
    assert (house.submits, house.ledger.checked) == (0, ["key"])
    assert house.now.submit_began is None


@in_virtual_time
async def test_what_has_a_task_is_given_whatever_the_ledger_can_remember(house):
    house.ledger.refusal = RuntimeError("too new")
    row = house.row(state=SUBMITTED, task_uid="there")
    assert await house.run() == row
    assert house.ledger.checked == []


@in_virtual_time
async def test_a_picture_that_cannot_be_encoded_leaves_its_request_free(house):
    def broken():
        raise ValueError("no picture")

    house.request.encoded = broken
    with pytest.raises(ValueError, match="no picture"):
        await house.run()
    assert (house.submits, house.now) == (0, None)


@in_virtual_time
async def test_a_lost_submit_before_the_service_has_told_its_time_is_timed_by_the_first_look(house):
    def first_look():
        house.client.knows_the_time = True
        return [xid(START + 500)]

    loses(house)
    house.client.knows_the_time, house.client.ahead, house.client.running = False, 500.0, first_look
    record = await house.run()
    assert (record.submit_began, record.is_timed) == (START + 500, True)
