"""The routes of the task list."""

import io
import time
from typing import Any

import httpx
import psutil
import pytest
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.devtools.fixtures import StartComfyui
from comfyui_picpik.tests.comfy.killable import Killable
from PIL import Image


def extract_prompt(seed: int, **values: Any) -> dict[str, Any]:
    """One small task of two pictures."""
    inputs = {
        "raw_image": ["1", 0], "box": {"x": 0, "y": 0, "width": 0, "height": 0}, "tiling": False,
        "main_model": "PICPIK General", "positive_prompts": "", "negative_prompts": "", "seed": seed,
        "width": 512, "height": 64, "batch_size": 2, **values,
    }  # fmt: skip
    return {
        "1": {"class_type": "PicpikExampleImages", "inputs": {}},
        "2": {"class_type": "PicpikExtractPattern", "inputs": inputs},
        "3": {"class_type": "PreviewImage", "inputs": {"images": ["2", 0]}},
        "4": {"class_type": "PreviewAny", "inputs": {"source": ["2", 2]}},
    }


@pytest.fixture(scope="module")
def task(comfyui: ComfyuiServer) -> dict[str, Any]:
    """A task that was paid for, as the sidebar sees it."""
    assert comfyui.client.run(extract_prompt(seed=77)).status == "success"
    return comfyui.client.http.get("/picpik/tasks").json()["tasks"][0]


def test_a_paid_task_is_listed_with_what_it_cost(http: httpx.Client, task: dict[str, Any]):
    assert (task["action"], task["seed"], task["width"], task["batch_size"]) == (
        "GeneratePatternsFromImage",
        77,
        512,
        2,
    )
    assert task["state"] in ("stored", "delivered")
    assert task["pictures"] == [0, 1]
    assert not task["collectable"]
    content = http.get("/picpik/tasks").json()
    assert content["spent_this_month"] >= content["spent_today"] >= task["credits"] > 0


def listening_ports(server: ComfyuiServer) -> set[int]:
    found = psutil.Process(server.pid).net_connections(kind="inet")
    return {each.laddr.port for each in found if each.status == psutil.CONN_LISTEN}


def test_a_look_at_the_list_starts_no_sandbox_and_what_a_sandbox_made_was_not_paid(start_comfyui: StartComfyui):
    server = start_comfyui({"PICPIK_ENDPOINT": "sandbox"})

    def look() -> dict[str, Any]:
        return server.client.http.get("/picpik/tasks").raise_for_status().json()

    assert look()["tasks"] == []
    assert listening_ports(server) == {server.port}

    assert server.client.run(extract_prompt(seed=76)).status == "success"
    assert len(listening_ports(server)) == 2
    for _ in range(2):
        content = look()
        assert content["tasks"][0]["credits"] > 0
        assert (content["spent_today"], content["spent_this_month"]) == (0, 0)
        server.restart()  # the next sandbox has another port


def test_a_stored_picture_is_given_whole_and_small(http: httpx.Client, task: dict[str, Any]):
    route = f"/picpik/tasks/{task['id']}/pictures/1"
    whole = Image.open(io.BytesIO(http.get(route).raise_for_status().content))
    small = http.get(f"{route}?thumbnail").raise_for_status()

    assert whole.size == (512, 64)
    assert small.headers["content-type"] == "image/jpeg"
    assert max(Image.open(io.BytesIO(small.content)).size) <= 256


@pytest.mark.parametrize("route", ["{id}/pictures/2", "{id}/pictures/-1", "{id}/pictures/..", f"{'0' * 32}/pictures/0"])
def test_nothing_but_a_stored_picture_is_given(http: httpx.Client, task: dict[str, Any], route: str):
    assert http.get("/picpik/tasks/" + route.format(id=task["id"])).status_code == 404


def test_there_is_nothing_to_collect_of_a_task_that_is_stored(http: httpx.Client, task: dict[str, Any]):
    assert http.post("/picpik/tasks/collect", json={"id": task["id"]}).status_code == 404
    assert http.post("/picpik/tasks/collect", json={"id": "../../etc"}).status_code == 404


def test_a_task_that_a_crash_left_behind_is_collected_from_the_list(killable: Killable):
    server = killable.server
    before = len(killable.sandbox.sandbox.tasks)
    server.client.run(extract_prompt(seed=78, wait=False))
    server.kill()
    server.start()

    def newest() -> dict[str, Any]:
        return server.client.http.get("/picpik/tasks").json()["tasks"][0]

    left = newest()
    assert (left["state"], left["collectable"], left["pictures"]) == ("submitted", True, [])
    server.client.http.post("/picpik/tasks/collect", json={"id": left["id"]}).raise_for_status()
    end = time.monotonic() + 30
    while not newest()["pictures"]:
        assert time.monotonic() < end, newest()
        time.sleep(0.05)

    assert newest()["state"] == "stored"
    assert len(killable.sandbox.sandbox.tasks) == before + 1
