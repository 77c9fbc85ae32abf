"""The pack's HTTP routes: what they do, and whom they refuse."""

import io
import time
from typing import Any

import httpx
import pytest
from comfyui_picpik.devtools.comfyui_server import PACK_FOLDER, ComfyuiServer
from comfyui_picpik.devtools.fixtures import StartComfyui
from comfyui_picpik.tests.comfy.mortal import Mortal
from PIL import Image

READS = ("/picpik/accounts", "/picpik/models", "/picpik/tasks")
WRITES = (
    "/picpik/accounts",
    "/picpik/accounts/remove",
    "/picpik/accounts/check",
    "/picpik/models/refresh",
    "/picpik/tasks/collect",
)


@pytest.fixture(scope="module")
def http(comfyui: ComfyuiServer) -> httpx.Client:
    return comfyui.client.http


@pytest.mark.parametrize("route", WRITES)
@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_what_any_page_could_send_is_refused(http: httpx.Client, route: str, content_type: str):
    answer = http.post(route, content=b'{"name": "x"}', headers={"Content-Type": content_type})
    assert answer.status_code == 415


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example", "Host": "192.168.0.7:8188"},
    ],
)
def test_a_foreign_page_may_neither_read_nor_change(http: httpx.Client, headers: dict[str, str]):
    assert {http.get(route, headers=headers).status_code for route in READS} == {403}
    assert {http.post(route, json={}, headers=headers).status_code for route in WRITES} == {403}


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "same-origin"}])
def test_an_own_page_and_a_program_may_read(http: httpx.Client, headers: dict[str, str]):
    assert {http.get(route, headers=headers).status_code for route in READS} == {200}


def test_an_own_page_is_known_by_its_origin(http: httpx.Client):
    origin = str(http.base_url).rstrip("/")
    assert http.get("/picpik/tasks", headers={"Origin": origin}).is_success


@pytest.mark.parametrize("body", [b"", b"[]", b"3", b"{", b"\xff"])
def test_what_is_no_json_object_is_refused_in_words(http: httpx.Client, body: bytes):
    answer = http.post("/picpik/accounts", content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == 400
    assert answer.json()["error"]["do"]


def test_a_body_that_is_too_large_is_refused(http: httpx.Client):
    assert http.post("/picpik/accounts", json={"name": "x" * 100_000}).status_code == 413


@pytest.mark.parametrize(
    ("body", "about"),
    [
        ({"name": "a", "public_key": "only one"}, "two keys"),
        ({"name": "a", "public_key": "a b", "private_key": "c"}, "space"),
        ({"name": "a", "endpoint": "nonsense"}, "endpoint"),
        ({"name": "a", "endpoint": "https://me:secret@host.example"}, "login"),
        ({"name": "a", "proxy": "host:3128"}, "proxy"),
        ({"name": "a\nb"}, "name"),
        ({"name": 3}, "not a text"),
    ],
)
def test_settings_that_cannot_work_are_refused_and_not_repeated(http: httpx.Client, body: dict[str, Any], about: str):
    answer = http.post("/picpik/accounts", json=body)

    assert answer.status_code == 400
    assert about in answer.json()["error"]["what"]
    assert "secret" not in answer.text
    assert http.get("/picpik/accounts").json()["accounts"] == []


def test_an_account_is_saved_renamed_cleared_and_removed(keyless: ComfyuiServer):
    http = keyless.client.http

    def save(**body: Any) -> dict[str, Any]:
        return http.post("/picpik/accounts", json=body).raise_for_status().json()

    (saved,) = save(name="A", public_key="p", private_key="q", proxy="http://u:v@host:1")["accounts"]
    assert (saved["keys_set"], saved["proxy"], saved["proxy_has_login"]) == (True, "http://host:1", True)
    assert saved["changed"] > 0
    save(name="B", endpoint="china")
    renamed = save(name="A", new_name="C")
    assert renamed["default"] == "C"
    assert {account["name"] for account in renamed["accounts"]} == {"B", "C"}
    assert save(name="B", default=True)["default"] == "B"
    assert http.post("/picpik/accounts", json={"name": "B", "new_name": "C"}).status_code == 400
    cleared = save(name="C", public_key="", private_key="")
    assert [account["keys_set"] for account in cleared["accounts"]] == [False, False]
    left = http.post("/picpik/accounts/remove", json={"name": "B"}).json()
    assert [account["name"] for account in left["accounts"]] == ["C"]


def test_in_multi_user_mode_unknown_users_are_refused_and_known_ones_change_no_keys(start_comfyui: StartComfyui):
    http = start_comfyui({}, arguments=("--multi-user",)).client.http
    known = {"comfy-user": http.post("/users", json={"username": "anna"}).json()}

    assert {http.get(route).status_code for route in READS} == {403}
    assert {http.get(route, headers={"comfy-user": "__picpik"}).status_code for route in READS} == {403}
    assert {http.get(route, headers=known).status_code for route in READS} == {200}
    assert http.get("/picpik/accounts", headers=known).json()["changeable"] is False
    assert http.post("/picpik/accounts", json={"name": "a"}, headers=known).status_code == 403
    assert http.post("/picpik/accounts/remove", json={"name": "a"}, headers=known).status_code == 403


def test_models_are_asked_for_kept_and_offered(comfyui: ComfyuiServer, http: httpx.Client):
    listed = http.post("/picpik/models/refresh", json={}).json()
    info = comfyui.client.object_info()

    assert listed["main"][0] == "PICPIK General"
    assert len(listed["main"]) > 1
    assert http.get("/picpik/models").json() == listed
    assert info["PicpikExtractPattern"]["input"]["required"]["main_model"][1]["options"] == listed["main"]
    assert info["PicpikSubModel"]["input"]["required"]["model_code"][1]["options"] == ["", *listed["sub"]]


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


def test_a_task_that_a_crash_left_behind_is_collected_from_the_list(mortal: Mortal):
    server = mortal.server
    before = len(mortal.sandbox.sandbox.tasks)
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
    assert len(mortal.sandbox.sandbox.tasks) == before + 1


@pytest.mark.parametrize("page", ["PicpikExtractPattern.md", "PicpikExtractPattern/zh.md", "extract-pattern.jpg"])
def test_help_is_where_the_front_end_looks_for_it(http: httpx.Client, page: str):
    assert http.get(f"/extensions/{PACK_FOLDER}/docs/{page}").is_success
