"""What RemoveContents fills an erased area with."""

import numpy as np
import pytest
from comfyui_picpik import artwork
from comfyui_picpik.sandbox.pictures.remove_contents import erased


def area(picture: np.ndarray, left: int, top: int, width: int, height: int) -> np.ndarray:
    mask = np.zeros(picture.shape[:2], np.uint8)
    mask[top : top + height, left : left + width] = 255
    return mask


def pattern() -> np.ndarray:
    return np.rint(artwork.pattern() * 255).astype(np.uint8)


@pytest.mark.parametrize("blur", [0, 12, 64])
def test_what_is_far_from_the_mask_is_left_to_the_bit(blur):
    raw = pattern()
    made = erased(raw, area(raw, 300, 300, 120, 90), blur)
    far = area(raw, 300 - 64, 300 - 64, 120 + 128, 90 + 128) == 0
    assert np.array_equal(made[far], raw[far])
    assert (made[300:390, 300:420] != raw[300:390, 300:420]).any()


def test_without_blur_nothing_but_the_masked_area_changes():
    raw = pattern()
    mask = area(raw, 300, 300, 120, 90)
    assert np.array_equal(erased(raw, mask, 0)[mask == 0], raw[mask == 0])


def test_a_blot_on_a_print_that_repeats_is_filled_with_the_print():
    raw = pattern()
    stained = raw.copy()
    stained[310:400, 280:400] = 255
    made = erased(stained, area(raw, 280, 310, 120, 90), 12).astype(float)
    inside = np.s_[310:400, 280:400]
    assert np.abs(made[inside] - raw[inside]).mean() < 12


def test_a_label_on_the_cloth_of_a_dress_is_filled_with_its_print():
    raw = np.rint(artwork.garment() * 255).astype(np.uint8)
    labelled = raw.copy()
    labelled[360:416, 380:476] = (244, 233, 216)
    made = erased(labelled, area(raw, 370, 350, 116, 76), 12).astype(float)
    reds, wanted = (
        picture[350:426, 370:486, 0] - picture[350:426, 370:486, 2].astype(float) for picture in (made, raw)
    )
    assert np.corrcoef(reds.ravel(), wanted.ravel())[0, 1] > 0.8  # flowers and leaves are where they were


def test_a_blot_on_a_wall_that_grows_darker_is_filled_with_the_wall():
    wall = np.broadcast_to(np.linspace(220, 150, 300)[None, :, None], (200, 300, 3)).astype(np.uint8)
    stained = wall.copy()
    stained[80:120, 120:180] = (200, 20, 20)
    made = erased(stained, area(wall, 115, 75, 70, 50), 4).astype(float)
    assert np.abs(made - wall).max() < 12


def test_an_empty_mask_changes_nothing_and_a_full_one_gives_a_picture():
    raw = pattern()[:60, :80]
    assert np.array_equal(erased(raw, np.zeros((60, 80), np.uint8), 12), raw)
    assert erased(raw, np.full((60, 80), 255, np.uint8), 12).shape == raw.shape


@pytest.mark.parametrize("shape", [(1, 2), (2, 300), (300, 3), (8, 8)])
def test_tiny_and_narrow_pictures_are_filled_as_well(shape):
    picture = np.random.default_rng(1).integers(0, 256, (*shape, 3)).astype(np.uint8)
    mask = np.zeros(shape, np.uint8)
    mask[0, 0] = 255
    assert erased(picture, mask, 12).shape == picture.shape
