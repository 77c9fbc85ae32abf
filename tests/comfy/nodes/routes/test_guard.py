"""Who may use the pack's HTTP routes, and who may not."""

from collections.abc import Iterator

import httpx
import pytest
from comfyui_picpik.devtools.fixtures import StartComfyui

READS = ("/picpik/accounts", "/picpik/models", "/picpik/tasks")
WRITES = (
    "/picpik/accounts",
    "/picpik/accounts/remove",
    "/picpik/accounts/check",
    "/picpik/models/refresh",
    "/picpik/tasks/collect",
)


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


@pytest.mark.parametrize("body", [b"", b"[]", b"3", b"{", b"\xff", b"[" * 20_000], ids=lambda body: str(body[:3]))
def test_what_is_no_json_object_is_refused_in_words(http: httpx.Client, body: bytes):
    answer = http.post("/picpik/accounts", content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == 400
    assert answer.json()["error"]["do"]


def test_a_body_that_is_too_large_is_refused(http: httpx.Client):
    assert http.post("/picpik/accounts", json={"name": "x" * 100_000}).status_code == 413
    pieces = iter([b'{"name": "', b"x" * 100_000, b'"}'])
    answer = http.post("/picpik/accounts", content=pieces, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


def test_a_body_that_comes_in_pieces_is_read_to_its_end(http: httpx.Client):
    def pieces() -> Iterator[bytes]:
        yield b'{"create": true, "na'
        httpx.get(http.base_url.join("/picpik/models"), trust_env=False)  # by then the server has read the first one
        yield b'me": ""}'

    answer = http.post("/picpik/accounts", content=pieces(), headers={"Content-Type": "application/json"})

    assert answer.json()["error"]["what"] == "The account's name cannot be used."


@pytest.mark.parametrize("origin", ["://", "", "http://"])
def test_an_origin_that_is_none_is_a_foreign_one(http: httpx.Client, origin: str):
    assert http.get("/picpik/tasks", headers={"Origin": origin}).status_code == 403


def test_in_multi_user_mode_unknown_users_are_refused_and_known_ones_change_no_keys(start_comfyui: StartComfyui):
    http = start_comfyui({}, arguments=("--multi-user",)).client.http
    known = {"comfy-user": http.post("/users", json={"username": "anna"}).json()}

    assert {http.get(route).status_code for route in READS} == {403}
    assert {http.get(route, headers={"comfy-user": "__picpik"}).status_code for route in READS} == {403}
    assert {http.get(route, headers=known).status_code for route in READS} == {200}
    assert http.get("/picpik/accounts", headers=known).json()["changeable"] is False
    assert http.post("/picpik/accounts", json={"name": "a"}, headers=known).status_code == 403
    assert http.post("/picpik/accounts/check", json={"name": ""}, headers=known).status_code == 200
    assert http.post("/picpik/accounts/check", json={"name": "", "proxy": ""}, headers=known).status_code == 403
    assert http.post("/picpik/accounts/remove", json={"name": "a"}, headers=known).status_code == 403
