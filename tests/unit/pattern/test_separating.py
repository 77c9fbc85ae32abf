"""Prints in few colours: exactly their own, no halos, and one plate for each."""

import numpy as np
import pytest
from comfyui_picpik.pattern import (
    colours_of,
    in_fixed_colours,
    in_own_colours,
    ink_shares,
    printed,
    separations,
)
from comfyui_picpik.pattern.colours import keys_of
from comfyui_picpik.tests import prints
from hypothesis import given, settings, strategies as st

exactly = settings(derandomize=True, max_examples=30, database=None)
RED, WHITE, PINK, GREEN = (214, 32, 40), (250, 248, 240), (231, 141, 142), (30, 110, 70)


def picture_of(levels):
    return np.asarray(levels, np.float32) / 255


def named(palette):
    return {tuple(colour) for colour in palette.tolist()}


def discs(inks, side=160, blur=1.0):
    """Discs of all inks but the first, on it, with edges so many pixels wide."""
    picture = np.broadcast_to(np.array(inks[0], float), (side, side, 3))
    y, x = np.mgrid[0:side, 0:side]
    for index, ink in enumerate(inks[1:]):
        away = np.hypot(x - side * (0.25 + 0.5 * (index % 2)), y - side * (0.25 + 0.5 * (index // 2)))
        picture = picture + (ink - picture) * np.clip((side * 0.2 - away) / blur + 0.5, 0, 1)[..., None]
    return picture_of(np.rint(picture))


@exactly
@given(seed=st.integers(0, 2**16), count=st.sampled_from([1, 2, 8, 32]), dither=st.booleans())
def test_a_flat_print_has_exactly_its_own_colours(seed, count, dither):
    rng = np.random.default_rng(seed)
    own = rng.integers(0, 256, (count, 3), np.uint8)
    picture = picture_of(own[rng.integers(0, count, (24, 31))])
    palette, inks = in_own_colours(colours_of(picture), count, dither)
    assert np.array_equal(printed(inks, palette), picture)
    assert named(palette) <= named(own)
    assert sorted(ink_shares(inks, len(palette)), reverse=True) == ink_shares(inks, len(palette))


@pytest.mark.parametrize("family", [prints.camouflage, prints.dots, prints.leaves])
@pytest.mark.parametrize("count", [6, 8, 16])
def test_soft_edges_take_no_place_in_the_palette(family, count):
    for seed in range(4):
        cloth = prints.cloth(family, np.random.default_rng(seed), 256, 256)
        colours = colours_of(cloth.picture)
        keys, pixels = np.unique(colours.keys, return_counts=True)
        palette, _ = in_own_colours(colours, count, False)
        assert np.isin(keys_of(palette), keys[pixels > 30]).all()
        assert len(palette) <= 6


def test_a_mixture_that_lies_on_edges_takes_no_place_even_where_a_few_of_its_pixels_are_an_area():
    levels = np.full((128, 128, 3), WHITE, np.uint8)
    for top in range(0, 128, 32):
        levels[top : top + 16] = RED
        levels[[top, top + 16]] = PINK
    levels[17, :8] = PINK
    levels[16, 8:24:8], levels[16, 12:24:8] = (241, 195, 191), (223, 86, 91)
    palette, _ = in_own_colours(colours_of(picture_of(levels)), 4, False)
    assert named(palette) == {WHITE, RED}


@pytest.mark.parametrize("blur", [1.0, 2.0])
@pytest.mark.parametrize("dither", [False, True])
def test_the_edge_of_red_on_white_is_no_line_of_pink(blur, dither):
    picture = discs([WHITE, RED, PINK], blur=blur)
    palette, inks = in_own_colours(colours_of(picture), 8, dither)
    assert named(palette) == {WHITE, RED, PINK}
    pink = inks == palette.tolist().index(list(PINK))
    assert not pink[:, :78].any(), "the red disc lies on the left"
    assert pink[:, 82:].mean() == pytest.approx(np.pi * 32**2 / (160 * 78), rel=0.05)


def test_thin_lines_of_an_ink_stay():
    levels = np.full((64, 64, 3), WHITE, np.uint8)
    levels[10], levels[:, 20], levels[40:, 40:] = RED, GREEN, PINK
    picture = picture_of(levels)
    palette, inks = in_own_colours(colours_of(picture), 4, False)
    assert np.array_equal(printed(inks, palette), picture)


@pytest.mark.parametrize("count", [1, 2, 8, 32])
@pytest.mark.parametrize("dither", [False, True])
def test_a_print_of_many_colours_gets_as_many_as_asked_and_the_same_ones_always(count, dither):
    picture = prints.cloth(prints.watercolour, np.random.default_rng(2), 128, 96).picture
    palette, inks = in_own_colours(colours_of(picture), count, dither)
    again, inks_again = in_own_colours(colours_of(picture.copy()), count, dither)
    assert len(palette) == count == len(named(palette))
    assert np.array_equal(palette, again) and np.array_equal(inks, inks_again)
    shares = ink_shares(inks, count)
    assert shares == sorted(shares, reverse=True) and sum(shares) == pytest.approx(1)


@exactly
@given(seed=st.integers(0, 2**16), count=st.sampled_from([1, 2, 8, 32]), dither=st.booleans())
def test_separations_cover_all_once(seed, count, dither):
    rng = np.random.default_rng(seed)
    palette = rng.integers(0, 256, (count, 3), np.uint8)
    inks = in_fixed_colours(colours_of(rng.random((17, 23, 3), np.float32)), palette, dither)
    plates = separations(inks, count)
    assert plates.shape == (count, 17, 23) and plates.dtype == np.float32
    assert set(np.unique(plates)) <= {0, 1}
    assert (plates.sum(0) == 1).all()
    assert np.allclose(np.einsum("nhw,nc->hwc", plates, palette / 255), printed(inks, palette), atol=1e-6)


def test_a_fixed_palette_keeps_its_order_and_colours_that_nothing_needs():
    palette = np.array([GREEN, WHITE, RED, WHITE], np.uint8)
    inks = in_fixed_colours(colours_of(discs([WHITE, RED])), palette, False)
    shares = ink_shares(inks, len(palette))
    assert shares[0] == shares[3] == 0 and shares[1] > shares[2] > 0
