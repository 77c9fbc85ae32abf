"""The picture that ApplyReferencePattern makes of a printed cloth whose folds and light are known."""

import numpy as np
import pytest
from comfyui_picpik.sandbox.pictures.apply_reference_pattern import PatternApplication
from comfyui_picpik.tests.unit.sandbox.pictures.printed_cloth import GROUND, SIZE, cloth, folds, print_tile
from PIL import Image


def applied(seed=1, **changes):
    mask = np.zeros((SIZE, SIZE), np.uint8)
    mask[60:240, 40:260] = 255
    asked = {
        "raw": cloth(),
        "mask": mask,
        "pattern": np.rint(np.roll(print_tile()[..., ::-1], 20, axis=0) * 255).astype(np.uint8),
        "size": (SIZE, SIZE),
        "strength": 1.0,
        "chaotic": False,
        "color_correction": False,
    }
    return PatternApplication(**(asked | changes)).picture(seed)


def test_what_is_outside_the_mask_is_left_to_the_bit():
    result, raw = applied(), cloth()
    outside = np.ones((SIZE, SIZE), bool)
    outside[60:240, 40:260] = False
    assert np.array_equal(result[outside], raw[outside])
    assert (result[~outside] != raw[~outside]).any(axis=1).mean() > 0.9


def test_a_grey_mask_is_followed_by_degrees():
    hard, soft = (np.full((SIZE, SIZE), level, np.uint8) for level in (255, 128))
    raw = cloth().astype(int)
    whole = np.abs(applied(mask=hard) - raw).mean()
    half = np.abs(applied(mask=soft) - raw).mean()
    assert 0.3 * whole < half < 0.7 * whole


def test_an_empty_mask_changes_nothing():
    assert np.array_equal(applied(mask=np.zeros((SIZE, SIZE), np.uint8)), cloth())


def test_strength_nought_is_the_raw_image_and_more_of_it_changes_more():
    raw = cloth().astype(int)
    changed = [np.abs(applied(strength=strength) - raw).mean() for strength in (0.0, 0.1, 0.3, 0.5, 0.8, 1.0)]
    assert changed[0] == 0
    assert np.all(np.diff(changed) > 0)


def test_full_strength_leaves_nothing_of_the_old_print():
    plain = np.rint(folds()[1][..., None] * np.array(GROUND)).astype(np.uint8)
    inside = np.s_[80:220, 60:240]
    result, on_plain = applied()[inside].astype(float), applied(raw=plain)[inside].astype(float)
    assert np.corrcoef(result.ravel(), on_plain.ravel())[0, 1] > 0.9


def test_the_light_of_the_folds_lies_on_the_pattern():
    white = np.full((40, 40, 3), 255, np.uint8)
    shown = applied(pattern=white).astype(float).mean(axis=2)[80:220, 60:240]
    assert np.corrcoef(shown.ravel(), folds()[1][80:220, 60:240].ravel())[0, 1] > 0.9


@pytest.mark.parametrize("switch", ["chaotic", "color_correction"])
def test_each_switch_is_seen(switch):
    assert np.abs(applied(**{switch: True}).astype(int) - applied()).mean() > 1


def test_color_correction_does_nothing_in_chaotic_mode():
    assert np.array_equal(applied(chaotic=True), applied(chaotic=True, color_correction=True))


def test_color_correction_brings_the_colours_nearer_to_the_pattern():
    blue = np.rint(folds()[1][..., None] * np.array((90, 120, 230))).astype(np.uint8)
    red = np.full((40, 40, 3), (220, 60, 60), np.uint8)
    without, corrected = (applied(raw=blue, pattern=red, color_correction=on)[150, 150] for on in (False, True))
    assert corrected[0] / corrected[2] == pytest.approx(220 / 60, rel=0.05)
    assert without[0] / without[2] < 0.8 * corrected[0] / corrected[2]


def test_a_seed_repeats_exactly_and_two_seeds_differ():
    assert np.array_equal(applied(seed=7), applied(seed=7))
    assert np.abs(applied(seed=7).astype(int) - applied(seed=8)).mean() > 1


def test_pictures_of_other_sizes_are_brought_to_the_size_asked_for():
    small_mask = np.zeros((30, 30), np.uint8)
    small_mask[10:20, 10:20] = 255
    result = applied(mask=small_mask, size=(200, 150))
    raw = np.asarray(Image.fromarray(cloth()).resize((200, 150), Image.Resampling.LANCZOS))
    assert result.shape == (150, 200, 3)
    assert np.array_equal(result[:30], raw[:30])
    assert (result[60:90, 80:120] != raw[60:90, 80:120]).any()


@pytest.mark.parametrize("length", [1, 2, 33])
def test_patterns_and_raws_of_any_size_are_drawn(length):
    noise = np.random.default_rng(1).integers(0, 256, (length, length, 3), dtype=np.uint8)
    white = np.full((length, length), 255, np.uint8)
    for chaotic in (False, True):
        result = applied(raw=noise, mask=white, pattern=noise, size=(64, 70), chaotic=chaotic)
        assert result.shape == (70, 64, 3)
