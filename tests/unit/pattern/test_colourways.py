"""The same print in other colours."""

import numpy as np
import pytest
from comfyui_picpik.pattern import PatternRefused, change_of_colours, colours_of, in_own_colours, recoloured
from comfyui_picpik.pattern.colours import keys_of
from comfyui_picpik.pattern.oklab import to_oklab
from comfyui_picpik.tests import prints
from hypothesis import given, settings, strategies as st

exactly = settings(derandomize=True, max_examples=20, database=None)
either_way = pytest.mark.parametrize("keep_shading", [True, False])
WHITE, RED, PINK = (250, 248, 240), (214, 32, 40), (231, 141, 142)
NIGHT, LIME, SAND = (20, 24, 60), (190, 220, 60), (220, 190, 150)


def palette(*colours):
    return np.array(colours, np.uint8)


def drawn_in(colours, side=120):
    """Two discs on a ground, with soft edges; the second disc lies on the right."""
    picture = np.broadcast_to(np.array(colours[0], float), (side, side, 3))
    y, x = np.mgrid[0:side, 0:side]
    for centre, colour in zip((0.25, 0.75), colours[1:], strict=True):
        inside = np.clip(side * 0.2 - np.hypot(x - side * centre, y - side / 2) + 0.5, 0, 1)[..., None]
        picture = picture + (colour - picture) * inside
    return (np.rint(picture) / 255).astype(np.float32)


@exactly
@given(seed=st.integers(0, 2**16), count=st.sampled_from([1, 2, 8, 32]), keep_shading=st.booleans())
def test_a_flat_print_gets_exactly_the_new_colours(seed, count, keep_shading):
    rng = np.random.default_rng(seed)
    old = np.unique(rng.integers(0, 256, (count, 3), np.uint8), axis=0)
    count = len(old)
    new = rng.integers(0, 256, (count, 3), np.uint8)
    index = rng.integers(0, count, (20, 33))
    picture = (old[index] / 255).astype(np.float32)
    result = recoloured(colours_of(picture), change_of_colours(old, new), keep_shading)
    assert result.dtype == np.float32
    assert np.array_equal(result, new[index] / np.float32(255))


@either_way
def test_a_print_with_soft_edges_is_as_if_drawn_in_the_new_colours(keep_shading):
    change = change_of_colours(palette(WHITE, RED, PINK), palette(NIGHT, LIME, SAND))
    result = recoloured(colours_of(drawn_in((WHITE, RED, PINK))), change, keep_shading)
    off = np.abs(result - drawn_in((NIGHT, LIME, SAND))) * 255
    assert off.max() <= 10 and off.mean() < 0.1, "what is within 8 levels of an area is part of it"


@pytest.mark.parametrize("family", prints.FAMILIES)
def test_a_print_in_its_own_colours_is_the_same_print(family):
    picture = prints.eight_bit(prints.cloth(family, np.random.default_rng(4), 128, 128, is_shaded=True).picture)
    colours = colours_of(picture)
    own, _ = in_own_colours(colours, 6, False)
    assert np.abs(recoloured(colours, change_of_colours(own, own), True) - picture).max() * 255 <= 1.01


def test_shades_stay_lighter_and_darker_and_get_the_new_hue():
    shades = np.linspace(0.6, 1, 32, dtype=np.float32)[:, None, None] * np.full((32, 8, 3), RED, np.float32) / 255
    change = change_of_colours(palette(RED, WHITE), palette((40, 60, 200), WHITE))
    result = to_oklab(recoloured(colours_of(shades), change, True)[:, 0])
    assert (np.diff(result[:, 0]) >= -1e-3).all()
    assert result[-1, 0] - result[0, 0] == pytest.approx(np.ptp(to_oklab(shades[:, 0])[:, 0]), abs=0.05)
    assert (result[:, 2] < -0.1).all(), "all of them are blue"


def test_without_shading_only_new_colours_are_left():
    picture = prints.cloth(prints.watercolour, np.random.default_rng(3), 64, 64).picture
    colours = colours_of(picture)
    own, _ = in_own_colours(colours, 4, False)
    result = recoloured(colours, change_of_colours(own, own[::-1]), False)
    assert np.isin(colours_of(result).distinct, keys_of(own)).all()


@pytest.mark.parametrize(
    ("old", "new", "input", "problem"),
    [
        ([RED, WHITE], [RED], "palette_to", "the numbers of colours differ: 2 in palette_from, 1 here."),
        ([RED, WHITE, RED], [RED, WHITE, PINK], "palette_from", "#d62028 is there twice"),
    ],
)
def test_palettes_that_do_not_fit_are_refused(old, new, input, problem):
    with pytest.raises(PatternRefused) as refused:
        change_of_colours(palette(*old), palette(*new))
    assert refused.value.input == input and problem in refused.value.problem and refused.value.remedy


def test_a_colour_that_is_there_twice_and_becomes_one_is_taken_once():
    old, new = change_of_colours(palette(RED, WHITE, RED), palette(PINK, NIGHT, PINK))
    assert old.tolist() == [list(RED), list(WHITE)] and new.tolist() == [list(PINK), list(NIGHT)]
