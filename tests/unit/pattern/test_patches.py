"""What suits best is laid over an edge: no wider than is worth it, and faded only by what can be light."""

import numpy as np
import pytest
from comfyui_picpik.pattern.patches import most_light, patched, patched_turned, smaller
from comfyui_picpik.tests import prints

HALF = 12
LIGHT = 0.1
EVERYWHERE = np.ones(60, bool)


def flat(colour, across):
    return np.full((60, across, 3), colour, np.float32)


def cloth(width=40, seed=3):
    """[60, 120, 3], which repeats twice over its length, and over its width in so many pixels."""
    tile = prints.cloth(prints.leaves, np.random.default_rng(seed), width, 30).tile()
    return np.tile(tile, (2, 120 // width, 1))


def over_the_edge(lines):
    return np.concatenate([lines[:, -HALF:], lines[:, :HALF]], axis=1)


def cross_fading_changes(band, lines):
    """In all, when the band is faded into the middle of the lines."""
    share = (np.minimum(np.arange(2 * HALF), np.arange(2 * HALF)[::-1]) + 1) / HALF
    centre = lines.shape[1] // 2
    return (np.abs(band - lines[:, centre - HALF : centre + HALF]) * share[:, None]).sum()


@pytest.mark.parametrize("width", [40, 60])
def test_a_break_is_filled_with_what_belongs_there(width):
    """Also where the middle of the tile is what belongs there, and cross-fading would change as little."""
    lines = cloth(width)
    whole = over_the_edge(lines)
    band, broken = whole.copy(), np.zeros(60, bool)
    band[20:26, HALF - 2 : HALF + 2], broken[18:28] = 0.5, True

    mended = patched(band, lines, broken, True, LIGHT)

    np.testing.assert_allclose(mended, whole, atol=1e-4)


def test_rows_that_do_not_go_round_are_patched_from_the_same_height():
    lines = np.linspace(0, 1, 60, dtype=np.float32)[:, None, None] + flat(0, 120)
    band = over_the_edge(lines)
    band[:, HALF:] = band[::-1, HALF:]

    mended = patched(band, lines, EVERYWHERE, False, 0)

    np.testing.assert_allclose(mended[:, HALF - 1 : HALF + 1], lines[:, :2], atol=1e-6)


def test_what_is_not_broken_is_not_patched_where_that_costs_anything():
    lines, broken = flat(0.6, 120), np.zeros(60, bool)
    broken[20:30] = True

    mended = patched(flat(0.2, 2 * HALF), lines, broken, True, LIGHT)

    changed = (mended != np.float32(0.2)).any(axis=(1, 2))
    assert changed[20:30].all() and not changed[:18].any() and not changed[32:].any()


def test_another_thing_at_the_rim_is_cut_off_and_stays_as_crisp():
    mended = patched(flat(0.2, 2 * HALF), flat(0.6, 120), EVERYWHERE, True, LIGHT)

    assert {*np.unique(mended)} == {np.float32(0.2), np.float32(0.6)}


@pytest.mark.parametrize(("colour", "light"), [(0.25, LIGHT), (0.6, np.inf)])
def test_what_can_be_light_at_the_rim_fades_into_the_patch(colour, light):
    mended = patched(flat(0.2, 2 * HALF), flat(colour, 120), EVERYWHERE, True, light)

    np.testing.assert_allclose(mended, flat(0.2, 2 * HALF), atol=1e-5)


@pytest.mark.parametrize("light", [LIGHT, np.inf])
def test_a_turned_patch_is_the_same_both_ways_and_has_no_width_where_four_tiles_meet(light):
    rng = np.random.default_rng(2)
    lines = rng.random((60, 120, 3), np.float32)
    side = rng.random((60, HALF, 3), np.float32)
    band = np.concatenate([side[::-1, ::-1], side], axis=1)

    mended = patched_turned(band, lines, light)

    np.testing.assert_allclose(mended, mended[::-1, ::-1], atol=1e-5)
    assert np.array_equal(mended[[0, -1]], band[[0, -1]])
    assert (mended[1:-1, HALF] != band[1:-1, HALF]).any(axis=1).all()


@pytest.mark.parametrize("seed", range(4))
def test_a_patch_that_nothing_suits_changes_less_than_cross_fading_would(seed):
    rng = np.random.default_rng(seed)
    lines = np.repeat(rng.random((60, 120, 1), np.float32).round(), 3, axis=2)
    lines[:, 48:72] = 0.5
    side = np.repeat(rng.random((60, HALF, 1), np.float32), 3, axis=2)
    band = np.concatenate([side[::-1, ::-1], side], axis=1)

    for mended in (patched(band, lines, EVERYWHERE, False, LIGHT), patched_turned(band, lines, LIGHT)):
        assert 0 < np.abs(mended - band).sum() < cross_fading_changes(band, lines)


def test_only_what_has_outlines_limits_what_is_light():
    clouds = prints.cloth(prints.watercolour, np.random.default_rng(1), 90, 90).tile()
    leaves = prints.cloth(prints.leaves, np.random.default_rng(1), 90, 90).tile()

    assert most_light(clouds) == np.inf
    assert most_light(leaves) == most_light(np.kron(leaves, np.ones((8, 8, 1), np.float32))) == LIGHT


def test_a_picture_is_made_smaller_by_means_and_without_what_is_left_over():
    picture = np.arange(5 * 7, dtype=np.float32).reshape(5, 7, 1)

    assert smaller(picture, 2)[..., 0].tolist() == [[4, 6, 8], [18, 20, 22]]
