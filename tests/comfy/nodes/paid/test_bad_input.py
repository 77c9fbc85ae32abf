"""Bad input, as the user meets it: what is said, and that nothing was paid for it."""

import re
from pathlib import Path

import numpy as np
import pytest
from comfyui_picpik.devtools.comfyui_client import PromptRefused
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.devtools.fixtures import StartComfyui
from comfyui_picpik.sandbox import SandboxThread
from comfyui_picpik.tests.comfy.prompts import (
    Prompt,
    apply,
    apply_prompt,
    describe,
    extract,
    extract_contents,
    extract_prompt,
    generate,
    node,
    remove_background,
    remove_contents,
    resize,
    save_arrays,
    style,
)

POLL = "ListTasksDetails"


def with_mask(value: float) -> Prompt:
    prompt = apply_prompt(mask=["9", 0])
    return prompt | {"9": node("SolidMask", value=value, width=896, height=1152)}


def box(x: float, y: float, width: float, height: float) -> dict[str, float]:
    return {"x": x, "y": y, "width": width, "height": height}


def of_the_garment(paid: dict) -> Prompt:
    """A paid node, `2`, whose pictures and masks come from the example images, `1`."""
    return {"1": node("PicpikExampleImages"), "2": paid, "3": node("PreviewAny", source=["2", 2])}


GARMENT, PATTERN = ["1", 0], ["1", 2]
A_POINT = '[{"x": 450, "y": 760}]'

REFUSED = {
    "an empty mask": (with_mask(0.0), r"^mask: .*nothing is painted"),
    "a full mask": (with_mask(1.0), r"^mask: .*everything"),
    "a box outside the picture": (extract_prompt(box=box(900, 0, 10, 10)), r"^box: .*896 x 1152"),
    "a box turned inside out": (extract_prompt(box=box(10, 10, -5, 20)), r"^box: "),
    "a box without height": (extract_prompt(box=box(10, 10, 5, 0)), r"^box: "),
    "a box in fractions of the picture": (
        extract_prompt(box=box(0.2, 0.2, 0.5, 0.5)),
        r"^box: the box is 1 x 1 pixels",
    ),
    "too small a width": (extract_prompt(width=63), r"^width: 63 is outside 64\.\.2560"),
    "too small a height": (apply_prompt(height=1), r"^height: 1 is outside 64\.\.2560"),
    "broken extra parameters": (extract_prompt(extra_parameters="{"), r"^extra_parameters: is not JSON"),
    "extra parameters that are no object": (extract_prompt(extra_parameters="[1]"), r"^extra_parameters: "),
    "extra parameters that would break the signature": (
        extract_prompt(extra_parameters='{"Signature": "x"}'),
        r"^extra_parameters: may not set Signature",
    ),
    "no point": (of_the_garment(extract_contents(GARMENT, " ")), r"^include_points: there is no point"),
    "points that are no JSON": (of_the_garment(extract_contents(GARMENT, "here")), r"^include_points: is no JSON"),
    "a point beside the picture": (
        of_the_garment(extract_contents(GARMENT, '[{"x": 896, "y": 5}]')),
        r"^include_points: the point at 896, 5 lies outside the picture of 896 x 1152",
    ),
    "one point for both": (
        of_the_garment(extract_contents(GARMENT, A_POINT, exclude_points=A_POINT)),
        r"^exclude_points: the point at 450, 760 is an include point, too",
    ),
    "thresholds that cross": (
        of_the_garment(remove_background(GARMENT, foreground_threshold=15)),
        r"^background_threshold: 15 is not below foreground_threshold, 15",
    ),
    "a box beside the object's photo": (of_the_garment(remove_background(GARMENT, box=box(900, 0, 40, 40))), r"^box: "),
    "nothing to be erased": (
        of_the_garment(remove_contents(GARMENT, ["9", 0])) | {"9": node("SolidMask", value=0, width=896, height=1152)},
        r"^mask: nothing is painted",
    ),
    "a picture that would get too large": (
        of_the_garment(resize(GARMENT, factor=4.0)),
        r"^factor: the result would have 3584 x 4608 pixels; 4096 is its longest side",
    ),
    "a tile that would get too large": (
        of_the_garment(resize(PATTERN, factor=5.3, tile=True)),
        r"^factor: the result would have 4070 x 4070 pixels, .* with what is laid around a tile; 4096",
    ),
    "a side that is too short": (
        of_the_garment(resize(PATTERN, width=8)),
        r"^width: the result would have 8 x 8 pixels",
    ),
    "nothing to make a picture of": (of_the_garment(generate(positive_prompts=" \n")), r"^positive_prompts: is empty"),
    "too small a picture of a style": (of_the_garment(style(GARMENT, PATTERN, width=5)), r"^width: 5 is outside"),
    "more pictures than one description takes": (
        of_the_garment(describe(["9", 0])) | {"9": node("RepeatImageBatch", image=PATTERN, amount=33)},
        r"^images: a batch of 33 is more than one task takes, 32",
    ),
    "broken extra parameters of a description": (
        of_the_garment(describe(GARMENT, extra_parameters="{")),
        r"^extra_parameters: is not JSON",
    ),
}


