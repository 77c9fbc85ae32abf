"""A running task, as the user sees it: what the node shows, Cancel in every phase, and tasks side by side."""

import re

import numpy as np
import pytest
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.devtools.fixtures import StartComfyui, account
from comfyui_picpik.sandbox import SandboxThread
from comfyui_picpik.tests.comfy.prompts import Prompt, apply_prompt, extract, extract_prompt, node, pixels
from comfyui_picpik.tests.waiting import until

STARTED = 1_000_000  # seeds that no other test uses


def shown(server: ComfyuiServer, node_id: str = "2") -> list[str]:
    events = server.client.events.so_far()
    return [event.data["text"] for event in events if event.kind == "progress_text" and event.data["node"] == node_id]


def test_the_node_tells_each_phase_and_the_credits_spent(comfyui: ComfyuiServer, calm: SandboxThread):
    outcome = comfyui.client.run(extract_prompt(seed=STARTED))

    texts = outcome.texts("2")
    phases = [text.split(" · ")[0] for text in texts]
    in_order = [phase for phase in ("preparing", "queued", "running", "done") if phase in phases]
    assert in_order == ["preparing", "queued", "running", "done"]
    assert sorted(in_order, key=phases.index) == in_order
    spent = calm.sandbox.state()["tasks"][-1]["ConsumeApiPoint"]
    assert texts[-1].splitlines()[0].endswith(f" · {spent} credits")
    assert re.search(r"^upload: \d+\.\d\d MB of pictures$", texts[-1], re.MULTILINE)


def test_the_node_tells_how_long_it_will_take_by_what_such_tasks_took_before(comfyui: ComfyuiServer):
    first, second = (
        comfyui.client.run(extract_prompt(seed=STARTED + seed, width=192, height=320)).texts("2") for seed in (50, 51)
    )
    assert not any("of about" in text for text in first)
    assert any("of about 0:0" in text for text in second)


def test_progress_goes_to_the_browser_that_asked_and_to_no_other(comfyui: ComfyuiServer):
    onlooker = comfyui.connect()
    try:
        comfyui.client.run(extract_prompt(seed=STARTED + 1))
        seen = [event for event in onlooker.events.so_far() if event.kind in ("progress_text", "progress_state")]
    finally:
        onlooker.close()
    assert seen == []


PHASES = {
    "queued": ([{"kind": "stuck"}], "queued"),
    "the submit in flight": ([{"kind": "slow", "action": "GeneratePatternsFromImage", "seconds": 8.0}], "submitting"),
    "a poll in flight": ([{"kind": "slow", "action": "ListTasksDetails", "seconds": 8.0}], "queued"),
    "downloading": ([{"kind": "slow", "action": "download", "seconds": 8.0}], "downloading"),
}


@pytest.mark.parametrize(("faults", "phase"), PHASES.values(), ids=PHASES)
def test_cancel_ends_it_as_interrupted_in_every_phase_and_the_task_is_kept(
    comfyui: ComfyuiServer, calm: SandboxThread, faults: list[dict], phase: str
):
    seed = STARTED + 100 + [value[0] for value in PHASES.values()].index(faults)
    for fault in faults:
        calm.sandbox.faults.add(**fault)
    before = len(shown(comfyui))
    prompt_id = comfyui.client.queue(extract_prompt(seed=seed))
    until(lambda: any(text.startswith(phase) for text in shown(comfyui)[before:]), f"it says {phase}")

    comfyui.client.interrupt(prompt_id)
    outcome = comfyui.client.wait(prompt_id)

    assert outcome.status == "interrupted"
    assert outcome.errors == []
    assert shown(comfyui)[-1].startswith("stopped")
    if phase != "queued" or faults[0]["kind"] != "stuck":
        # the task goes on and is kept: the same prompt again is not paid
        accepted = calm.sandbox.state()["tasks"]
        again = comfyui.client.run(extract_prompt(seed=seed))
        assert again.status == "success"
        assert sum(task["Seed"] == seed for task in calm.sandbox.state()["tasks"]) == 1, accepted


