"""The routes of the settings panel."""

import json
import os
import stat
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.devtools.fixtures import StartComfyui
from comfyui_picpik.sandbox import SandboxThread
from comfyui_picpik.tests.comfy.prompts import extract_prompt

KEYS = {"public_key": "canary-public", "private_key": "canary-private"}


def post(server: ComfyuiServer, **body: Any) -> httpx.Response:
    return server.client.http.post("/picpik/accounts", json=body)


def create(server: ComfyuiServer, name: str, **body: Any) -> dict[str, Any]:
    return post(server, name=name, create=True, **body).raise_for_status().json()


def check(server: ComfyuiServer, **body: Any) -> dict[str, Any]:
    return server.client.http.post("/picpik/accounts/check", json=body).raise_for_status().json()


def refusal(answer: httpx.Response) -> str:
    assert answer.status_code in (400, 404), answer.text
    return answer.json()["error"]["what"]


def saved(server: ComfyuiServer) -> dict[str, Any]:
    return json.loads((server.folder / "user" / "__picpik" / "accounts.json").read_text("utf-8"))


@pytest.mark.parametrize(
    ("body", "about"),
    [
        ({"name": "a", "public_key": "only one"}, "two keys"),
        ({"name": "a", "public_key": "a b", "private_key": "c"}, "space"),
        ({"name": "a", "endpoint": "nonsense"}, "endpoint"),
        ({"name": "a", "endpoint": "https://me:secret@host.example"}, "login"),
        ({"name": "a", "proxy": "host:3128"}, "proxy"),
        ({"name": "a", "proxy": "http://[::1"}, "proxy"),
        ({"name": "a", "proxy": "http://me:secret@host:port"}, "proxy"),
        ({"name": "a", "proxy": "socks4://me:secret@host:1080"}, "socks4"),
        ({"name": "a\nb"}, "name"),
        ({"name": ""}, "name"),
        ({"name": "  "}, "name"),
        ({"name": 3}, "not a text"),
    ],
)
def test_settings_that_cannot_work_are_refused_and_not_repeated(http: httpx.Client, body: dict[str, Any], about: str):
    answer = http.post("/picpik/accounts", json={"create": True, **body})

    assert about in refusal(answer)
    assert "secret" not in answer.text
    assert http.get("/picpik/accounts").json()["accounts"] == []


def test_an_account_is_saved_renamed_cleared_and_removed(keyless: ComfyuiServer):
    def change(**body: Any) -> dict[str, Any]:
        return post(keyless, **body).raise_for_status().json()

    (made,) = create(keyless, "A", public_key="p", private_key="q", proxy="http://u:v@host:1")["accounts"]
    assert (made["keys_set"], made["proxy"], made["proxy_has_login"]) == (True, "http://host:1", True)
    assert made["changed"] > 0
    create(keyless, "B", endpoint="china")
    renamed = change(name="A", new_name="C")
    assert renamed["default"] == "C"
    assert {account["name"] for account in renamed["accounts"]} == {"B", "C"}
    assert change(name="B", default=True)["default"] == "B"
    assert "already" in refusal(post(keyless, name="B", new_name="C"))
    assert "name" in refusal(post(keyless, name="B", new_name=""))
    cleared = change(name="C", public_key="", private_key="")
    assert [account["keys_set"] for account in cleared["accounts"]] == [False, False]
    left = keyless.client.http.post("/picpik/accounts/remove", json={"name": "B"}).json()
    assert [account["name"] for account in left["accounts"]] == ["C"]


def test_a_new_account_under_a_name_that_is_taken_leaves_the_keys_of_the_old_one_alone(keyless: ComfyuiServer):
    create(keyless, "Studio", **KEYS)
    before = saved(keyless)

    assert "already" in refusal(post(keyless, create=True, name=" Studio ", public_key="x", private_key="y"))
    assert saved(keyless) == before


def test_what_is_not_there_is_neither_changed_nor_removed(keyless: ComfyuiServer):
    create(keyless, "Studio", **KEYS)

    assert "no account" in refusal(post(keyless, name="Paris", public_key="x", private_key="y"))
    assert "no account" in refusal(keyless.client.http.post("/picpik/accounts/remove", json={"name": "Paris"}))
    assert [*saved(keyless)["accounts"]] == ["Studio"]


@pytest.mark.parametrize(
    "change",
    [{"endpoint": "https://evil.example"}, {"endpoint": "china"}, {"proxy": "http://evil.example:1"}],
    ids=["another address", "another site", "a proxy"],
)
def test_keys_do_not_go_anywhere_else_unless_they_are_given_anew(keyless: ComfyuiServer, change: dict[str, str]):
    create(keyless, "Studio", **KEYS)
    before = saved(keyless)

    assert "another one than the keys were given for" in refusal(post(keyless, name="Studio", **change))
    tested = keyless.client.http.post("/picpik/accounts/check", json={"name": "Studio", **change})
    assert "another one than the keys were given for" in refusal(tested)
    assert saved(keyless) == before
    post(keyless, name="Studio", **change, **KEYS).raise_for_status()


