"""What the sandbox makes of a photograph of one's own: pieces that are cut out and sewn, with nothing averaged away."""

from functools import cache

import numpy as np
import pytest
from comfyui_picpik.sandbox.pictures.apply_reference_pattern import PatternApplication
from comfyui_picpik.sandbox.pictures.generate_patterns_from_image import PatternExtraction
from comfyui_picpik.tests.unit.sandbox.pictures.photographs import (
    ASTRONAUT,
    BRICK,
    CHELSEA,
    COFFEE,
    GRASS,
    GRAVEL,
    LUMA,
    blurred,
    colour_shift,
    contrast_left,
    cut,
    photograph,
    scaled,
    step_over_edge,
)

LEAST_CONTRAST = 0.6
MOST_SHIFT = 15
SQUARE, WIDE, TALL = (384, 384), (512, 256), (320, 448)

BOXES = [
    # photograph, perspective, (left, top, width, height), size of the result
    (BRICK, 0.0, (156, 156, 200, 200), SQUARE),
    (BRICK, 0.15, (20, 60, 300, 200), WIDE),
    (BRICK, 0.3, (170, 170, 120, 120), SQUARE),
    (BRICK, 0.3, (212, 212, 300, 300), TALL),
    (GRASS, 0.0, (170, 170, 120, 120), WIDE),
    (GRASS, 0.3, (156, 156, 200, 200), SQUARE),
    (GRAVEL, 0.0, (212, 212, 300, 300), SQUARE),
    (GRAVEL, 0.3, (170, 170, 120, 120), WIDE),
    (CHELSEA, 0.0, (20, 60, 300, 200), SQUARE),
    (CHELSEA, 0.3, (126, 50, 200, 200), TALL),
    (COFFEE, 0.0, (200, 100, 200, 200), SQUARE),
    (COFFEE, 0.3, (300, 100, 300, 300), SQUARE),
    (ASTRONAUT, 0.0, (20, 60, 300, 200), WIDE),
    (ASTRONAUT, 0.3, (212, 212, 300, 300), SQUARE),
]

RAWS_AND_PATTERNS = [
    (BRICK, CHELSEA, "oval"),
    (CHELSEA, BRICK, "stripe"),
    (ASTRONAUT, GRASS, "squares"),
    (COFFEE, GRAVEL, "oval"),
    (GRASS, COFFEE, "squares"),
    (GRAVEL, ASTRONAUT, "stripe"),
]


@cache
def extracted(name, perspective, box, size, tiling=True, seed=1):
    return PatternExtraction(boxed(name, perspective, box), size, tiling).picture(seed)


@cache
def boxed(name, perspective, box):
    return cut(photograph(name, perspective), *box)


@pytest.mark.parametrize("tiling", [True, False])
@pytest.mark.parametrize(("name", "perspective", "box", "size"), BOXES)
def test_most_of_the_contrast_stays_in_forms_in_detail_and_in_edges_both_ways(name, perspective, box, size, tiling):
    left = contrast_left(boxed(name, perspective, box), extracted(name, perspective, box, size, tiling))
    assert min(left.values()) > LEAST_CONTRAST, left


@pytest.mark.parametrize("tiling", [True, False])
@pytest.mark.parametrize(("name", "perspective", "box", "size"), BOXES)
def test_the_colours_stay(name, perspective, box, size, tiling):
    result = extracted(name, perspective, box, size, tiling)
    assert colour_shift(boxed(name, perspective, box), result) < MOST_SHIFT


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize(("name", "perspective", "box", "size"), BOXES)
def test_opposite_edges_of_a_tile_continue_each_other(name, perspective, box, size, axis):
    tile = extracted(name, perspective, box, size)
    assert step_over_edge(tile, axis) <= 1
    assert step_over_edge(tile, axis, depth=6) <= 1


def test_the_edges_of_what_is_only_cut_out_do_not():
    whole = extracted(CHELSEA, 0.0, (20, 60, 300, 200), SQUARE, tiling=False)
    assert max(step_over_edge(whole, axis) for axis in (0, 1)) > 2


@pytest.mark.parametrize("tiling", [True, False])
@pytest.mark.parametrize("name", [BRICK, ASTRONAUT])
def test_a_seed_repeats_exactly_and_two_seeds_differ(name, tiling):
    first, other = (extracted(name, 0.0, (156, 156, 200, 200), SQUARE, tiling, seed) for seed in (7, 8))
    again = PatternExtraction(boxed(name, 0.0, (156, 156, 200, 200)), SQUARE, tiling).picture(7)
    assert np.array_equal(first, again)
    assert np.abs(first.astype(int) - other).mean() > 1


