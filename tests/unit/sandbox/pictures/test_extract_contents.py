"""What ExtractContents cuts out of the example dress, by where it is clicked."""

from functools import cache

import numpy as np
import pytest
from comfyui_picpik import artwork
from comfyui_picpik.sandbox.pictures.extract_contents import extract
from comfyui_picpik.sandbox.pictures.processing.matte import MatteSettings

SHARP = MatteSettings(erode_size=15, foreground_threshold=240, background_threshold=15, hair_optimization="off")
BOW, SKIRT, BODICE, WALL = (340, 570), (440, 900), (440, 400), (60, 60)
IN_BOW, IN_SKIRT, IN_BODICE = np.s_[560:580, 320:360], np.s_[880:960, 350:500], np.s_[380:460, 350:500]


@cache
def opacity(include: tuple, exclude: tuple = ()) -> np.ndarray:
    return extract(np.rint(artwork.garment() * 255).astype(np.uint8), include, exclude, SHARP)[..., 3] / 255


@pytest.mark.parametrize(
    "point", [BODICE, SKIRT, (467, 650), (300, 230)], ids=["bodice", "skirt", "flower", "shoulder"]
)
def test_a_click_anywhere_on_the_dress_selects_the_dress(point):
    found, cloth = opacity((point,)), artwork.garment_mask() > 0.5
    assert found[cloth].mean() > 0.97
    assert found.sum() < 1.15 * cloth.sum()


def test_points_to_exclude_take_the_bow_out():
    found = opacity((BODICE, SKIRT), (BOW, (360, 650), (540, 570)))
    assert found[IN_BOW].max() == 0
    assert found[IN_SKIRT].mean() > 0.98 and found[IN_BODICE].mean() > 0.98


def test_the_bow_is_selected_alone_when_the_cloth_is_excluded():
    found = opacity((BOW,), (BODICE, SKIRT))
    assert found[IN_BOW].mean() > 0.98
    assert found[IN_SKIRT].max() == 0 and found[IN_BODICE].max() == 0


def test_a_click_on_the_wall_selects_the_wall():
    found = opacity((WALL,))
    assert found[:40].mean() > 0.98
    assert found[IN_SKIRT].max() == 0 and found[IN_BODICE].max() == 0


@pytest.mark.parametrize("shape", [(1, 1), (2, 300), (300, 3), (8, 8)])
def test_tiny_and_narrow_pictures_are_cut_out_as_well(shape):
    picture = np.random.default_rng(1).integers(0, 256, (*shape, 3)).astype(np.uint8)
    for exclude in ((), ((shape[1] - 1, shape[0] - 1),)):
        assert extract(picture, ((0, 0),), exclude, SHARP).shape == (*shape, 4)
