"""One request on its way: sent at most once, and the ledger always knows as much as the service may."""

import asyncio
from dataclasses import replace

import pytest
from comfyui_picpik.picpik.api import ApiError, BadAnswer, HttpRefused, NeverSent, NoAnswer
from comfyui_picpik.picpik.ledger import FAILED, SUBMITTED, SUBMITTING, Ledger, new_record
from comfyui_picpik.picpik.runner import Delays, Phase, Withdrawn
from comfyui_picpik.picpik.runner.connection import Connection
from comfyui_picpik.picpik.runner.pace import Pace
from comfyui_picpik.picpik.runner.submission import AnswerLost, Submission, TakenOver
from comfyui_picpik.tests.made_up import ACTION, NoJitter, ScriptedClient
from comfyui_picpik.tests.virtual_time import START, in_virtual_time

PARAMS = {"Action": ACTION, "Seed": 7}


class House:
    """A submission with what it needs, and what it said."""

    def __init__(self, client, ledger, clock):
        self.client, self.ledger, self.clock = client, ledger, clock
        self.connection = Connection(client)
        self.pace = Pace()
        self.unwatched = asyncio.Event()
        self.said: list[str | None] = []
        wanted = new_record(request_key="key", account="account", owner="me", action=ACTION, created=START, seed=7)
        self.row, _ = ledger.ledger.claim(wanted)

    async def send(self):
        def say(phase, trouble):
            assert phase is Phase.SUBMITTING
            self.said.append(trouble)

        return await Submission(
            self.connection, self.pace, self.ledger, self.row, PARAMS,
            unwatched=self.unwatched, say=say, clock=self.clock, jitter=NoJitter(), delays=Delays(),
        ).send()  # fmt: skip

    @property
    def now(self):
        return self.ledger.ledger.read(self.row.id)


@pytest.fixture
def house(client, ledger, clock):
    return House(client, ledger, clock)


def answers(client, *outcomes):
    left = iter(outcomes)
    client.submits = lambda: next(left)


@in_virtual_time
async def test_an_accepted_request_has_its_task_uid_on_disk(house, client):
    answers(client, "uid1")
    client.seconds = 3.0
    record = await house.send()
    assert record == house.now
    assert (record.state, record.task_uid, record.current_key) == (SUBMITTED, "uid1", "key")
    assert (record.submit_began, record.is_timed, record.submitted) == (START, True, START + 3)
    assert client.given("submit") == [PARAMS]
    assert house.said == [None]
    assert house.pace.factor == 1.0


@in_virtual_time
async def test_the_ledger_knows_of_the_submit_before_a_byte_of_it_leaves(house, client):
    seen = []
    client.submits = lambda: seen.append(house.now) or "uid1"
    house.connection.credits_used = 60
    client.ahead = 5.0
    await house.send()
    assert (seen[0].state, seen[0].submit_began, seen[0].is_timed) == (SUBMITTING, START + 5, True)
    assert seen[0].credits_before == 60


@in_virtual_time
async def test_a_submit_before_the_service_has_told_its_time_is_timed_afterwards_by_its_answer(house, client):
    seen = []

    def first_answer():
        seen.append(house.now)
        client.knows_the_time = True
        return "uid1"

    client.knows_the_time, client.ahead, client.seconds, client.submits = False, 1000.0, 4.0, first_answer
    record = await house.send()
    assert not seen[0].is_timed and seen[0].submit_began == START
    assert record.is_timed and record.submit_began == START + 1000
    assert record.submitted == START + 1004


@in_virtual_time
async def test_a_submit_is_timed_by_the_client_that_made_it_though_another_has_taken_its_place(house, client, clock):
    """A proxy was changed while the submit was under way: the new client has not heard the service's time yet."""
    successor = ScriptedClient(clock)
    successor.knows_the_time = False
    clock.ahead = -3 * 86400.0

    def answer():
        house.connection.replace(successor)
        client.knows_the_time = True
        return "uid1"

    client.knows_the_time, client.submits = False, answer
    record = await house.send()
    assert record.is_timed
    assert record.submit_began == record.submitted == client.now()
    await house.connection.aclose()


@in_virtual_time
async def test_an_answer_that_tells_no_time_leaves_the_submit_untimed(house, client):
    client.knows_the_time = False
    answers(client, "uid1")
    assert not (await house.send()).is_timed


@in_virtual_time
async def test_after_a_submit_the_credits_must_be_read_anew(house, client):
    house.connection.credits_used = 60
    answers(client, "uid1")
    await house.send()
    assert house.connection.credits_used is None


@pytest.mark.parametrize(
    "no",
    [NeverSent("host", ""), HttpRefused("host", 429), HttpRefused("host", 503, 0.2), ApiError("A", 153, "")],
    ids=str,
)
@in_virtual_time
async def test_after_a_certain_no_it_is_sent_again(house, client, no):
    answers(client, no, no, "uid1")
    assert (await house.send()).task_uid == "uid1"
    assert len(client.calls) == 3
    assert house.said == [None, no.what, None, no.what, None]


@in_virtual_time
async def test_the_pauses_after_a_certain_no_double(house, client):
    answers(client, *[NeverSent("host", "")] * 4, "uid1")
    await house.send()
    assert client.times("submit") == [0.0, 0.5, 1.5, 3.5, 7.5]
    assert house.now.submit_began == START + 7.5


