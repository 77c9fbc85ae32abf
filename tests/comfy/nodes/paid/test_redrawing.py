"""Remove Contents, Resize Image, Apply Reference Style and Generate Images in a real ComfyUI."""

from pathlib import Path

import numpy as np
import pytest
from comfyui_picpik import artwork
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.sandbox import SandboxThread
from comfyui_picpik.tests.comfy.exact_pictures import keep, kept, photo, sent
from comfyui_picpik.tests.comfy.prompts import Prompt, generate, node, remove_contents, resize, save_arrays, style
from comfyui_picpik.tests.seams import worst_seam


def result(server: ComfyuiServer, prompt: Prompt, path: Path) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Of a prompt whose node `2` is the one that is tried."""
    assert server.client.run(prompt | {"9": keep("2", path)}).errors == []
    return kept(path)


def test_what_is_white_in_the_mask_is_erased_and_what_is_far_from_it_comes_back_as_it_was(
    comfyui: ComfyuiServer, calm: SandboxThread, tmp_path: Path, random: np.random.Generator
):
    raw = 0.5 + (photo(random, 1, 120, 160, 3) - 0.5) * 0.1
    raw = np.rint(raw * 255).astype(np.float32) / np.float32(255)
    raw[0, 50:70, 70:100] = (1, 0, 0)
    mask = np.zeros((1, 120, 160), np.float32)
    mask[0, 46:74, 66:104] = 1
    prompt = {
        "1": node("NeighbourMakes", path=save_arrays(tmp_path / "raw.npz", raw, mask)),
        "2": remove_contents(["1", 0], ["1", 1], mask_blur=6),
    }

    images, alpha, uids = result(comfyui, prompt, tmp_path / "kept.npz")

    far = np.ones((120, 160), bool)
    far[30:90, 50:120] = False
    np.testing.assert_array_equal(images[0][far], raw[0][far])
    assert np.abs(images[0, 50:70, 70:100] - 0.5).max() < 0.15
    assert alpha.max() == 0
    (parameters,) = sent(calm, uids)
    assert (parameters["MaskBlur"], parameters.get("InvertMask", False)) == (6, False)


def test_the_same_inputs_are_free_and_another_attempt_is_paid(
    comfyui: ComfyuiServer, calm: SandboxThread, tmp_path: Path, random: np.random.Generator
):
    raw = photo(random, 1, 64, 64, 3)
    before = len(calm.sandbox.tasks)

    def run(attempt: int) -> str:
        prompt = {
            "1": node("NeighbourMakes", path=save_arrays(tmp_path / f"raw-{attempt}.npz", raw)),
            "2": resize(["1", 0], factor=1.5, attempt=attempt),
        }
        _, _, (uid,) = result(comfyui, prompt, tmp_path / "kept.npz")
        comfyui.client.http.post("/free", json={"free_memory": True, "unload_models": True}).raise_for_status()
        return uid

    uids = [run(attempt) for attempt in (0, 0, 1, 0, 1)]

    assert uids == [uids[0], uids[0], uids[2], uids[0], uids[2]]
    assert len(calm.sandbox.tasks) == before + 2


@pytest.mark.parametrize(
    ("changes", "size"),
    [
        ({"factor": 2.0}, (192, 128)),
        ({"factor": 1.5, "width": 300}, (300, 200)),
        ({"height": 96}, (144, 96)),
        ({"width": 200, "height": 100}, (200, 100)),
        ({"factor": 3.0, "tile": True}, (288, 192)),
    ],
)
def test_a_picture_is_enlarged_to_the_size_that_is_asked_for(
    comfyui: ComfyuiServer, tmp_path: Path, random: np.random.Generator, changes: dict, size: tuple[int, int]
):
    prompt = {
        "1": node("NeighbourMakes", path=save_arrays(tmp_path / "raw.npz", photo(random, 2, 64, 96, 3))),
        "2": resize(["1", 0], **changes),
    }

    images, mask, uids = result(comfyui, prompt, tmp_path / "kept.npz")

    assert (images.shape, mask.shape, len(uids)) == ((2, size[1], size[0], 3), (2, size[1], size[0]), 2)
    assert mask.max() == 0


@pytest.mark.parametrize("factor", [2.0, 2.5, 0.75])
def test_a_tile_repeats_afterwards_as_well_as_before(comfyui: ComfyuiServer, tmp_path: Path, factor: float):
    prompt = {"1": node("PicpikExampleImages"), "2": resize(["1", 2], factor=factor, tile=True)}

    images, _, _ = result(comfyui, prompt, tmp_path / "kept.npz")

    assert images.shape[1:3] == (round(768 * factor), round(768 * factor))
    assert worst_seam(images[0]) <= max(worst_seam(artwork.pattern()), 1.0)


def test_without_tile_the_seam_of_an_enlarged_tile_is_worse_so_that_the_measure_tells_something(
    comfyui: ComfyuiServer, tmp_path: Path
):
    prompt = {"1": node("PicpikExampleImages"), "2": resize(["1", 2], factor=2.0)}

    images, _, _ = result(comfyui, prompt, tmp_path / "kept.npz")

    assert worst_seam(images[0]) > 1.05


def test_a_style_brings_its_colours_and_the_picture_keeps_its_shape(
    comfyui: ComfyuiServer, calm: SandboxThread, tmp_path: Path, random: np.random.Generator
):
    raw = photo(random, 2, 80, 128, 3)
    red = photo(random, 1, 64, 64, 3) * np.array([1, 0.2, 0.2], np.float32)
    prompt = {
        "1": node("NeighbourMakes", path=save_arrays(tmp_path / "raw.npz", raw)),
        "3": node("NeighbourMakes", path=save_arrays(tmp_path / "style.npz", red)),
        "2": style(["1", 0], ["3", 0], seed=9_102, width=0, height=0, style_strength=1.0),
    }

    images, _, uids = result(comfyui, prompt, tmp_path / "kept.npz")

    assert images.shape == (2, 80, 128, 3)
    colour = images.mean(axis=(0, 1, 2))
    assert colour[0] > colour[1] + 0.1 and colour[0] > colour[2] + 0.1
    assert [parameters["StyleReferStrength"] for parameters in sent(calm, uids)] == [1.0, 1.0]


def test_words_become_tiles_that_repeat_as_many_as_were_asked_for(comfyui: ComfyuiServer, tmp_path: Path):
    prompt = {"2": generate(positive_prompts="coral flowers on navy", seed=9_103, width=160, height=128, batch_size=3)}

    images, mask, uids = result(comfyui, prompt, tmp_path / "kept.npz")

    assert (images.shape, mask.max(), len(uids)) == ((3, 128, 160, 3), 0, 1)
    assert all(worst_seam(image) <= 1.05 for image in images)
    assert np.abs(images[0] - images[1]).mean() > 0.02