def test_a_task_that_is_not_done_in_time_is_named_and_attached_to_not_paid_again(
    comfyui: ComfyuiServer, calm: SandboxThread
):
    calm.sandbox.faults.add("stuck")
    prompt = extract_prompt(seed=STARTED + 500, timeout_minutes=0.05)

    error = comfyui.client.run(prompt).error

    task_uid = calm.sandbox.state()["tasks"][-1]["TaskUID"]
    assert error is not None
    assert error.message.startswith(f"Task {task_uid} was still queued after 0.05 minutes.")
    assert "Poll Task" in error.message
    assert comfyui.client.run(prompt).error is not None
    assert sum(task["Seed"] == STARTED + 500 for task in calm.sandbox.state()["tasks"]) == 1


def test_the_sandbox_inside_comfyui_gives_the_same_pictures_as_one_on_a_port_of_its_own(
    comfyui: ComfyuiServer, sandboxed: ComfyuiServer
):
    for prompt in (extract_prompt(seed=STARTED + 600, tiling=True), apply_prompt(seed=STARTED + 601)):
        one, other = (server.client.run(prompt).images["3"][0].content for server in (comfyui, sandboxed))
        np.testing.assert_array_equal(pixels(one), pixels(other))


def test_several_nodes_of_one_prompt_run_side_by_side(start_comfyui: StartComfyui, start_sandbox):
    sandbox = start_sandbox(seconds_queued=0.0, seconds_per_task=0.0)
    sandbox.sandbox.faults.add("unknown_status", polls=None, times=None)  # none of them is seen to end
    server = start_comfyui(account(sandbox))
    prompt: Prompt = {"1": node("PicpikExampleImages")}
    for index in range(8):
        prompt[f"2{index}"] = extract(["1", 0], seed=index)
        prompt[f"3{index}"] = node("PreviewImage", images=[f"2{index}", 0])

    running = server.client.queue(prompt)
    until(lambda: len(sandbox.sandbox.tasks) == 8, "all of them are accepted")
    for task in sandbox.sandbox.tasks:
        task.fault = None

    assert server.client.wait(running).status == "success"
    assert len(sandbox.sandbox.tasks) == 8


def test_without_waiting_the_task_uid_comes_at_once_and_the_pictures_stay_empty(
    comfyui: ComfyuiServer, calm: SandboxThread
):
    calm.sandbox.faults.add("stuck")
    prompt = extract_prompt(seed=STARTED + 300, wait=False) | {"4": node("PreviewAny", source=["2", 2])}

    outcome = comfyui.client.run(prompt)

    assert (outcome.status, outcome.errors) == ("success", [])
    assert "3" not in outcome.images
    assert outcome.history["outputs"]["4"]["text"] == [calm.sandbox.state()["tasks"][-1]["TaskUID"]]


def test_poll_task_gives_the_pictures_of_several_tasks_in_order(comfyui: ComfyuiServer, calm: SandboxThread):
    for seed in (401, 402):
        comfyui.client.run(extract_prompt(seed=STARTED + seed, wait=False))
    uids = {task["Seed"]: task["TaskUID"] for task in calm.sandbox.state()["tasks"]}
    lines = f"{uids[STARTED + 402]}\n\n {uids[STARTED + 401]}\n"
    prompt = {"1": node("PicpikPollTask", task_uid=lines), "2": node("PreviewImage", images=["1", 0])}

    polled = comfyui.client.run(prompt)

    waited = [comfyui.client.run(extract_prompt(seed=STARTED + seed)).images["3"][0] for seed in (402, 401)]
    for one, other in zip(polled.images["2"], waited, strict=True):
        np.testing.assert_array_equal(pixels(one.content), pixels(other.content))
