"""Accounts in a running ComfyUI: chosen by name, changed without a restart, never told."""

import os
import stat
from collections.abc import Callable
from typing import Any

import pytest
from comfyui_picpik.devtools.comfyui_client import Outcome
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


def change(server: ComfyuiServer, **body: Any) -> dict[str, Any]:
    return server.client.http.post("/picpik/accounts", json=body).raise_for_status().json()


def save(server: ComfyuiServer, **body: Any) -> dict[str, Any]:
    return change(server, create=True, **body)


def report_of(outcome: Outcome) -> str:
    return outcome.history["outputs"]["2"]["text"][0]


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
    for name in ("", "Other"):
        assert keyless.client.run(extract_prompt(name, seed=1)).status == "success"

    assert len(usual.sandbox.tasks) == 1
    assert len(other.sandbox.tasks) == 1


def poll_prompt(name: str) -> dict[str, Any]:
    return {
        "2": {"class_type": "PicpikAccount", "inputs": {"name": name}},
        "3": {"class_type": "PicpikPollTask", "inputs": {"task_uid": "0" * 20, "account": ["2", 0]}},
        "4": {"class_type": "PreviewImage", "inputs": {"images": ["3", 0]}},
    }


@pytest.mark.parametrize("prompt", [extract_prompt("Nobody's", seed=5), poll_prompt("Nobody's")], ids=["paid", "poll"])
def test_nobody_pays_for_a_name_that_is_not_saved_here(
    keyless: ComfyuiServer, start_sandbox: Callable[..., SandboxThread], prompt: dict[str, Any]
):
    usual = start_sandbox()
    for name in ("Usual", "Other"):
        save(keyless, name=name, endpoint=usual.endpoint, public_key=usual.public_key, private_key=usual.private_key)

    error = keyless.client.run(prompt).error

    assert error is not None
    assert error.message.startswith('The account "Nobody\'s" is not saved on this computer')
    assert '"Usual", "Other"' in error.message
    assert "GeneratePatternsFromImage" not in usual.sandbox.state()["requests"]
    assert "ListTasksDetails" not in usual.sandbox.state()["requests"]


def test_the_account_node_reports_a_name_that_is_not_saved_as_trouble(keyless: ComfyuiServer):
    save(keyless, name="Try", endpoint="sandbox")

    outcome = keyless.client.run(account_prompt("Elsewhere"))

    assert report_of(outcome).startswith('trouble: The account "Elsewhere" is not saved')
    assert '"Try"' in report_of(outcome)
    assert outcome.history["outputs"]["3"]["text"] == ["-1"]
    assert "is not saved" in outcome.texts("1")[-1]
    change(keyless, name="Try", new_name="Elsewhere")
    assert report_of(keyless.client.run(account_prompt("Elsewhere"))).startswith("ok: ")


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


def saving_prompt(name: str, seed: int, prefix: str) -> dict[str, Any]:
    """`extract_prompt` that saves its picture and shows the report."""
    prompt = extract_prompt(name, seed)
    return {
        "1": prompt["1"],
        "5": prompt["2"],
        "3": {**prompt["3"], "inputs": {**prompt["3"]["inputs"], "account": ["5", 0]}},
        "4": {"class_type": "SaveImage", "inputs": {"images": ["3", 0], "filename_prefix": prefix}},
        "2": {"class_type": "PreviewAny", "inputs": {"source": ["5", 2]}},
    }


def saved_pictures(server: ComfyuiServer, prefix: str) -> int:
    return len([*(server.folder / "output").glob(f"{prefix}*.png")])


def test_a_linked_account_has_nothing_below_it_run_again_until_it_is_another_one(
    keyless: ComfyuiServer, start_sandbox: Callable[..., SandboxThread]
):
    one, other = (start_sandbox(public_key=PUBLIC, private_key=PRIVATE) for _ in range(2))
    keys = {"public_key": PUBLIC, "private_key": PRIVATE}
    prompt = saving_prompt("Studio", 21, "linked")

    save(keyless, name="Studio", endpoint=one.endpoint, **keys)
    for _ in range(3):
        assert keyless.client.run(prompt).status == "success"
    assert saved_pictures(keyless, "linked") == 1

    change(keyless, name="Studio", endpoint=other.endpoint, **keys)
    for _ in range(2):
        assert keyless.client.run(prompt).status == "success"
    assert saved_pictures(keyless, "linked") == 2
    assert [len(each.sandbox.tasks) for each in (one, other)] == [1, 1]


def test_a_trouble_that_is_mended_is_gone_at_the_next_run(
    keyless: ComfyuiServer, start_sandbox: Callable[..., SandboxThread]
):
    down = start_sandbox(public_key=PUBLIC, private_key=PRIVATE)
    port = int(down.endpoint.rpartition(":")[2])
    save(keyless, name="Studio", endpoint=down.endpoint, public_key=PUBLIC, private_key=PRIVATE)
    down.stop()
    prompt = saving_prompt("Studio", 22, "mended")

    assert keyless.client.run(prompt).status == "error"
    assert "trouble: Connection" in report_of(keyless.client.run(account_prompt("Studio")))
    up = start_sandbox(port=port, public_key=PUBLIC, private_key=PRIVATE)
    assert report_of(keyless.client.run(account_prompt("Studio"))).startswith("ok: ")
    for _ in range(3):
        assert keyless.client.run(prompt).status == "success"
    assert saved_pictures(keyless, "mended") == 1
    assert len(up.sandbox.tasks) == 1


def test_a_key_that_is_corrected_is_tried_at_the_next_run(
    keyless: ComfyuiServer, start_sandbox: Callable[..., SandboxThread]
):
    sandbox = start_sandbox(public_key=PUBLIC, private_key=PRIVATE)
    save(keyless, name="Studio", endpoint=sandbox.endpoint, public_key=PUBLIC, private_key="mistyped")

    assert "trouble: Signature" in report_of(keyless.client.run(account_prompt("Studio")))
    change(keyless, name="Studio", public_key=PUBLIC, private_key=PRIVATE)

    assert "trouble" not in report_of(keyless.client.run(account_prompt("Studio")))


def test_keys_are_kept_for_their_owner_and_told_to_nobody(
    keyless: ComfyuiServer, start_sandbox: Callable[..., SandboxThread]
):
    sandbox = start_sandbox(public_key=PUBLIC, private_key=PRIVATE)
    proxy = "http://canary-user:canary-password@127.0.0.1:9"
    answers = [
        save(keyless, name="Studio", endpoint=sandbox.endpoint, public_key=PUBLIC, private_key=PRIVATE, proxy=proxy),
        change(keyless, name="Studio", proxy="", public_key=PUBLIC, private_key=PRIVATE),
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
