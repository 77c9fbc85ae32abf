"""What the runner holds of a request: who watches it, what it tells them, what it shows."""

import asyncio
from dataclasses import replace

import pytest
from comfyui_picpik.picpik.api import NoAnswer, TaskStatus
from comfyui_picpik.picpik.ledger import new_record
from comfyui_picpik.picpik.runner import Phase, TaskResult
from comfyui_picpik.picpik.runner.job import Job, named
from comfyui_picpik.tests.made_up import ACTION, detail
from comfyui_picpik.tests.virtual_time import in_virtual_time

RESULT = TaskResult("uid", (), (), None, None)
SILENCE = NoAnswer("host", "time-out")


@pytest.fixture
def make(client):
    def make() -> Job:
        wanted = new_record(request_key="k", account="a", owner="o", action=ACTION, seed=7)
        return Job("k", client.account, wanted, object())  # type: ignore[arg-type]

    return make


def ends_with(job: Job, outcome, seconds: float = 1.0):
    async def end():
        await asyncio.sleep(seconds)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    job.task = asyncio.create_task(end())


@in_virtual_time
async def test_a_job_is_unwatched_until_somebody_comes_and_again_when_the_last_one_goes(make):
    job = make()
    seen = [job.unwatched.is_set()]
    for more in (1, 1, -1, -1, 1):
        job.watch(more)
        seen.append(job.unwatched.is_set())
    assert seen == [True, False, False, False, True, False]


@in_virtual_time
async def test_it_is_known_when_somebody_joins_but_not_when_somebody_goes(make):
    job = make()
    assert not job.joined.is_set()
    job.watch(1)
    assert job.joined.is_set()
    job.watch(1)
    job.joined.clear()
    job.watch(-1)
    assert not job.joined.is_set()


@in_virtual_time
async def test_the_outcome_is_what_its_task_ends_with(make):
    well, badly = make(), make()
    ends_with(well, RESULT)
    ends_with(badly, SILENCE)
    assert await well.outcome() is RESULT
    with pytest.raises(NoAnswer):
        await badly.outcome()


@in_virtual_time
async def test_what_is_told_goes_to_who_watches_then_and_who_comes_later_waits_for_the_next(make):
    job = make()
    ends_with(job, RESULT, 10.0)
    before = [asyncio.create_task(job.outcome()) for _ in range(2)]
    await asyncio.sleep(1.0)
    job.tell(SILENCE)
    later = asyncio.create_task(job.outcome())
    outcomes = await asyncio.gather(*before, return_exceptions=True)
    assert outcomes == [SILENCE, SILENCE]
    partial = replace(RESULT, missing=1)
    await asyncio.sleep(1.0)
    job.tell(partial)
    assert await later is partial
    assert await job.outcome() is RESULT


@in_virtual_time
async def test_what_is_told_to_nobody_is_told_to_nobody(make):
    job = make()
    job.tell(SILENCE)
    ends_with(job, RESULT)
    assert await job.outcome() is RESULT


@in_virtual_time
async def test_an_accepted_request_has_its_task_uid_and_what_was_sent_is_let_go(make):
    job = make()
    job.record = replace(job.record, task_uid="uid", points_spent=3)
    job.accept()
    assert job.request is None
    assert job.accepted.result() == "uid"
    assert (job.progress.task_uid, job.progress.points_spent, job.progress.phase) == ("uid", 3, Phase.QUEUED)
    job.accept()  # a second time changes nothing
    assert job.accepted.result() == "uid"


@in_virtual_time
async def test_what_is_said_is_shown_with_the_words_of_the_phase_where_there_are_no_others(make):
    job = make()
    assert (job.progress.request, job.progress.phase) == (f"{ACTION}, seed 7", Phase.PREPARING)
    job.say(Phase.SUBMITTING)
    assert (job.progress.status_text, job.progress.sent) == ("submitting", True)
    job.say(Phase.LOOKING, None, "until noon")
    assert (job.progress.status_text, job.progress.sent) == ("until noon", True)


@in_virtual_time
async def test_what_was_there_already_was_not_sent(make):
    job = make()
    job.say(Phase.QUEUED)
    job.say(Phase.DONE)
    assert not job.progress.sent


@in_virtual_time
async def test_a_phase_lasts_since_it_began_whatever_is_said_meanwhile(make):
    job = make()
    job.say(Phase.RUNNING)
    since = job.progress.since
    job.say(Phase.RUNNING, "trouble")
    assert job.progress.since == since
    job.say(Phase.DONE)
    assert job.progress.since >= since and job.progress.phase is Phase.DONE


@in_virtual_time
async def test_trouble_lasts_since_it_began_until_it_is_over(make):
    job = make()
    job.troubled(SILENCE)
    since = job.progress.troubled_since
    assert since is not None and job.progress.trouble == SILENCE.what
    job.hindered("something else")
    assert (job.progress.trouble, job.progress.troubled_since) == ("something else", since)
    job.troubled(None)
    assert (job.progress.trouble, job.progress.troubled_since, job.progress.troubled_for()) == (None, None, 0.0)


@pytest.mark.parametrize(
    ("status", "phase"),
    [(TaskStatus.QUEUED, Phase.QUEUED), (TaskStatus.RUNNING, Phase.RUNNING), (TaskStatus.UNKNOWN, Phase.RUNNING)],
)
@in_virtual_time
async def test_what_the_service_tells_of_the_task_is_shown_and_ends_the_trouble(make, status, phase):
    job = make()
    job.troubled(SILENCE)
    job.saw(detail("uid", status, status_word="Odd", points_spent=9))
    assert (job.progress.phase, job.progress.points_spent, job.progress.trouble) == (phase, 9, None)
    assert job.progress.status_text == ('in state "Odd"' if status is TaskStatus.UNKNOWN else status.value)


@pytest.mark.parametrize(("seed", "name"), [(7, f"{ACTION}, seed 7"), (0, f"{ACTION}, seed 0"), (None, ACTION)])
def test_a_request_is_named_by_its_action_and_its_seed(seed, name):
    assert named(new_record(request_key="k", account="a", owner="o", action=ACTION, seed=seed)) == name
