"""Remove Background and Extract Contents in a real ComfyUI: where the object is, in whatever form PICPIK tells it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from comfyui_picpik import artwork
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.sandbox import SandboxThread
from comfyui_picpik.tests.comfy.exact_pictures import keep, kept, photo, sent
from comfyui_picpik.tests.comfy.prompts import Prompt, apply, extract_contents, node, remove_background, save_arrays

ON_THE_DRESS = '[{"x": 450, "y": 760}]'
SIZE = (120, 160)
MIDDLE = '[{"x": 80, "y": 60}]'


@pytest.fixture
def calm(calm: SandboxThread) -> Iterator[SandboxThread]:
    """With cut-outs as they usually come, before and after."""
    yield calm
    calm.sandbox.quirks.change({"cut_outs": "transparent", "masks_black_on_object": False})


def shirt(random: np.random.Generator, count: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Photos [B,H,W,3] of a red ellipse before a grey wall, and the ellipse [H,W]."""
    height, width = SIZE
    y, x = np.mgrid[0:height, 0:width]
    is_shirt = ((x - 80) / 45) ** 2 + ((y - 60) / 38) ** 2 < 1
    colours = np.where(is_shirt[..., None], (0.75, 0.12, 0.15), (0.7, 0.72, 0.74)).astype(np.float32)
    return np.clip(colours + (photo(random, count, height, width, 3) - 0.5) * 0.04, 0, 1), is_shirt


def overlap(mask: np.ndarray, is_object: np.ndarray) -> float:
    """What both have, of what one of them has."""
    found = mask > 0.5
    return float((found & is_object).sum() / (found | is_object).sum())


def cut(server: ComfyuiServer, prompt: Prompt, path: Path) -> tuple[np.ndarray, np.ndarray, list[str]]:
    outcome = server.client.run(prompt)
    assert outcome.errors == []
    return kept(path)


def test_a_click_on_the_dress_gives_its_mask_and_the_dress_on_white(comfyui: ComfyuiServer, tmp_path: Path):
    prompt = {
        "1": node("PicpikExampleImages"),
        "2": extract_contents(["1", 0], ON_THE_DRESS),
        "3": keep("2", tmp_path / "kept.npz"),
    }

    images, object_mask, uids = cut(comfyui, prompt, tmp_path / "kept.npz")

    cloth = artwork.garment_mask() > 0.5
    assert (images.shape, object_mask.shape, len(uids)) == ((1, 1152, 896, 3), (1, 1152, 896), 1)
    assert object_mask[0][cloth].mean() > 0.97
    assert object_mask[0].sum() < 1.15 * cloth.sum()
    assert (images[0][object_mask[0] == 0] == 1).all()
    np.testing.assert_allclose(images[0][object_mask[0] == 1], artwork.garment()[object_mask[0] == 1], atol=0.003)


def test_the_object_mask_goes_straight_into_the_mask_of_apply_reference_pattern(
    comfyui: ComfyuiServer, tmp_path: Path, random: np.random.Generator
):
    raw, is_shirt = shirt(random)
    prompt = {
        "1": node("NeighbourMakes", path=save_arrays(tmp_path / "raw.npz", raw)),
        "2": extract_contents(["1", 0], MIDDLE),
        "3": node("NeighbourMakes", path=save_arrays(tmp_path / "p.npz", photo(random, 1, 64, 64, 3))),
        "4": apply(["1", 0], ["2", 1], ["3", 0], seed=9_101, width=0, height=0),
        "5": keep("4", tmp_path / "kept.npz"),
    }

    images, _, _ = cut(comfyui, prompt, tmp_path / "kept.npz")

    has_changed = (np.abs(images - raw).max(axis=3) > 0.02)[0]
    assert overlap(has_changed, is_shirt) > 0.9


FORMS: dict[str, dict[str, Any]] = {
    "transparent": {"cut_outs": "transparent"},
    "on white, with a mask": {"cut_outs": "with mask"},
    "on white, with a mask that is black on the object": {"cut_outs": "with mask", "masks_black_on_object": True},
    "a mask": {"cut_outs": "mask"},
    "a mask that is black on the object": {"cut_outs": "mask", "masks_black_on_object": True},
}


@pytest.mark.parametrize("by", ["points", "a box", "nothing"])
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_the_object_is_white_in_object_mask_in_whatever_form_it_is_told(
    comfyui: ComfyuiServer,
    calm: SandboxThread,
    tmp_path: Path,
    random: np.random.Generator,
    form: dict[str, Any],
    by: str,
):
    raw, is_shirt = shirt(random)
    calm.sandbox.quirks.change(form)
    cutting = {
        "points": extract_contents(["1", 0], MIDDLE),
        "a box": remove_background(["1", 0], box={"x": 30, "y": 16, "width": 100, "height": 90}),
        "nothing": remove_background(["1", 0]),
    }
    prompt = {
        "1": node("NeighbourMakes", path=save_arrays(tmp_path / "raw.npz", raw)),
        "2": cutting[by],
        "3": keep("2", tmp_path / "kept.npz"),
    }

    outcome = comfyui.client.run(prompt)

    assert outcome.errors == []
    images, object_mask, _ = kept(tmp_path / "kept.npz")
    assert overlap(object_mask[0], is_shirt) > 0.95
    assert images[0][~is_shirt].mean() > 0.98
    assert np.abs(images[0] - raw[0])[is_shirt].mean() < 0.02
    is_said = "the mask was black on the object, and was inverted" in outcome.texts("2")[-1]
    assert is_said == form.get("masks_black_on_object", False)


