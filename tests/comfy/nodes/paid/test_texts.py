"""Texts are results like pictures: Describe Images, and Poll Task for it, in a real ComfyUI."""

from pathlib import Path

import numpy as np
import pytest
from comfyui_picpik.devtools.comfyui_client import Outcome
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.sandbox import SandboxThread
from comfyui_picpik.tests.comfy.killable import Killable
from comfyui_picpik.tests.comfy.prompts import Prompt, describe, node, save_arrays


def solid(*colours: tuple[float, float, float]) -> np.ndarray:
    return np.broadcast_to(np.array(colours, np.float32)[:, None, None, :], (len(colours), 64, 64, 3)).copy()


def shown(outcome: Outcome, node_id: str) -> list[str]:
    """The texts that a Preview Any shows."""
    assert outcome.errors == []
    return outcome.shown[node_id]


def described(path: Path, images: np.ndarray, **changes) -> Prompt:
    return {
        "1": node("NeighbourMakes", path=save_arrays(path / "raw.npz", images)),
        "2": describe(["1", 0], **changes),
        "3": node("PreviewAny", source=["2", 0]),
        "4": node("PreviewAny", source=["2", 1]),
        "5": node("PreviewAny", source=["2", 2]),
    }


RED_GREEN_BLUE = solid((0.8, 0.1, 0.1), (0.1, 0.6, 0.15), (0.1, 0.2, 0.8))


def test_a_batch_is_one_task_whose_texts_come_as_a_list_and_as_one_text(
    comfyui: ComfyuiServer, calm: SandboxThread, tmp_path: Path
):
    before = len(calm.sandbox.tasks)

    outcome = comfyui.client.run(described(tmp_path, RED_GREEN_BLUE))

    texts = shown(outcome, "3")
    assert [colour in text for text, colour in zip(texts, ("red", "green", "blue"), strict=True)] == [True] * 3
    assert shown(outcome, "4") == ["\n\n".join(texts)]
    assert shown(outcome, "5") == [calm.sandbox.tasks[-1].uid]
    assert len(calm.sandbox.tasks) == before + 1


@pytest.mark.parametrize(("language", "code"), [("Chinese", "zh"), ("German", "de"), ("Malay", "ms")])
def test_the_language_is_sent_and_its_words_come_back(
    comfyui: ComfyuiServer, calm: SandboxThread, tmp_path: Path, language: str, code: str
):
    (text,) = shown(comfyui.client.run(described(tmp_path, RED_GREEN_BLUE[:1], language=language)), "4")

    assert calm.sandbox.state()["tasks"][-1]["parameters"]["TranslateDescription"] == code
    assert text and "red" not in text


def test_the_text_is_a_prompt_for_other_nodes(comfyui: ComfyuiServer, calm: SandboxThread, tmp_path: Path):
    prompt = described(tmp_path, RED_GREEN_BLUE[1:2])
    generated = {
        "main_model": "PICPIK General", "negative_prompts": "", "seed": 9_104, "width": 64, "height": 64,
        "batch_size": 1, "tileable": True, "positive_prompts": ["2", 1],
    }  # fmt: skip
    prompt |= {"6": node("PicpikGenerateImages", **generated), "7": node("PreviewImage", images=["6", 0])}

    outcome = comfyui.client.run(prompt)

    (text,) = shown(outcome, "4")
    assert text in calm.sandbox.state()["tasks"][-1]["parameters"]["PositivePrompts"][0]
    assert len(outcome.images["7"]) == 1


def test_poll_task_gives_the_text_and_stops_nobody_but_who_wants_pictures(comfyui: ComfyuiServer, tmp_path: Path):
    prompt = {
        "1": node("NeighbourMakes", path=save_arrays(tmp_path / "raw.npz", RED_GREEN_BLUE[2:])),
        "2": describe(["1", 0], wait=False, attempt=1),
        "3": node("PicpikPollTask", task_uid=["2", 2]),
        "4": node("PreviewAny", source=["3", 3]),
        "5": node("PreviewImage", images=["3", 0]),
    }

    outcome = comfyui.client.run(prompt)

    (text,) = shown(outcome, "4")
    assert "blue" in text
    assert "5" not in outcome.images
    assert "brought texts, no pictures" in outcome.texts("3")[-1]
    (task,) = (each for each in comfyui.client.http.get("/picpik/tasks").json()["tasks"] if each["texts"] == [text])
    assert (task["action"], task["pictures"]) == ("DescribeImages", [])
    assert comfyui.client.http.get(f"/picpik/tasks/{task['id']}/pictures/0").status_code == 404


def test_a_text_that_a_crash_left_behind_is_collected_and_the_same_request_is_free(killable: Killable):
    server, sandbox = killable.server, killable.sandbox.sandbox
    prompt = {
        "1": node("PicpikExampleImages"),
        "2": describe(["1", 2], attempt=2, wait=False),
        "3": node("PreviewAny", source=["2", 2]),
    }
    before = len(sandbox.tasks)
    (uid,) = shown(server.client.run(prompt), "3")
    server.kill()
    server.start()

    prompt["2"]["inputs"]["wait"] = True
    first = server.client.run(prompt | {"4": node("PreviewAny", source=["2", 1])})
    sandbox.expire()
    server.restart()
    again = server.client.run(prompt | {"4": node("PreviewAny", source=["2", 1])})

    assert shown(first, "3") == shown(again, "3") == [uid]
    assert shown(first, "4") == shown(again, "4")
    assert shown(first, "4")[0]
    assert len(sandbox.tasks) == before + 1