@in_virtual_time
async def test_after_five_certain_noes_it_is_given_up_and_may_be_run_again(house, client):
    answers(client, *[NeverSent("host", "no connection")] * 5)
    with pytest.raises(NeverSent) as no:
        await house.send()
    assert len(client.calls) == 5
    row = house.now
    assert (row.state, row.current_key, row.task_uid, row.message) == (FAILED, None, None, no.value.what)
    assert row.ended == START + 7.5


@pytest.mark.parametrize("no", [ApiError("A", 171, ""), HttpRefused("host", 413)], ids=str)
@in_virtual_time
async def test_a_refusal_is_final_at_once(house, client, no):
    answers(client, no)
    with pytest.raises(type(no)) as refusal:
        await house.send()
    assert refusal.value is no
    assert len(client.calls) == 1
    assert (house.now.state, house.now.current_key, house.now.message) == (FAILED, None, no.what)


@pytest.mark.parametrize(
    "error",
    [NoAnswer("host", "time-out"), BadAnswer("host", ""), HttpRefused("host", 502), ApiError("A", 5000, "hm")],
    ids=str,
)
@in_virtual_time
async def test_anything_else_is_a_lost_answer_and_the_row_stays_as_it_was_sent(house, client, error):
    await asyncio.sleep(10.0)
    answers(client, error)
    client.seconds = 4.0
    with pytest.raises(AnswerLost) as lost:
        await house.send()
    assert len(client.calls) == 1
    assert lost.value.error is error and str(lost.value) == error.what
    assert (lost.value.began, lost.value.ended) == (10.0, 14.0)
    assert lost.value.record == house.now
    assert (house.now.state, house.now.current_key) == (SUBMITTING, "key")
    assert house.now.submit_began == START + 10


@in_virtual_time
async def test_a_lost_answer_after_a_certain_no_counts_from_the_last_try(house, client):
    answers(client, NeverSent("host", ""), NoAnswer("host", ""))
    with pytest.raises(AnswerLost) as lost:
        await house.send()
    assert lost.value.began == 0.5
    assert house.now.submit_began == START + 0.5


@in_virtual_time
async def test_throttling_slows_the_account(house, client):
    answers(client, HttpRefused("host", 429), NoAnswer("host", ""))
    with pytest.raises(AnswerLost):
        await house.send()
    assert house.pace.factor == 2.0


# -- nobody wants it any more


@in_virtual_time
async def test_what_nobody_wants_is_not_sent(house, client):
    house.unwatched.set()
    with pytest.raises(Withdrawn) as withdrawn:
        await house.send()
    assert client.calls == [] and house.said == []
    assert (house.now.state, house.now.current_key, house.now.submit_began) == (FAILED, None, None)
    assert house.now.message == withdrawn.value.what


@in_virtual_time
async def test_what_nobody_wants_any_more_is_not_sent_again_and_nothing_waits_for_the_pause(house, client):
    answers(client, HttpRefused("host", 429, 60.0))
    sending = asyncio.create_task(house.send())
    await asyncio.sleep(5.0)
    house.unwatched.set()
    with pytest.raises(Withdrawn):
        await sending
    assert asyncio.get_running_loop().time() == 5.0
    assert len(client.calls) == 1


# -- other processes


@in_virtual_time
async def test_what_another_process_has_taken_over_is_not_sent(house, client):
    taken = house.ledger.ledger.take_over(house.row, "another")
    with pytest.raises(TakenOver):
        await house.send()
    assert client.calls == []
    assert house.now == taken


@in_virtual_time
async def test_what_another_process_takes_over_in_a_pause_is_not_sent_again(house, client):
    def no():
        house.ledger.ledger.write(replace(house.now, owner="another"))
        return NeverSent("host", "")

    client.submits = no
    with pytest.raises(TakenOver):
        await house.send()
    assert len(client.calls) == 1
    assert house.now.owner == "another" and house.now.state == SUBMITTING


@in_virtual_time
async def test_a_task_that_was_polled_by_its_uid_before_it_was_written_down_becomes_the_request_s(house, client):
    polled = new_record(request_key="", account="account", owner="other", action="", created=START)
    house.ledger.ledger.write(replace(polled, current_key=None, task_uid="uid1", state=SUBMITTED))
    answers(client, "uid1")
    client.seconds = 2.0
    record = await house.send()
    assert record == house.now
    assert (record.id, record.task_uid, record.submitted) == (house.row.id, "uid1", START + 2)
    assert house.ledger.ledger.read(polled.id) is None


@in_virtual_time
async def test_a_task_uid_that_another_request_has_is_no_answer_to_this_one(house, client):
    other = new_record(request_key="other", account="account", owner="me", action=ACTION, created=START)
    house.ledger.ledger.write(replace(other, state=SUBMITTED, task_uid="uid1", submit_began=START))
    answers(client, "uid1")
    with pytest.raises(AnswerLost, match="uid1") as lost:
        await house.send()
    assert (lost.value.began, lost.value.ended) == (0.0, 0.0)
    assert lost.value.record == house.now and house.now.task_uid is None


@in_virtual_time
async def test_whom_the_request_was_sent_for_gets_no_result_where_the_disk_fails(house, client):
    answers(client, "uid1")

    def full(method):
        if method == Ledger.write.__name__:
            raise OSError("disk full")

    house.ledger.before = full
    with pytest.raises(OSError, match="disk full"):
        await house.send()
    assert house.now.state == SUBMITTING and house.now.submit_began == START