def test_the_same_endpoint_in_other_words_and_the_sandbox_need_no_keys(keyless: ComfyuiServer):
    create(keyless, "Studio", **KEYS)

    post(keyless, name="Studio", endpoint="international", proxy="").raise_for_status()
    post(keyless, name="Studio", endpoint="https://api.picpik.ai").raise_for_status()
    post(keyless, name="Studio", endpoint="sandbox").raise_for_status()
    assert "given for" in refusal(post(keyless, name="Studio", endpoint="https://evil.example"))


def test_what_is_typed_is_tested_and_neither_saved_nor_told(
    keyless: ComfyuiServer, start_sandbox: Callable[..., SandboxThread]
):
    right = start_sandbox(public_key="canary-public", private_key="canary-private")
    create(keyless, "Studio", endpoint=right.endpoint, **KEYS)
    before = saved(keyless)

    well = check(keyless, name="Studio")
    typed = check(keyless, name="Studio", public_key="canary-public", private_key="canary-wrong")
    new = check(keyless, name="", endpoint=right.endpoint, **KEYS)

    assert (well["is_well"], typed["is_well"], new["is_well"]) == (True, False, True)
    assert well["tested"] == {"typed": False, "name": "Studio", "source": "saved"}
    assert typed["tested"]["typed"] and new["tested"]["typed"]
    assert "Signature" in typed["findings"][-1]["what"]
    assert saved(keyless) == before
    assert "canary" not in repr([well, typed, new])


def test_a_test_of_what_was_typed_does_not_reach_the_runs_of_the_account(
    keyless: ComfyuiServer, start_sandbox: Callable[..., SandboxThread]
):
    sandbox = start_sandbox(public_key="canary-public", private_key="canary-private")
    create(keyless, "Studio", endpoint=sandbox.endpoint, **KEYS)
    assert keyless.client.run(extract_prompt(seed=901)).status == "success"

    check(keyless, name="Studio", proxy="http://127.0.0.1:9", **KEYS)

    assert keyless.client.run(extract_prompt(seed=902)).status == "success"
    assert len(sandbox.sandbox.tasks) == 2


@pytest.fixture
def damaged(keyless: ComfyuiServer) -> Iterator[ComfyuiServer]:
    """Its file of accounts has lost its end, and is there for everybody to read."""
    create(keyless, "Lost", **KEYS)
    file = keyless.folder / "user" / "__picpik" / "accounts.json"
    file.write_text(file.read_text()[:-9])
    file.chmod(0o644)
    yield keyless
    for kept in file.parent.glob("accounts.unreadable-*"):
        kept.unlink()


def test_a_damaged_file_is_kept_when_another_takes_its_place_and_that_is_said(damaged: ComfyuiServer):
    assert "cannot be read" in damaged.client.http.get("/picpik/accounts").json()["trouble"]["what"]

    answer = create(damaged, "New", **KEYS)

    (kept,) = (damaged.folder / "user" / "__picpik").glob("accounts.unreadable-*")
    assert answer["set_aside"] == str(kept)
    assert "canary-private" in kept.read_text()
    assert answer["trouble"] is None
    assert create(damaged, "Newer")["set_aside"] is None
    if os.name == "posix":
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("proxy", "shown"),
    [("http://me:secret@[::1", "http://[::1"), ("me:secret@host", "host"), ("http://me:se/cret@host", "http://host")],
)
def test_a_proxy_that_was_written_by_hand_is_shown_without_its_login(keyless: ComfyuiServer, proxy: str, shown: str):
    file = keyless.folder / "user" / "__picpik" / "accounts.json"
    file.write_text(json.dumps({"accounts": {"Hand": {"proxy": proxy}}}))

    answer = keyless.client.http.get("/picpik/accounts")

    assert answer.json()["accounts"][0]["proxy"] == shown
    assert "cret" not in answer.text


def test_a_home_that_is_another_folder_wherever_comfyui_is_started_is_refused_before_anything_is_paid(
    start_comfyui: StartComfyui, start_sandbox: Callable[..., SandboxThread]
):
    sandbox = start_sandbox()
    keys = {"PICPIK_PUBLIC_KEY": sandbox.public_key, "PICPIK_PRIVATE_KEY": sandbox.private_key}
    server = start_comfyui({"PICPIK_HOME": "picpik", "PICPIK_ENDPOINT": sandbox.endpoint, **keys})

    assert "PicpikExtractPattern" in server.client.object_info()
    error = server.client.run(extract_prompt()).error
    assert error is not None
    assert error.message.startswith('PICPIK_HOME is "picpik"')
    for route in ("/picpik/accounts", "/picpik/tasks"):
        assert "PICPIK_HOME" in refusal(server.client.http.get(route))
    assert server.client.http.get("/picpik/models").json()["main"] == ["PICPIK General"]
    assert sandbox.sandbox.tasks == []
    assert not (server.folder / "picpik").exists()
