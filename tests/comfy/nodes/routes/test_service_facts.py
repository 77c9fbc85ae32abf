"""What a real ComfyUI learns of a service, what it says of it, and what becomes of a correction."""

from collections.abc import Callable
from typing import Any

import httpx
import numpy as np
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.picpik.accounts.service_facts import add_facts
from comfyui_picpik.sandbox import Quirks, SandboxThread
from comfyui_picpik.tests.comfy.prompts import Prompt, apply_prompt, extract_prompt, node, pixels

PROMPT = "elephantprompt"  # its own word: others look for theirs in the history of the same ComfyUI
SIZE = {"width": 896, "height": 1152}


def set_up(server: ComfyuiServer, sandbox: SandboxThread) -> None:
    keys = {"public_key": sandbox.public_key, "private_key": sandbox.private_key}
    body = {"name": "Studio", "create": True, "endpoint": sandbox.endpoint, **keys}
    server.client.http.post("/picpik/accounts", json=body).raise_for_status()


def known(server: ComfyuiServer) -> dict[str, Any]:
    return server.client.http.get("/picpik/service_facts").raise_for_status().json()


def post(server: ComfyuiServer, route: str, **body: Any) -> httpx.Response:
    return server.client.http.post(f"/picpik/service_facts/{route}", json={"name": "", **body})


def correctable(answer: dict[str, Any]) -> dict[str, str]:
    return {each["key"]: each["what"] for each in answer["differences"] if each["can_be_corrected"]}


def test_a_run_teaches_what_differs_and_a_correction_is_used_at_once(
    keyless: ComfyuiServer, start_sandbox: Callable[..., SandboxThread]
):
    service = start_sandbox(
        seconds_queued=0.3, seconds_per_task=0.3, quirks=Quirks(status_words={"Running": "Melting"})
    )
    set_up(keyless, service)
    assert known(keyless)["report"] == ""

    assert keyless.client.run(extract_prompt(seed=7101, positive_prompts=PROMPT), 60).error is None

    told = known(keyless)
    assert correctable(told) == {
        "status Melting RUNNING": "The Status “Melting” is not known to the pack. By what was seen it means: running."
    }
    assert "Queuing > Melting > Finished" in told["report"]
    for canary in (
        PROMPT,
        service.public_key,
        service.private_key,
        "/results/",
        *(task.uid for task in service.sandbox.tasks),
    ):
        assert canary not in told["report"]
    finding = keyless.client.http.post("/picpik/accounts/check", json={"name": ""}).json()["findings"][-1]
    assert finding["what"].startswith("Service: The Status “Melting”")

    corrected = post(keyless, "correct", key="status Melting RUNNING").raise_for_status().json()
    assert corrected["differences"] == []
    assert corrected["corrected"] == {"status_words": {"melting": "RUNNING"}}
    assert post(keyless, "correct", key="status Melting RUNNING").status_code == 404


def test_an_inverted_mask_is_sent_inverted_once_that_was_corrected_and_paid_anew(
    keyless: ComfyuiServer, start_sandbox: Callable[..., SandboxThread]
):
    service = start_sandbox(seconds_queued=0, seconds_per_task=0, quirks=Quirks(redrawn="black"))
    set_up(keyless, service)
    prompt = with_pictures(apply_prompt(seed=7102, **SIZE))

    first = changes(keyless, prompt)
    assert first["outside"] > 20 > 1 > first["inside"]

    # what `dev.py probe` writes where PICPIK_HOME is this folder
    add_facts(keyless.folder / "user" / "__picpik", {known(keyless)["service"]: {"probed": {"mask": "black"}}})
    assert set(correctable(known(keyless))) == {"mask"}
    post(keyless, "correct", key="mask").raise_for_status()

    second = changes(keyless, prompt)
    assert second["inside"] > 20 > 1 > second["outside"]
    assert len(service.sandbox.tasks) == 2

    post(keyless, "take_back").raise_for_status()
    assert changes(keyless, prompt) == first
    assert len(service.sandbox.tasks) == 2


def test_the_sandbox_inside_comfyui_has_nothing_to_correct(keyless: ComfyuiServer):
    body = {"name": "Try", "create": True, "endpoint": "sandbox"}
    keyless.client.http.post("/picpik/accounts", json=body).raise_for_status()
    assert known(keyless) == {"service": "", "report": "", "differences": [], "corrected": {}}
    assert post(keyless, "correct", key="mask").status_code == 400


def with_pictures(prompt: Prompt) -> Prompt:
    """The garment and its mask are looked at, too."""
    mask = node("MaskToImage", mask=["1", 1])
    others = {"4": node("PreviewImage", images=["1", 0]), "5": mask, "6": node("PreviewImage", images=["5", 0])}
    return prompt | others


def changes(server: ComfyuiServer, prompt: Prompt) -> dict[str, float]:
    """By how many levels the result differs from the garment, under white and under black of its mask."""
    outcome = server.client.run(prompt, 60)
    assert outcome.error is None, outcome.error
    result, garment, mask = (pixels(outcome.images[each][0].content).astype(np.float32) for each in ("3", "4", "6"))
    difference = np.abs(result - garment).mean(axis=-1)
    white, black = mask[..., 0] == 255, mask[..., 0] == 0
    return {"inside": float(difference[white].mean()), "outside": float(difference[black].mean())}
