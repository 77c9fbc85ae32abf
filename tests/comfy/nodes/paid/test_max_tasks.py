"""A long batch is paid only by somebody who meant it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.sandbox import SandboxThread
from comfyui_picpik.tests.comfy.prompts import Prompt, apply, extract, node, save_arrays

SIDE = 64
FRAMES = 24


@pytest.fixture
def frames(tmp_path: Path) -> Callable[[int], str]:
    """The path of a batch of so many pictures, all of them different."""
    levels = np.random.default_rng(0).random((FRAMES, SIDE, SIDE, 3), np.float32)

    def batch(count: int) -> str:
        return save_arrays(tmp_path / f"{count}.npz", levels[:count])

    return batch


def extraction(path: str, **changes: object) -> Prompt:
    return {
        "1": node("NeighbourMakes", path=path),
        "2": extract(["1", 0], **{"seed": 8000, "width": SIDE, "height": SIDE, **changes}),
        "3": node("PreviewImage", images=["2", 0]),
    }


def accepted(sandbox: SandboxThread) -> int:
    return len(sandbox.sandbox.state()["tasks"])


def test_a_batch_is_refused_with_its_number_and_cost_paid_with_that_number_and_free_when_it_is_stored(
    comfyui: ComfyuiServer, calm: SandboxThread, frames: Callable[[int], str]
):
    comfyui.client.run(extraction(frames(1)))  # the history that the estimate is made by
    spent = calm.sandbox.state()["tasks"][-1]["ConsumeApiPoint"]
    before = accepted(calm)

    outcome = comfyui.client.run(extraction(frames(FRAMES)))

    assert outcome.error is not None
    # the first one is stored already
    about = int(float(f"{(FRAMES - 1) * spent:.2g}"))
    assert outcome.error.message.splitlines() == [
        f"max_tasks: this run makes 23 paid tasks, about {about} credits; max_tasks allows 8.",
        "Set max_tasks to 23, or link fewer pictures.",
    ]
    assert accepted(calm) == before
    assert not any(text.startswith("encoding") for text in outcome.texts("2"))

    allowed = comfyui.client.run(extraction(frames(FRAMES), max_tasks=23))

    assert allowed.errors == []
    assert accepted(calm) == before + 23
    assert f"23 tasks, about {about} credits" in allowed.texts("2")[-1].splitlines()

    again = comfyui.client.run(extraction(frames(FRAMES), max_tasks=1, upload_format="compact"))

    assert again.errors == []
    assert len(again.images["3"]) == FRAMES
    assert accepted(calm) == before + 23
    assert "tasks, about" not in again.texts("2")[-1]


def test_eight_tasks_need_no_word_and_nine_do(
    comfyui: ComfyuiServer, calm: SandboxThread, frames: Callable[[int], str]
):
    before = accepted(calm)

    assert comfyui.client.run(extraction(frames(8), seed=8010)).errors == []
    refused = comfyui.client.run(extraction(frames(9), seed=8011)).error

    assert refused is not None
    assert refused.message.startswith("max_tasks: this run makes 9 paid tasks")
    assert accepted(calm) == before + 8


def test_what_such_tasks_cost_is_not_said_before_the_first(comfyui: ComfyuiServer, frames: Callable[[int], str]):
    error = comfyui.client.run(extraction(frames(9), seed=8012, width=72, height=80)).error
    assert error is not None
    assert error.message.startswith("max_tasks: this run makes 9 paid tasks; max_tasks allows 8.")


def nine_times_the_same(path: str, seed: int) -> Prompt:
    prompt = extraction(path, seed=seed)
    prompt["4"] = node("RepeatImageBatch", image=["1", 0], amount=9)
    prompt["2"]["inputs"]["raw_image"] = ["4", 0]
    return prompt


def test_equal_pictures_are_one_task(comfyui: ComfyuiServer, calm: SandboxThread, frames: Callable[[int], str]):
    before = accepted(calm)
    assert comfyui.client.run(nine_times_the_same(frames(1), seed=8020)).errors == []
    assert accepted(calm) == before + 1


def test_equal_pictures_that_draw_a_seed_are_a_task_each(
    comfyui: ComfyuiServer, calm: SandboxThread, frames: Callable[[int], str]
):
    before = accepted(calm)
    error = comfyui.client.run(nine_times_the_same(frames(1), seed=-1)).error
    assert error is not None
    assert error.message.startswith("max_tasks: this run makes 9 paid tasks")
    assert accepted(calm) == before


def test_many_masks_for_one_photo_are_as_many_tasks(comfyui: ComfyuiServer, calm: SandboxThread, tmp_path: Path):
    masks = np.zeros((9, SIDE, SIDE), np.float32)
    for index in range(9):
        masks[index, : 8 + index] = 1
    path = save_arrays(tmp_path / "masks.npz", np.zeros((9, SIDE, SIDE, 3), np.float32), masks)
    prompt = {
        "1": node("NeighbourMakes", path=path),
        "4": node("PicpikExampleImages"),
        "2": apply(["4", 0], ["1", 1], ["4", 2], seed=8030),
        "3": node("PreviewImage", images=["2", 0]),
    }
    before = accepted(calm)

    error = comfyui.client.run(prompt).error

    assert error is not None
    assert error.message.startswith("max_tasks: this run makes 9 paid tasks")
    assert accepted(calm) == before
