"""A batch of pictures: each is a task of its own, sent one after the other, and Cancel keeps what was sent."""

from pathlib import Path

import numpy as np
import pytest
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.sandbox import SandboxThread
from comfyui_picpik.tests.comfy.exact_pictures import photo
from comfyui_picpik.tests.comfy.prompts import Prompt, extract, node, resize, save_arrays
from comfyui_picpik.tests.waiting import until

FIRST_SEED = 8100
COUNT = 32
SUBMIT = "GeneratePatternsFromImage"


@pytest.fixture
def batch(tmp_path: Path, random: np.random.Generator) -> str:
    """The path of a batch, no two pictures of which are alike."""
    return save_arrays(tmp_path / "batch.npz", photo(random, COUNT, 64, 64, 3))


def extraction(path: str, seed: int) -> Prompt:
    return {
        "1": node("NeighbourMakes", path=path),
        "2": extract(["1", 0], seed=seed, width=64, height=64, max_tasks=COUNT),
        "3": node("PreviewImage", images=["2", 0]),
    }


def accepted(sandbox: SandboxThread, seed: int) -> int:
    return sum(task["Seed"] == seed for task in sandbox.sandbox.state()["tasks"])


def test_cancel_in_the_middle_of_a_batch_keeps_what_was_sent_and_sends_no_more(
    comfyui: ComfyuiServer, calm: SandboxThread, batch: str
):
    calm.sandbox.faults.add("slow", action=SUBMIT, seconds=0.3, times=COUNT)
    prompt_id = comfyui.client.queue(extraction(batch, FIRST_SEED))
    until(lambda: accepted(calm, FIRST_SEED) >= 5, "some of them are accepted")

    comfyui.client.interrupt(prompt_id)

    assert comfyui.client.wait(prompt_id).status == "interrupted"
    sent = accepted(calm, FIRST_SEED)
    assert sent < COUNT
    calm.sandbox.faults.clear()
    again = comfyui.client.run(extraction(batch, FIRST_SEED))
    assert again.errors == []
    assert len(again.images["3"]) == COUNT
    assert accepted(calm, FIRST_SEED) == COUNT, "each of them is paid once"


def test_a_long_batch_says_what_it_costs_as_long_as_that_may_be_paid(
    comfyui: ComfyuiServer, calm: SandboxThread, batch: str
):
    calm.sandbox.faults.add("slow", action=SUBMIT, seconds=0.3, times=COUNT)
    outcome = comfyui.client.run(extraction(batch, FIRST_SEED + 1))
    assert outcome.errors == []
    texts = outcome.texts("2")
    assert any(text.splitlines()[0].startswith(f"0 of {COUNT} done") for text in texts)
    assert texts[-1].splitlines()[1].startswith(f"{COUNT} tasks, about ")

    stored = comfyui.client.run(extraction(batch, FIRST_SEED + 1) | {"2": extract(
        ["1", 0], seed=FIRST_SEED + 1, width=64, height=64, max_tasks=COUNT, upload_format="compact"
    )})  # fmt: skip
    assert stored.errors == []
    assert "tasks" not in stored.texts("2")[-1], "what is stored is not paid"


def test_every_tile_of_a_batch_is_enlarged_for_itself(comfyui: ComfyuiServer, calm: SandboxThread, batch: str):
    before = len(calm.sandbox.state()["tasks"])
    prompt = {
        "1": node("NeighbourMakes", path=batch),
        "2": resize(["1", 0], tile=True, max_tasks=COUNT),
        "3": node("PreviewImage", images=["2", 0]),
    }

    outcome = comfyui.client.run(prompt)

    assert outcome.errors == []
    assert len({image.content for image in outcome.images["3"]}) == COUNT
    assert len(calm.sandbox.state()["tasks"]) == before + COUNT