def test_where_the_object_is_not_told_the_picture_comes_and_what_needs_the_mask_is_stopped_with_the_reason(
    comfyui: ComfyuiServer, calm: SandboxThread, tmp_path: Path, random: np.random.Generator
):
    raw, _ = shirt(random)
    calm.sandbox.quirks.change({"cut_outs": "plain"})
    prompt = {
        "1": node("NeighbourMakes", path=save_arrays(tmp_path / "raw.npz", raw)),
        "2": extract_contents(["1", 0], MIDDLE),
        "3": node("PreviewImage", images=["2", 0]),
    }

    outcome = comfyui.client.run(prompt)
    needs_it = comfyui.client.run(
        prompt | {"4": node("MaskToImage", mask=["2", 1]), "5": node("PreviewImage", images=["4", 0])}
    )

    assert (outcome.errors, len(outcome.images["3"])) == ([], 1)
    assert "neither an alpha channel nor a mask" in outcome.texts("2")[-1]
    assert needs_it.error is not None
    assert "neither an alpha channel nor a mask" in needs_it.error.message


def test_points_and_boxes_are_pixels_of_the_photo_and_follow_it_when_it_is_scaled_for_sending(
    comfyui: ComfyuiServer, calm: SandboxThread, tmp_path: Path, random: np.random.Generator
):
    raw, is_shirt = shirt(random)
    large = raw.repeat(32, axis=1).repeat(32, axis=2)  # 5120 x 3840
    prompt = {
        "1": node("NeighbourMakes", path=save_arrays(tmp_path / "raw.npz", large)),
        "2": extract_contents(["1", 0], '[{"x": 2560, "y": 1920}]', exclude_points='[{"x": 5119, "y": 3839}]'),
        "3": keep("2", tmp_path / "kept.npz"),
    }

    _, object_mask, uids = cut(comfyui, prompt, tmp_path / "kept.npz")

    (parameters,) = sent(calm, uids)
    assert parameters["IncludePointList"] == [{"X": 1280, "Y": 960}]
    assert parameters["ExcludePointList"] == [{"X": 2559, "Y": 1919}]
    assert object_mask.shape == (1, 1920, 2560)
    assert overlap(object_mask[0][8::16, 8::16], is_shirt) > 0.9


def test_each_photo_of_a_batch_is_a_task_of_its_own_and_shares_the_points_or_has_its_own(
    comfyui: ComfyuiServer, calm: SandboxThread, tmp_path: Path, random: np.random.Generator
):
    raw, is_shirt = shirt(random, count=2)
    own = '[[{"x": 80, "y": 60}], [{"x": 70, "y": 50}, {"x": 90, "y": 70}]]'
    prompts = [
        {
            "1": node("NeighbourMakes", path=save_arrays(tmp_path / "raw.npz", raw)),
            "2": extract_contents(["1", 0], points),
            "3": keep("2", tmp_path / "kept.npz"),
        }
        for points in (MIDDLE, own)
    ]

    counts = []
    for prompt in prompts:
        _, object_mask, uids = cut(comfyui, prompt, tmp_path / "kept.npz")
        assert [overlap(mask, is_shirt) > 0.95 for mask in object_mask] == [True, True]
        counts.append([len(parameters["IncludePointList"]) for parameters in sent(calm, uids)])

    assert counts == [[1, 1], [1, 2]]


def test_points_come_from_another_node_as_well(comfyui: ComfyuiServer, tmp_path: Path, random: np.random.Generator):
    raw, is_shirt = shirt(random)
    prompt = {
        "1": node("NeighbourMakes", path=save_arrays(tmp_path / "raw.npz", raw)),
        "4": node("PrimitiveString", value=MIDDLE),
        "2": extract_contents(["1", 0], ["4", 0]),
        "3": keep("2", tmp_path / "kept.npz"),
    }

    _, object_mask, _ = cut(comfyui, prompt, tmp_path / "kept.npz")

    assert overlap(object_mask[0], is_shirt) > 0.95


def test_poll_task_gives_a_cut_out_with_a_mask_that_is_1_where_it_is_transparent(
    comfyui: ComfyuiServer, tmp_path: Path, random: np.random.Generator
):
    raw, is_shirt = shirt(random)
    prompt = {
        "1": node("NeighbourMakes", path=save_arrays(tmp_path / "raw.npz", raw)),
        "2": remove_background(["1", 0], wait=False),
        "3": node("PicpikPollTask", task_uid=["2", 2]),
        "4": keep("3", tmp_path / "kept.npz"),
    }

    _, mask, _ = cut(comfyui, prompt, tmp_path / "kept.npz")

    assert overlap(1 - mask[0], is_shirt) > 0.95
