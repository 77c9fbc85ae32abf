"""Accounts in a running ComfyUI: chosen by name, changed without a restart, never told."""

import os
import stat
from collections.abc import Callable
from typing import Any

import pytest
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.sandbox import SandboxThread

PUBLIC, PRIVATE = "canary-public-key", "canary-private-key"


def account_prompt(name: str = "") -> dict[str, Any]:
    return {
        "1": {"class_type": "PicpikAccount", "inputs": {"name": name}},
        "2": {"class_type": "PreviewAny", "inputs": {"source": ["1", 2]}},
        "3": {"class_type": "PreviewAny", "inputs": {"source": ["1", 1]}},
    }


def extract_prompt(name: str, seed: int) -> dict[str, Any]:
    """One task of the account `name`; another test on the same ComfyUI takes another seed."""
    inputs = {
        "raw_image": ["1", 0], "account": ["2", 0], "box": {"x": 0, "y": 0, "width": 0, "height": 0}, "tiling": False,
        "main_model": "PICPIK General", "positive_prompts": "", "negative_prompts": "", "seed": seed,
        "width": 64, "height": 64, "batch_size": 1,
    }  # fmt: skip
    return {
        "1": {"class_type": "PicpikExampleImages", "inputs": {}},
        "2": {"class_type": "PicpikAccount", "inputs": {"name": name}},
        "3": {"class_type": "PicpikExtractPattern", "inputs": inputs},
        "4": {"class_type": "PreviewImage", "inputs": {"images": ["3", 0]}},
    }


def save(server: ComfyuiServer, **body: Any) -> dict[str, Any]:
    return server.client.http.post("/picpik/accounts", json=body).raise_for_status().json()


def test_accounts_saved_while_comfyui_runs_are_used_at_once_and_chosen_by_name(
    keyless: ComfyuiServer, start_sandbox: Callable[..., SandboxThread]
):
    usual = start_sandbox(public_key="usual", private_key="usual-private")
    other = start_sandbox(public_key=PUBLIC, private_key=PRIVATE)

    refused = keyless.client.run(extract_prompt("", seed=1))
    assert refused.error is not None
    assert "Settings > PICPIK" in refused.error.message

    save(keyless, name="Usual", endpoint=usual.endpoint, public_key="usual", private_key="usual-private")
    save(keyless, name="Other", endpoint=other.endpoint, public_key=PUBLIC, private_key=PRIVATE)
    for name in ("", "Other", "Nobody's"):
        assert keyless.client.run(extract_prompt(name, seed=1)).status == "success"

    assert len(usual.sandbox.tasks) == 1  # the unknown name leads to the usual account, which has the result already
    assert len(other.sandbox.tasks) == 1


def test_the_account_node_reports_and_says_that_a_name_is_unknown(keyless: ComfyuiServer):
    save(keyless, name="Try", endpoint="sandbox")

    outcome = keyless.client.run(account_prompt("Elsewhere"))

    (report,) = outcome.history["outputs"]["2"]["text"]
    assert report.splitlines()[0].startswith('account: "Elsewhere" is not known')
    assert all(line.startswith("ok: ") for line in report.splitlines()[1:])
    assert int(outcome.history["outputs"]["3"]["text"][0]) > 0
    assert "is not known" in outcome.texts("1")[-1]


def test_an_account_without_keys_is_a_report_and_no_failure(keyless: ComfyuiServer):
    outcome = keyless.client.run(account_prompt())

    assert outcome.status == "success"
    assert outcome.history["outputs"]["2"]["text"][0].startswith("trouble: No PICPIK keys")
    assert outcome.history["outputs"]["3"]["text"] == ["-1"]


def test_credits_are_asked_for_anew_after_something_was_paid(keyless: ComfyuiServer):
    save(keyless, name="Try", endpoint="sandbox")
    before = int(keyless.client.run(account_prompt()).history["outputs"]["3"]["text"][0])
    keyless.client.run(extract_prompt("", seed=2))
    after = int(keyless.client.run(account_prompt()).history["outputs"]["3"]["text"][0])

    assert after < before


def test_keys_are_kept_for_their_owner_and_told_to_nobody(
    keyless: ComfyuiServer, start_sandbox: Callable[..., SandboxThread]
):
    sandbox = start_sandbox(public_key=PUBLIC, private_key=PRIVATE)
    proxy = "http://canary-user:canary-password@127.0.0.1:9"
    answers = [
        save(keyless, name="Studio", endpoint=sandbox.endpoint, public_key=PUBLIC, private_key=PRIVATE, proxy=proxy),
        save(keyless, name="Studio", proxy=""),
    ]
    http = keyless.client.http
    outcome = keyless.client.run(extract_prompt("Studio", seed=3), workflow={"nodes": []})
    answers += [http.post("/picpik/accounts/check", json={"name": "Studio"}).json(), outcome.history]
    routes = ("/picpik/accounts", "/picpik/tasks", "/settings", "/history", "/queue", "/internal/logs", "/system_stats",
              "/object_info", "/userdata?dir=.", "/api/jobs")  # fmt: skip
    answers += [http.get(route).text for route in routes]
    pictures = [picture.content for pictures in outcome.images.values() for picture in pictures]

    assert outcome.status == "success"
    told = repr(answers) + keyless.log_text() + repr(pictures) + repr(outcome.events)
    assert "canary" not in told
    for path in ("__picpik/accounts.json", "../__picpik/accounts.json", "..%2F__picpik%2Faccounts.json"):
        assert not http.get(f"/userdata/{path}").is_success


@pytest.mark.skipif(os.name != "posix", reason="permissions of this kind are POSIX's")
def test_the_file_of_keys_is_its_owner_s_alone(keyless: ComfyuiServer):
    save(keyless, name="Studio", public_key=PUBLIC, private_key=PRIVATE)
    file = keyless.folder / "user" / "__picpik" / "accounts.json"

    assert PRIVATE in file.read_text("utf-8")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_the_environment_wins_and_says_so(sandboxed: ComfyuiServer):
    status = save(sandboxed, name="Studio", endpoint="china", public_key=PUBLIC, private_key=PRIVATE)

    assert status["environment"] == ["PICPIK_ENDPOINT"]
    assert status["in_use"]["endpoint"] == "sandbox"
    assert sandboxed.client.run(extract_prompt("Studio", seed=4)).status == "success"
    sandboxed.client.http.post("/picpik/accounts/remove", json={"name": "Studio"}).raise_for_status()