def test_a_picture_that_would_get_too_large_is_refused_with_the_largest_factor(comfyui: ComfyuiServer):
    error = comfyui.client.run(of_the_garment(resize(GARMENT, factor=4.0))).error
    assert error is not None
    assert error.message.splitlines()[1] == "Set width and height to 0, and factor to at most 3.55."


def requests_to(sandbox: SandboxThread) -> dict[str, int]:
    """How often what was asked for, but for polls: a task that another test left behind is polled all the while."""
    return {action: count for action, count in sandbox.sandbox.state()["requests"].items() if action != POLL}


@pytest.mark.parametrize(("prompt", "says"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused_before_any_request_with_the_name_of_the_input(
    comfyui: ComfyuiServer, calm: SandboxThread, prompt: Prompt, says: str
):
    before = requests_to(calm)

    error = comfyui.client.run(prompt).error

    assert error is not None
    what, do, *_ = error.message.splitlines()
    assert re.search(says, what)
    assert do
    assert error.exception_type.startswith("picpik.")
    assert requests_to(calm) == before


@pytest.mark.parametrize(
    ("third", "says"),
    [(slice(0, 0), "nothing is painted"), (slice(0, 1), "fitted to 64 x 64, nothing is painted")],
    ids=["as it is", "fitted to its picture"],
)
def test_a_batch_with_one_mask_that_is_refused_sends_nothing(
    comfyui: ComfyuiServer, calm: SandboxThread, tmp_path: Path, third: slice, says: str
):
    raw, mask = np.zeros((3, 64, 64, 3), np.float32), np.zeros((3, 640, 640), np.float32)
    mask[:2, :320] = 1
    mask[2, third, third] = 1  # a single pixel is lost when the mask is fitted
    prompt = {
        "1": node("NeighbourMakes", path=save_arrays(tmp_path / "raw.npz", raw)),
        "2": node("NeighbourMakes", path=save_arrays(tmp_path / "mask.npz", raw, mask)),
        "3": apply(["1", 0], ["2", 1], ["1", 0], seed=5003),
        "4": node("PreviewImage", images=["3", 0]),
    }
    before = requests_to(calm)

    error = comfyui.client.run(prompt).error

    assert error is not None
    assert error.message.startswith(f"mask: {says}")
    assert requests_to(calm) == before


def test_a_batch_in_which_one_box_gets_too_small_with_its_file_sends_nothing(
    comfyui: ComfyuiServer, calm: SandboxThread, tmp_path: Path, random: np.random.Generator
):
    raw = np.zeros((2, 2200, 2200, 3), np.float32)
    raw[1] = random.random(raw.shape[1:], np.float32)  # noise, whose file has to be made smaller
    prompt = {
        "1": node("NeighbourMakes", path=save_arrays(tmp_path / "raw.npz", raw)),
        "2": extract(["1", 0], seed=5004, box=box(0, 0, 16, 16)),
        "3": node("PreviewImage", images=["2", 0]),
    }
    before = requests_to(calm)

    error = comfyui.client.run(prompt).error

    assert error is not None
    assert re.match(r"box: in the picture as it is sent, 19\d\d x 19\d\d, the box is 15 x 15 pixels", error.message)
    assert requests_to(calm) == before


@pytest.mark.parametrize("change", [{"width": 2561}, {"height": 2561}, {"seed": -2}, {"batch_size": 17}])
def test_comfyui_itself_refuses_what_its_widgets_could_not_hold(comfyui: ComfyuiServer, change: dict[str, int]):
    with pytest.raises(PromptRefused, match=next(iter(change))):
        comfyui.client.run(extract_prompt(**change))


def test_a_model_code_that_the_list_does_not_know_is_left_to_the_api(comfyui: ComfyuiServer, calm: SandboxThread):
    comfyui.client.run(extract_prompt(main_model="shared-by-a-friend", seed=77))
    sent = [task["parameters"].get("MainModel") for task in calm.sandbox.state()["tasks"]]
    refused = comfyui.client.run(extract_prompt(main_model="shared-by-a-friend", seed=77)).error
    assert {"ModelCode": "shared-by-a-friend"} in sent or (refused is not None and "MainModel" in refused.message)


SERVICE_SAYS = {
    "a wrong signature": ({"ret_code": 171, "message": "Signature"}, r"the signature is wrong \(RetCode 171"),
    "an unknown key": ({"ret_code": 172, "message": "no user"}, r"RetCode 172: no user"),
    "a code nobody knows": ({"ret_code": 7777, "message": "credits not enough"}, r"RetCode 7777: credits not enough"),
}


@pytest.mark.parametrize(("fault", "says"), SERVICE_SAYS.values(), ids=SERVICE_SAYS)
def test_a_refusal_of_the_service_reaches_the_user_with_code_and_message(
    comfyui: ComfyuiServer, calm: SandboxThread, fault: dict, says: str
):
    calm.sandbox.faults.add("ret_code", action="GeneratePatternsFromImage", **fault)
    accepted = len(calm.sandbox.state()["tasks"])

    error = comfyui.client.run(extract_prompt(seed=fault["ret_code"])).error

    assert error is not None
    assert re.search(says, error.message)
    assert len(error.message.splitlines()) == 2
    assert len(calm.sandbox.state()["tasks"]) == accepted


def test_a_task_that_fails_is_told_with_its_uid_code_and_message(comfyui: ComfyuiServer, calm: SandboxThread):
    calm.sandbox.faults.add("fail", error_code=4711, message="no cloth in the picture")

    error = comfyui.client.run(extract_prompt(seed=4711)).error

    task_uid = calm.sandbox.state()["tasks"][-1]["TaskUID"]
    assert error is not None
    assert re.search(rf"{task_uid} failed at PICPIK \(ErrorCode 4711: no cloth in the picture\)", error.message)


def test_an_answer_that_is_no_json_is_looked_into_until_it_is_certain_and_paid_anew_only_when_run_again(
    comfyui: ComfyuiServer, calm: SandboxThread
):
    """The one test that waits for the whole search window, 77 s."""
    calm.sandbox.faults.add("garbage", action="GeneratePatternsFromImage", accepted=False)
    sent = calm.sandbox.state()["requests"].get("GeneratePatternsFromImage", 0)

    first, second = (comfyui.client.queue(extract_prompt(seed=5001)) for _ in range(2))
    outcome = comfyui.client.wait(first, timeout=180)
    unread = comfyui.client.wait(second)

    assert any(re.search(r"looking for the task until \d\d:\d\d:\d\d", text) for text in outcome.texts("2"))
    error = outcome.error
    assert error is not None
    assert "may or may not have been accepted" in error.message
    assert "Run again to send it anew: that is a new paid task." in error.message
    assert unread.error is not None and unread.error.message == error.message, "it was queued before that was said"
    assert calm.sandbox.state()["requests"]["GeneratePatternsFromImage"] == sent + 1
    assert comfyui.client.run(extract_prompt(seed=5001)).errors == []
    assert calm.sandbox.state()["requests"]["GeneratePatternsFromImage"] == sent + 2


def test_a_result_that_is_no_picture_is_told_with_its_uid_and_kept(comfyui: ComfyuiServer, calm: SandboxThread):
    calm.sandbox.faults.add("html", times=None)

    error = comfyui.client.run(extract_prompt(seed=5002)).error

    task_uid = calm.sandbox.state()["tasks"][-1]["TaskUID"]
    assert error is not None
    assert task_uid in error.message
    kept = re.search(r"kept in (.+)\.$", error.message)
    assert kept is not None
    assert task_uid in kept[1]


def test_a_task_uid_that_nobody_knows_is_told_with_what_to_do(comfyui: ComfyuiServer):
    prompt = {
        "1": node("PicpikPollTask", task_uid="00000000000000000000"),
        "2": node("PreviewImage", images=["1", 0]),
    }

    error = comfyui.client.run(prompt).error

    assert error is not None
    assert "00000000000000000000 is not known to PICPIK" in error.message
    assert "24 hours" in error.message


def test_an_empty_task_uid_is_refused(comfyui: ComfyuiServer):
    prompt = {"1": node("PicpikPollTask", task_uid=" \n"), "2": node("PreviewImage", images=["1", 0])}
    error = comfyui.client.run(prompt).error
    assert error is not None
    assert error.message.startswith("task_uid: is empty.")


def test_missing_keys_are_told_with_the_three_ways_to_give_them(keyless: ComfyuiServer):
    error = keyless.client.run(extract_prompt()).error
    assert error is not None
    for way in ("PICPIK_PUBLIC_KEY", "PICPIK_PRIVATE_KEY", "Settings", "accounts.json", "PICPIK_ENDPOINT=sandbox"):
        assert way in error.message


def test_an_unknown_endpoint_is_told_with_the_ones_there_are(start_comfyui: StartComfyui):
    error = start_comfyui({"PICPIK_ENDPOINT": "europe"}).client.run(extract_prompt()).error
    assert error is not None
    assert re.search('endpoint "europe" is unknown', error.message)
    for choice in ("international", "china", "sandbox", "https://"):
        assert choice in error.message


def test_a_network_that_is_down_is_told_and_nothing_is_paid(keyless: ComfyuiServer, start_sandbox):
    stopped = start_sandbox()
    keys = {"public_key": stopped.public_key, "private_key": stopped.private_key}
    saved = {"create": True, "name": "Nowhere", "endpoint": stopped.endpoint, **keys}
    keyless.client.http.post("/picpik/accounts", json=saved).raise_for_status()
    stopped.stop()
    error = keyless.client.run(extract_prompt()).error
    assert error is not None
    assert error.message.startswith("127.0.0.1 could not be reached (no connection).")
    assert "Nothing was sent and nothing was paid." in error.message
