"""The service of the bench: answers at once, and counts."""

import time

import httpx
import pytest
from comfyui_picpik.benchmarks.service import LocalService


@pytest.fixture(scope="module")
def service():
    service = LocalService()
    yield service
    service.close()


def submit(service: LocalService, size: int = 0) -> str:
    params = {"Action": "ApplyReferencePattern", "ImageAndMaskList": ["x" * size]}
    return httpx.post(service.url, json=params).json()["TaskUID"]


def poll(service: LocalService, *task_uids: str) -> list[dict]:
    params = {"Action": "ListTasksDetails", "TaskUIDList": task_uids}
    return httpx.post(service.url, json=params).json()["TaskDetailList"]


def test_a_task_gives_the_arranged_pictures_at_once(service):
    service.offer("a.png", b"picture")
    service.arrange(["a.png"])
    (detail,) = poll(service, submit(service))
    assert detail["Status"] == "Finished"
    assert httpx.get(detail["ImgList"][0]).content == b"picture"


def test_a_task_can_wait_until_all_are_finished(service):
    service.arrange([], None)
    task_uid = submit(service)
    assert poll(service, task_uid)[0]["Status"] == "Running"
    service.finish_all()
    assert poll(service, task_uid)[0]["Status"] == "Finished"
    assert service.ended_at(task_uid) <= time.time()


def test_it_counts_polls_tasks_and_bytes(service):
    service.arrange([])
    service.counts()
    first, second = submit(service, 3_000_000), submit(service, 2_000_000)
    poll(service, first, second)
    poll(service, first)
    counts = service.counts()
    assert (counts["polls"], counts["tasks_asked_for"]) == (2, 3)
    assert 2_000_000 < counts["submit_bytes"] < 2_000_200
    assert counts["poll_bytes"] > 100 and counts["till_first_poll"] >= 0
    assert service.counts()["polls"] == 0
