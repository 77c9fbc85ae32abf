"""What nodes of a running ComfyUI say, in Chinese: part by part, as web/status_line.js translates it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from comfyui_picpik.devtools.comfyui_client import ComfyuiClient, Outcome
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.sandbox import Sandbox, SandboxThread
from comfyui_picpik.tests.comfy.prompts import apply, extract, extract_prompt, node, save_arrays
from comfyui_picpik.tests.unit.web.test_phrases import english_left, translated


@dataclass(frozen=True)
class Place:
    """Where a story happens."""

    client: ComfyuiClient
    sandbox: Sandbox
    folder: Path


Story = Callable[[Place], Outcome]


def a_sloppy_box(at: Place) -> Outcome:
    box = {"x": -5.5, "y": 2, "width": 400, "height": 300}
    return at.client.run(extract_prompt(seed=9000, box=box))


def a_sloppy_mask_and_a_picture_with_holes(at: Place) -> Outcome:
    raw, mask = np.full((1, 40, 60, 4), 1.5, np.float32), np.full((1, 50, 50), 0.9, np.float32)
    raw[..., 3] = 0.5
    mask[:, 20:] = 0
    prompt = {
        "1": node("NeighbourMakes", path=save_arrays(at.folder / "sloppy.npz", raw, mask)),
        "2": apply(["1", 0], ["1", 1], ["1", 0], seed=9001, width=0, height=0),
        "3": node("PreviewImage", images=["2", 0]),
    }
    return at.client.run(prompt)


def a_long_batch(at: Place) -> Outcome:
    levels = np.random.default_rng(9).random((9, 64, 64, 3), np.float32)
    prompt = {
        "1": node("NeighbourMakes", path=save_arrays(at.folder / "batch.npz", levels)),
        "2": extract(["1", 0], seed=9002, max_tasks=9),
        "3": node("PreviewImage", images=["2", 0]),
    }
    return at.client.run(prompt)


def a_run_that_does_not_wait(at: Place) -> Outcome:
    return at.client.run(extract_prompt(seed=9003, wait=False))


def a_run_again(at: Place) -> Outcome:
    at.client.run(extract_prompt(seed=9004))
    return at.client.run(extract_prompt(seed=9004, translate_prompts=True, upload_format="compact"))


def an_answer_that_is_lost(at: Place) -> Outcome:
    at.sandbox.faults.add("reset", action="GeneratePatternsFromImage", accepted=True)
    for action in ("ListRunningTasks", "ListTasksDetails"):
        at.sandbox.faults.add("reset", action=action, times=None)
    return cancelled_when_it_says(at, "looking for the task", seed=9005)


def a_task_that_is_cancelled(at: Place) -> Outcome:
    at.sandbox.faults.add("stuck")
    return cancelled_when_it_says(at, "queued", seed=9006)


def cancelled_when_it_says(at: Place, text: str, seed: int) -> Outcome:
    before = len(at.client.events.so_far())
    prompt_id = at.client.queue(extract_prompt(seed=seed))
    end = time.monotonic() + 30
    while not any(text in str(event.data) for event in at.client.events.so_far()[before:]):
        assert time.monotonic() < end, f"it did not say: {text}"
        time.sleep(0.01)
    at.client.interrupt(prompt_id)
    return at.client.wait(prompt_id)


STORIES: dict[Story, str] = {
    a_sloppy_box: "was cut off",
    a_sloppy_mask_and_a_picture_with_holes: "stretched",
    a_long_batch: "9 tasks",
    a_run_that_does_not_wait: "submitted, TaskUID",
    a_run_again: "credits paid before",
    an_answer_that_is_lost: "did not answer",
    a_task_that_is_cancelled: "is paid, goes on and is kept",
}


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_every_part_of_what_a_node_says_is_read_in_chinese(
    comfyui: ComfyuiServer, calm: SandboxThread, tmp_path: Path, story: Story
):
    said = "\n".join(story(Place(comfyui.client, calm.sandbox, tmp_path)).texts("2"))

    assert STORIES[story] in said
    parts = {part for line in said.splitlines() for part in line.split(" · ")}
    assert {part for part in parts if english_left(translated(part) or part)} == set()
    words = {part for part in parts if any(letter.isalpha() for letter in part)}
    assert {part for part in words if (translated(part) or part).isascii()} == set()
