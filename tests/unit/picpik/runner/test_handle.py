"""What a node holds while its request is carried out."""

import asyncio

import pytest
from comfyui_picpik.picpik.api import NoAnswer
from comfyui_picpik.picpik.ledger import new_record
from comfyui_picpik.picpik.runner import Handle, Phase, TaskResult, Withdrawn
from comfyui_picpik.picpik.runner.job import Job
from comfyui_picpik.tests.made_up import ACTION
from comfyui_picpik.tests.virtual_time import VirtualLoop, in_virtual_time

RESULT = TaskResult("uid", (), (), None, None)


@pytest.fixture
def make(client):
    """A job that ends with this outcome after a second, and a handle."""

    def make(outcome) -> tuple[Job, Handle]:
        async def end():
            await asyncio.sleep(1.0)
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        wanted = new_record(request_key="k", account="a", owner="o", action=ACTION)
        job = Job("k", client.account, wanted, None)
        job.task = asyncio.create_task(end())
        return job, Handle(asyncio.get_running_loop())

    return make


@in_virtual_time
async def test_a_handle_passes_on_the_task_uid_and_the_result(make):
    job, handle = make(RESULT)
    watching = asyncio.create_task(handle.watch(job, lambda: None))
    await asyncio.sleep(0.5)
    assert not job.unwatched.is_set() and handle.progress is job.progress
    job.accepted.set_result("uid")
    await asyncio.sleep(0)
    assert handle.accepted.result(0) == "uid" and not handle.result.done()
    assert await watching
    assert handle.result.result(0) is RESULT


@in_virtual_time
async def test_a_failure_is_left_to_who_serves_the_handle(make):
    job, handle = make(NoAnswer("host", ""))
    with pytest.raises(NoAnswer) as error:
        await handle.watch(job, lambda: None)
    handle.fail(error.value)
    assert handle.result.exception(0) is handle.accepted.exception(0) is error.value


@in_virtual_time
async def test_a_failure_after_the_task_uid_was_passed_on_leaves_that(make):
    _, handle = make(RESULT)
    handle.accepted.set_result("uid")
    first = NoAnswer("host", "")
    handle.fail(first)
    handle.fail(NoAnswer("host", ""))
    assert handle.accepted.result(0) == "uid"
    assert handle.result.exception(0) is first


@in_virtual_time
async def test_who_releases_a_handle_watches_no_more(make):
    job, handle = make(RESULT)
    watching = asyncio.create_task(handle.watch(job, lambda: None))
    await asyncio.sleep(0)
    for _ in range(2):
        handle.release()
        await asyncio.sleep(0)
        assert handle.is_released and job.unwatched.is_set()
    job.watch(1)
    assert not job.unwatched.is_set()
    await watching


@in_virtual_time
async def test_who_released_it_before_there_was_a_job_never_watched(make):
    job, handle = make(RESULT)
    assert handle.progress.phase is Phase.PREPARING and not handle.is_released
    handle.release()
    await asyncio.sleep(0)
    await handle.watch(job, lambda: None)
    assert job.unwatched.is_set() and not job.joined.is_set()


@in_virtual_time
async def test_a_job_that_others_withdrew_just_now_is_not_the_end_for_who_still_waits(make):
    job, handle = make(Withdrawn())
    assert not await handle.watch(job, lambda: None)
    assert not handle.result.done()


@in_virtual_time
async def test_who_withdrew_it_is_told_so(make):
    job, handle = make(Withdrawn())
    handle.release()
    await asyncio.sleep(0)
    with pytest.raises(Withdrawn):
        await handle.watch(job, lambda: None)


@in_virtual_time
async def test_that_the_task_uid_was_given_away_is_passed_on(make):
    job, handle = make(RESULT)
    noted = []
    handle.hand_out()
    watching = asyncio.create_task(handle.watch(job, lambda: noted.append(1)))
    await asyncio.sleep(0)
    handle.hand_out()
    assert noted == [1]
    await watching


def test_a_handle_of_a_runner_that_has_ended_can_be_released():
    loop = VirtualLoop()
    handle = Handle(loop)
    loop.close()
    handle.release()
    assert not handle.is_released