@pytest.mark.parametrize("tiling", [True, False])
def test_a_picture_twice_as_wide_shows_stones_as_round_as_the_box_does(tiling):
    def longish(picture):
        grey = picture.astype(float) @ LUMA
        return np.abs(np.diff(grey, axis=0)).mean() / np.abs(np.diff(grey, axis=1)).mean()

    box = (156, 156, 200, 200)
    result = extracted(GRAVEL, 0.0, box, WIDE, tiling)
    assert longish(result) == pytest.approx(longish(boxed(GRAVEL, 0.0, box)), rel=0.2)


@pytest.mark.parametrize("tiling", [True, False])
def test_light_that_falls_off_to_one_side_is_evened_out(tiling):
    grass = cut(photograph(GRASS), 100, 100, 240, 240)
    lit = np.rint(grass * np.linspace(0.5, 1, 240)[None, :, None]).astype(np.uint8)
    result = PatternExtraction(lit, (240, 240), tiling).picture(1)
    unevenness = [blurred(picture.astype(float) @ LUMA, 40).std() for picture in (lit, result)]
    assert unevenness[1] < unevenness[0] / 2
    assert min(contrast_left(lit, result).values()) > LEAST_CONTRAST


def test_what_truly_repeats_is_still_found():
    once = scaled(cut(photograph(BRICK), 150, 100, 90, 90), 80, 80)
    result = PatternExtraction(np.tile(once, (4, 4, 1)), (320, 320), True).picture(1).astype(float)
    moved = [np.abs(result - np.roll(result, 80, axis)).mean() for axis in (0, 1)]
    assert max(moved) < 0.1 * np.abs(result - np.roll(result, 40, axis=(0, 1))).mean()
    assert min(contrast_left(np.tile(once, (4, 4, 1)), result.astype(np.uint8)).values()) > LEAST_CONTRAST


def mask_of(shape, height, width):
    y, x = np.mgrid[0:height, 0:width]
    inside = {
        "oval": 10 * (1 - np.hypot((x - width / 2) / (0.36 * width), (y - height / 2) / (0.4 * height))),
        "stripe": np.abs(x - y) < height // 6,
        "squares": (x // 70 + y // 70) % 2 == 0,
    }[shape]
    return np.rint(255 * np.clip(inside, 0, 1)).astype(np.uint8)


@cache
def applied(raw_name, pattern_name, shape):
    """The raw picture, its mask, the pattern and what becomes of them."""
    raw = photograph(raw_name)
    mask = mask_of(shape, *raw.shape[:2])
    pattern = cut(photograph(pattern_name, 0.15), 130, 60, 200, 200)
    task = PatternApplication(
        raw=raw,
        mask=mask,
        pattern=pattern,
        size=raw.shape[1::-1],
        strength=1.0,
        chaotic=False,
        color_correction=True,
    )
    return raw, mask, pattern, task.picture(1)


@pytest.mark.parametrize(("raw", "pattern", "shape"), RAWS_AND_PATTERNS)
def test_a_photograph_outside_the_mask_is_left_to_the_byte(raw, pattern, shape):
    before, mask, _, after = applied(raw, pattern, shape)
    assert np.array_equal(after[mask == 0], before[mask == 0])
    assert (after[mask == 255] != before[mask == 255]).any(axis=1).mean() > 0.9


@pytest.mark.parametrize(("raw", "pattern", "shape"), RAWS_AND_PATTERNS)
def test_inside_the_mask_the_pattern_is_seen_with_its_contrast_and_its_colours(raw, pattern, shape):
    _, mask, pattern, after = applied(raw, pattern, shape)
    inside = mask == 255
    longest = max(np.ptp(np.flatnonzero(mask.any(axis=axis))) for axis in (0, 1))
    laid = scaled(pattern, round(0.36 * longest), round(0.36 * longest)).astype(float) @ LUMA
    seen = after.astype(float) @ LUMA
    for sigma in (1.5, 0.12 * len(laid)):
        shares = (seen - blurred(seen, sigma))[inside].std() / (laid - blurred(laid, sigma)).std()
        assert shares > LEAST_CONTRAST
    assert np.abs(after[inside].mean(axis=0) - pattern.mean(axis=(0, 1))).max() < 45
