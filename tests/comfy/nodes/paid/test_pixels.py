"""Pictures, masks, boxes and batches through a real ComfyUI: what is sent, what comes back, pixel by pixel."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.sandbox import SandboxThread
from comfyui_picpik.tests.comfy.exact_pictures import keep, kept, photo, sent
from comfyui_picpik.tests.comfy.prompts import Prompt, apply, extract, node, save_arrays
from PIL import Image

FIRST_SEED = 2_000_000


def notes(server: ComfyuiServer, prompt: Prompt, node_id: str) -> tuple[str, ...]:
    outcome = server.client.run(prompt)
    assert outcome.errors == []
    return tuple(outcome.texts(node_id)[-1].splitlines()[1:])


def test_outside_the_mask_every_pixel_comes_back_as_it_was_and_inside_it_does_not(
    comfyui: ComfyuiServer, calm: SandboxThread, tmp_path: Path, random: np.random.Generator
):
    raw, mask = photo(random, 1, 160, 224, 3), np.zeros((1, 160, 224), np.float32)
    mask[0, 40:120, 60:170] = 1
    pattern = photo(random, 1, 64, 64, 3)
    prompt = {
        "1": node("NeighbourMakes", path=save_arrays(tmp_path / "raw.npz", raw, mask)),
        "2": node("NeighbourMakes", path=save_arrays(tmp_path / "pattern.npz", pattern)),
        "3": apply(["1", 0], ["1", 1], ["2", 0], seed=FIRST_SEED, width=0, height=0),
        "4": keep("3", tmp_path / "kept.npz"),
    }

    assert comfyui.client.run(prompt).errors == []

    images, alpha, uids = kept(tmp_path / "kept.npz")
    assert (images.shape, images.dtype) == ((1, 160, 224, 3), np.float32)
    assert (alpha.shape, alpha.max()) == ((1, 160, 224), 0)
    outside = mask == 0
    np.testing.assert_array_equal(images[outside], raw[outside])
    assert np.abs(images[~outside] - raw[~outside]).mean() > 0.05
    (parameters,) = sent(calm, uids)
    assert (parameters["Width"], parameters["Height"]) == (224, 160)


def test_a_batch_makes_one_task_an_entry_in_order_and_all_pictures_come_out(
    comfyui: ComfyuiServer, calm: SandboxThread, tmp_path: Path, random: np.random.Generator
):
    raw = photo(random, 3, 96, 96, 3)
    raw[:, :, :, 0] = np.array([0.1, 0.5, 0.9], np.float32)[:, None, None]
    prompt = {
        "1": node("NeighbourMakes", path=save_arrays(tmp_path / "raw.npz", raw)),
        "2": extract(["1", 0], seed=FIRST_SEED + 1, batch_size=2),
        "3": keep("2", tmp_path / "kept.npz"),
    }

    assert comfyui.client.run(prompt).errors == []

    images, _, uids = kept(tmp_path / "kept.npz")
    assert images.shape == (6, 128, 128, 3)
    assert [parameters["BatchSize"] for parameters in sent(calm, uids)] == [2, 2, 2]
    reds = images[..., 0].mean(axis=(1, 2))
    assert reds[:2].max() < reds[2:4].min() <= reds[2:4].max() < reds[4:].min()


def test_one_pattern_serves_every_photo_and_every_photo_has_its_own_mask(
    comfyui: ComfyuiServer, calm: SandboxThread, tmp_path: Path, random: np.random.Generator
):
    raw, mask = photo(random, 2, 80, 80, 3), np.zeros((2, 80, 80), np.float32)
    mask[0, :40], mask[1, 40:] = 1, 1
    prompt = {
        "1": node("NeighbourMakes", path=save_arrays(tmp_path / "raw.npz", raw, mask)),
        "2": node("NeighbourMakes", path=save_arrays(tmp_path / "p.npz", photo(random, 1, 64, 64, 3))),
        "3": apply(["1", 0], ["1", 1], ["2", 0], seed=FIRST_SEED + 2, width=0, height=0),
        "4": keep("3", tmp_path / "kept.npz"),
    }

    assert comfyui.client.run(prompt).errors == []

    images, _, uids = kept(tmp_path / "kept.npz")
    np.testing.assert_array_equal(images[mask == 0], raw[mask == 0])
    first, second = (parameters["ImageAndMaskList"] for parameters in sent(calm, uids))
    assert first[2] == second[2]
    assert first[0] != second[0]
    assert first[1] != second[1]


def test_batches_that_do_not_go_together_are_refused_naming_both_sizes(
    comfyui: ComfyuiServer, calm: SandboxThread, tmp_path: Path, random: np.random.Generator
):
    accepted = len(calm.sandbox.state()["tasks"])
    mask = np.ones((2, 64, 64), np.float32)
    mask[:, :9] = 0
    prompt = {
        "1": node("NeighbourMakes", path=save_arrays(tmp_path / "a.npz", photo(random, 3, 64, 64, 3))),
        "2": node("NeighbourMakes", path=save_arrays(tmp_path / "b.npz", photo(random, 2, 64, 64, 3), mask)),
        "3": apply(["1", 0], ["2", 1], ["2", 0], seed=FIRST_SEED + 3),
        "4": keep("3", tmp_path / "kept.npz"),
    }

    error = comfyui.client.run(prompt).error

    assert error is not None
    assert "a batch of 2 does not go with the batch of 3 in raw_image" in error.message
    assert len(calm.sandbox.state()["tasks"]) == accepted


def test_a_list_works_beside_a_batch_and_gives_a_list(
    comfyui: ComfyuiServer, calm: SandboxThread, tmp_path: Path, random: np.random.Generator
):
    accepted = len(calm.sandbox.state()["tasks"])
    prompt = {
        "1": node("NeighbourMakes", path=save_arrays(tmp_path / "raw.npz", photo(random, 3, 64, 64, 3))),
        "2": node("NeighbourLists", images=["1", 0]),
        "3": extract(["2", 0], seed=FIRST_SEED + 4),
        "4": node("PreviewImage", images=["3", 0]),
    }

    outcome = comfyui.client.run(prompt)

    assert outcome.errors == []
    assert len(outcome.images["4"]) == 3
    assert len(calm.sandbox.state()["tasks"]) == accepted + 3


def test_the_empty_mask_of_load_image_is_explained(comfyui: ComfyuiServer, tmp_path: Path, random: np.random.Generator):
    file = BytesIO()
    Image.fromarray((photo(random, 70, 90, 3) * 255).astype(np.uint8)).save(file, "PNG")
    comfyui.client.http.post("/upload/image", files={"image": ("opaque.png", file.getvalue())}).raise_for_status()
    prompt = {
        "1": node("LoadImage", image="opaque.png"),
        "2": apply(["1", 0], ["1", 1], ["1", 0], seed=FIRST_SEED + 5),
        "3": keep("2", tmp_path / "kept.npz"),
    }

    error = comfyui.client.run(prompt).error

    assert error is not None
    assert "empty 64 x 64 mask of “Load Image”" in error.message
    assert "Invert Mask" in error.message


def test_the_alpha_of_load_image_is_a_mask_that_can_be_used(
    comfyui: ComfyuiServer, tmp_path: Path, random: np.random.Generator
):
    levels = (photo(random, 90, 90, 4) * 255).astype(np.uint8)
    levels[..., 3] = 255
    levels[20:60, 30:70, 3] = 0
    file = BytesIO()
    Image.fromarray(levels).save(file, "PNG")
    comfyui.client.http.post("/upload/image", files={"image": ("painted.png", file.getvalue())}).raise_for_status()
    prompt = {
        "1": node("LoadImage", image="painted.png"),
        "2": apply(["1", 0], ["1", 1], ["1", 0], seed=FIRST_SEED + 6, width=0, height=0),
        "3": keep("2", tmp_path / "kept.npz"),
    }

    assert comfyui.client.run(prompt).errors == []

    images, _, _ = kept(tmp_path / "kept.npz")
    outside = levels[..., 3] == 255
    np.testing.assert_array_equal(np.rint(images[0] * 255)[outside], levels[outside][:, :3])


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        pytest.param({"x": 0, "y": 0, "width": 0, "height": 0}, [0, 0, 120, 90], id="four zeros are the whole picture"),
        pytest.param({"x": 10, "y": 20, "width": 30, "height": 40}, [10, 20, 40, 60], id="inside"),
        pytest.param({"x": 100, "y": 70, "width": 50, "height": 50}, [100, 70, 120, 90], id="overhanging is cut off"),
        pytest.param({"x": -5, "y": -5, "width": 25, "height": 25}, [0, 0, 20, 20], id="negative is cut off"),
        pytest.param({"x": 9.6, "y": 10.4, "width": 20, "height": 20}, [10, 10, 30, 30], id="rounded"),
        pytest.param({"x": "10", "y": "20", "width": "30", "height": "40"}, [10, 20, 40, 60], id="written as text"),
    ],
)
def test_the_box_of_the_widget_is_sent_as_its_corners(
    comfyui: ComfyuiServer, calm: SandboxThread, tmp_path: Path, random: np.random.Generator, box: dict, expected: list
):
    prompt = {
        "1": node("NeighbourMakes", path=save_arrays(tmp_path / "raw.npz", photo(random, 1, 90, 120, 3))),
        "2": extract(["1", 0], seed=FIRST_SEED + 7, box=box),
        "3": keep("2", tmp_path / "kept.npz"),
    }

    assert comfyui.client.run(prompt).errors == []

    (parameters,) = sent(calm, kept(tmp_path / "kept.npz")[2])
    assert parameters["Box"] == expected


def test_a_box_from_comfyui_s_own_node_is_taken(
    comfyui: ComfyuiServer, calm: SandboxThread, tmp_path: Path, random: np.random.Generator
):
    prompt = {
        "1": node("NeighbourMakes", path=save_arrays(tmp_path / "raw.npz", photo(random, 1, 90, 120, 3))),
        "5": node("PrimitiveBoundingBox", x=12, y=14, width=40, height=50),
        "2": extract(["1", 0], seed=FIRST_SEED + 8, box=["5", 0]),
        "3": keep("2", tmp_path / "kept.npz"),
    }

    assert comfyui.client.run(prompt).errors == []

    (parameters,) = sent(calm, kept(tmp_path / "kept.npz")[2])
    assert parameters["Box"] == [12, 14, 52, 64]


def test_a_painted_region_wins_over_the_box(
    comfyui: ComfyuiServer, calm: SandboxThread, tmp_path: Path, random: np.random.Generator
):
    region = np.zeros((1, 90, 120), np.float32)
    region[0, 30:50, 70:101] = 1
    prompt = {
        "1": node("NeighbourMakes", path=save_arrays(tmp_path / "raw.npz", photo(random, 1, 90, 120, 3), region)),
        "2": extract(["1", 0], seed=FIRST_SEED + 9, region=["1", 1], box={"x": 1, "y": 1, "width": 5, "height": 5}),
        "3": keep("2", tmp_path / "kept.npz"),
    }

    assert comfyui.client.run(prompt).errors == []

    (parameters,) = sent(calm, kept(tmp_path / "kept.npz")[2])
    assert parameters["Box"] == [70, 30, 101, 50]


def test_what_was_changed_on_the_way_is_said_on_the_node(
    comfyui: ComfyuiServer, tmp_path: Path, random: np.random.Generator
):
    raw = photo(random, 1, 20, 3000, 4) * 1.5 - 0.2
    raw[0, 0, 0] = np.nan
    mask = np.zeros((1, 40, 40), np.float32)
    mask[0, 10:30, 10:30] = 0.7
    prompt = {
        "1": node("NeighbourMakes", path=save_arrays(tmp_path / "raw.npz", raw, mask)),
        "2": node("NeighbourMakes", path=save_arrays(tmp_path / "p.npz", photo(random, 1, 64, 64, 1))),
        "3": apply(["1", 0], ["1", 1], ["2", 0], seed=FIRST_SEED + 10, width=0, height=0),
        "4": keep("3", tmp_path / "kept.npz"),
    }

    said = "\n".join(notes(comfyui, prompt, "3"))

    for change in (
        "NaN",
        "outside 0..1",
        "transparent",
        "resized from 3000 x 20 to 2560 x 17",
        "mask: fitted",
        "soft values",
    ):
        assert change in said, f"{change} is not in:\n{said}"
    assert "brought inside 64..2560" in said


def test_results_of_other_formats_sizes_and_counts_become_the_contract(
    comfyui: ComfyuiServer, calm: SandboxThread, tmp_path: Path, random: np.random.Generator
):
    calm.sandbox.faults.add("picture_count", count=3)
    calm.sandbox.faults.add("picture_format", format="WEBP")
    prompt = {
        "1": node("NeighbourMakes", path=save_arrays(tmp_path / "raw.npz", photo(random, 1, 64, 64, 3))),
        "2": extract(["1", 0], seed=FIRST_SEED + 11, batch_size=2),
        "3": keep("2", tmp_path / "kept.npz"),
    }

    assert comfyui.client.run(prompt).errors == []

    images, mask, _ = kept(tmp_path / "kept.npz")
    assert (images.shape, mask.shape) == ((3, 128, 128, 3), (3, 128, 128))
    assert images.dtype == mask.dtype == np.float32
