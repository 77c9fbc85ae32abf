"""How often the service is asked, and what a poll does with what it is told."""

import asyncio
import random

import httpx
import pytest
from comfyui_picpik.picpik.api import Account, ApiError, Client
from comfyui_picpik.picpik.runner import Delays, TaskNotFound
from comfyui_picpik.picpik.runner.poller import MOST_AT_ONCE, Poller, interval


@pytest.mark.parametrize(("age", "seconds"), [(0.0, 0.05), (10.0, 0.85), (62.0, 5.0), (86400.0, 5.0)])
def test_the_older_the_youngest_task_the_slower_the_polls(age, seconds):
    assert interval(age) == pytest.approx(seconds)


class Service:
    """Answers ListTasksDetails by `answer(uids)`, and keeps what was asked."""

    def __init__(self, answer):
        self.answer = answer
        self.asked: list[list[str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        import json

        uids = json.loads(request.content)["TaskUIDList"]
        self.asked.append(uids)
        return httpx.Response(200, json=self.answer(uids))


def details(uids, status="Finished"):
    listed = [{"TaskUID": uid, "Status": status, "ImgList": ["http://x/1.png"]} for uid in uids]
    return {"RetCode": 0, "TaskDetailList": listed}


async def poll(service, uids, missing=0.0):
    delays = Delays(first_retry=0.001, longest_retry=0.001, missing=missing)
    account = Account("http://127.0.0.1:9", "public", "private")
    client = Client(account, transport=httpx.MockTransport(service))
    poller = Poller(client, 0.001, random.Random(1), delays)
    try:
        waiting = (poller.ended(uid, lambda _: None, lambda _: None) for uid in uids)
        return await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 60)
    finally:
        await client.aclose()


async def test_many_tasks_are_asked_for_in_as_few_calls_as_fit():
    service = Service(details)
    uids = [f"uid{number}" for number in range(2 * MOST_AT_ONCE + 1)]
    assert [detail.task_uid for detail in await poll(service, uids)] == uids
    assert [len(asked) for asked in service.asked] == [MOST_AT_ONCE, MOST_AT_ONCE, 1]


async def test_details_are_matched_by_task_uid_whatever_their_order():
    service = Service(lambda uids: details([*reversed(uids), "somebody else's"]))
    assert [detail.task_uid for detail in await poll(service, ["a", "b", "c"])] == ["a", "b", "c"]


async def test_a_task_that_is_not_listed_is_given_up_after_some_misses_only():
    service = Service(lambda uids: details([uid for uid in uids if uid != "gone"]))
    found, gone = await poll(service, ["found", "gone"])
    assert found.task_uid == "found"
    assert isinstance(gone, TaskNotFound) and gone.task_uid == "gone"
    assert len(service.asked) == 4


async def test_a_bad_task_uid_is_found_among_many_by_halves():
    def answer(uids):
        return {"RetCode": 230, "Message": "no"} if "bad" in uids else details(uids)

    outcomes = await poll(Service(answer), ["a", "b", "bad", "c", "d"])
    assert [getattr(outcome, "task_uid", None) for outcome in outcomes] == ["a", "b", "bad", "c", "d"]
    assert isinstance(outcomes[2], TaskNotFound)


async def test_a_refusal_that_is_about_the_call_ends_all_waiting_at_once():
    service = Service(lambda _: {"RetCode": 171, "Message": "Signature"})
    outcomes = await poll(service, ["a", "b", "c"])
    assert all(isinstance(outcome, ApiError) and outcome.ret_code == 171 for outcome in outcomes)
    assert len(service.asked) == 1


async def test_a_fault_of_the_poll_itself_is_told_to_all_who_wait():
    def crash(_uids):
        raise ZeroDivisionError

    outcomes = await poll(Service(crash), ["a", "b"])
    assert all(isinstance(outcome, ZeroDivisionError) for outcome in outcomes)


@pytest.mark.parametrize("steps", range(6))
async def test_a_newcomer_at_the_moment_in_which_polling_ends_does_not_make_two_rhythms(steps):
    service = Service(lambda uids: details([uid for uid in uids if uid == "first"]))
    client = Client(Account("http://127.0.0.1:9", "public", "private"), transport=httpx.MockTransport(service))
    poller = Poller(client, 0.001, random.Random(1), Delays())
    await poller.ended("first", lambda _: None, lambda _: None)
    for _ in range(steps):
        await asyncio.sleep(0)
    others = [asyncio.create_task(poller.ended("second", lambda _: None, lambda _: None))]
    for _ in range(10):
        await asyncio.sleep(0)
    others.append(asyncio.create_task(poller.ended("third", lambda _: None, lambda _: None)))
    for _ in range(10):
        await asyncio.sleep(0)
    ticking = [task for task in asyncio.all_tasks() if getattr(task.get_coro(), "__name__", "") == "_tick"]
    assert len(ticking) == 1
    for task in (*others, *ticking):
        task.cancel()
    await asyncio.gather(*others, *ticking, return_exceptions=True)
    await client.aclose()
