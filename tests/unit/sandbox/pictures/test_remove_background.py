"""The object that RemoveBackground cuts out: the example dress from its wall, and shapes that are drawn here."""

from functools import cache

import numpy as np
import pytest
from comfyui_picpik import artwork
from comfyui_picpik.sandbox.pictures.processing.matte import MatteSettings
from comfyui_picpik.sandbox.pictures.remove_background import cut_out

USUAL = {"erode_size": 15, "foreground_threshold": 240, "background_threshold": 15, "hair_optimization": "auto"}
DRESS_BOX = (110, 140, 790, 1100)


def settings(**changes) -> MatteSettings:
    return MatteSettings(**(USUAL | changes))


@cache
def dress() -> np.ndarray:
    return np.rint(artwork.garment() * 255).astype(np.uint8)


@cache
def dress_opacity(box=None, **changes) -> np.ndarray:
    return cut_out(dress(), box, settings(**changes))[..., 3] / 255


@pytest.mark.parametrize("box", [None, DRESS_BOX], ids=["without a box", "with one"])
def test_the_dress_is_found_on_its_wall(box):
    opacity, cloth = dress_opacity(box), artwork.garment_mask() > 0.5
    assert opacity[cloth].mean() > 0.98
    # what is not printed of the dress: collar, belt, bow and label
    assert opacity.sum() < 1.12 * cloth.sum()


def test_its_shadow_on_the_wall_is_no_part_of_it():
    shadow = np.s_[1090:1110, 250:650]
    assert dress_opacity()[shadow].mean() < 0.1


@pytest.mark.parametrize("box", [None, DRESS_BOX])
def test_the_wall_is_transparent_and_the_colours_are_those_of_the_photo(box):
    opacity = dress_opacity(box)
    assert opacity[:, :60].max() == opacity[:30].max() == opacity[:, -60:].max() == 0
    assert np.array_equal(cut_out(dress(), box, settings())[..., :3], dress())


def test_the_hair_switch_changes_the_edge_and_nothing_else():
    on, off = dress_opacity(hair_optimization="on"), dress_opacity(hair_optimization="off")
    soft_on, soft_off = (((opacity > 0.02) & (opacity < 0.98)).mean() for opacity in (on, off))
    assert soft_on > 2 * soft_off
    assert np.abs(on - off)[400:500, 300:550].max() < 0.15
    assert np.abs(on - off).mean() < 0.03


def hairy() -> tuple[np.ndarray, np.ndarray]:
    """A dark ball with fine hair on a light wall, and where there is hair beyond the ball."""
    y, x = np.mgrid[0:240, 0:240] - 120.0
    radius, angle = np.hypot(x, y), np.arctan2(y, x)
    hair = (radius >= 60) & (radius < 74) & (np.sin(60 * angle) > 0.3)
    picture = np.full((240, 240, 3), (225, 220, 210), np.uint8)
    picture[(radius < 60) | hair] = (40, 25, 15)
    return picture, hair


def test_with_the_hair_switch_on_hair_is_told_from_what_is_between():
    picture, hair = hairy()
    between = (np.hypot(*(np.mgrid[0:240, 0:240] - 120.0)) < 70) & ~(picture[..., 0] == 40)
    opacity = cut_out(picture, None, settings(hair_optimization="on"))[..., 3] / 255
    assert opacity[hair].mean() > opacity[between].mean() + 0.4


@pytest.mark.parametrize("erode_size", [0, 1, 15, 40])
@pytest.mark.parametrize("thresholds", [(240, 15), (255, 0), (10, 5)])
def test_all_settings_cut_out_something(erode_size, thresholds):
    foreground, background = thresholds
    for hair in ("auto", "on", "off"):
        chosen = settings(
            erode_size=erode_size,
            foreground_threshold=foreground,
            background_threshold=background,
            hair_optimization=hair,
        )
        opacity = cut_out(hairy()[0], None, chosen)[..., 3] / 255
        assert opacity[110:130, 110:130].mean() > 0.9
        assert opacity[:10].max() < 0.1


def test_a_box_chooses_one_of_two_objects():
    picture = np.full((200, 300, 3), (210, 205, 200), np.uint8)
    picture[60:140, 30:110] = (190, 40, 40)
    picture[60:140, 190:270] = (40, 60, 170)
    opacity = cut_out(picture, (20, 50, 120, 150), settings(hair_optimization="off"))[..., 3]
    assert opacity[70:130, 40:100].min() == 255
    assert opacity[:, 150:].max() == 0


@pytest.mark.parametrize("shape", [(1, 1), (2, 300), (300, 3), (8, 8)])
def test_tiny_and_narrow_pictures_are_cut_out_as_well(shape):
    picture = np.random.default_rng(1).integers(0, 256, (*shape, 3)).astype(np.uint8)
    for box in (None, (0, 0, shape[1], shape[0]), (0, 0, 1, 1)):
        assert cut_out(picture, box, settings()).shape == (*shape, 4)
