"""Layouts: read from their names, and laid so that the straight tile is the same cloth to the pixel."""

from fractions import Fraction

import numpy as np
import pytest
from comfyui_picpik.pattern import LAYOUTS, Layout, PatternRefused, parse_drop, parse_layout
from hypothesis import given, settings, strategies as st

THIRD = Fraction(1, 3)


@pytest.mark.parametrize(
    ("layout", "drop", "meant"),
    [
        ("straight", "1/2", Layout("straight")),
        ("half-drop", "1/2", Layout("half-drop")),
        ("half-drop", " 2 / 3 ", Layout("half-drop", Fraction(2, 3))),
        ("half-brick", "2/4", Layout("half-brick")),
        ("half-drop 1/3", "1/2", Layout("half-drop", THIRD)),
        ("half-brick 1/3", "no fraction", Layout("half-brick", THIRD)),
        (" half-drop  1/3 ", "1/2", Layout("half-drop", THIRD)),
        ("mirror", "3/2", Layout("mirror")),
        ("turned", "", Layout("turned")),
        *((str(Layout(kind, THIRD)), "1/2", Layout(kind, THIRD)) for kind in ("half-drop", "half-brick")),
    ],
)
def test_a_layout_is_read_and_its_own_fraction_wins(layout: str, drop: str, meant: Layout):
    assert parse_layout(layout, drop) == meant


@pytest.mark.parametrize("kind", LAYOUTS)
def test_what_a_layout_is_called_is_read_as_the_same_layout(kind):
    assert parse_layout(str(Layout(kind)), "1/3") == Layout(kind)


@pytest.mark.parametrize("text", ["", "auto", "Straight", "half drop", "straight 1/2", "mirror 1/3", "half-drop2"])
def test_an_unknown_layout_is_refused_with_those_there_are(text: str):
    with pytest.raises(PatternRefused, match="half-brick, mirror or turned") as refused:
        parse_layout(text, "1/2")
    assert refused.value.input == "layout"


@pytest.mark.parametrize("text", ["3/2", "1/1", "0/2", "1/0", "-1/2", "0.5", "1/1000000", "", "half", "1//2"])
def test_a_drop_that_is_no_part_of_the_tile_is_refused(text: str):
    for read in (parse_drop, lambda drop: parse_layout("half-drop", drop)):
        with pytest.raises(PatternRefused, match="1/2 or 1/3") as refused:
            read(text)
        assert refused.value.input == "drop"


def test_a_wrong_fraction_in_the_layout_itself_names_the_layout():
    with pytest.raises(PatternRefused, match="3/2 is not between 0 and 1") as refused:
        parse_layout("half-drop 3/2", "1/2")
    assert refused.value.input == "layout"


def cloth_by_the_book(tile: np.ndarray, layout: Layout, height: int, width: int) -> np.ndarray:
    """Each pixel by itself, from what the layout's name means."""
    tall, wide = tile.shape[:2]
    y, x = np.mgrid[:height, :width]
    column, row, part = x // wide, y // tall, layout.drop
    match layout.kind:
        case "half-drop":
            return tile[(y - column * tall * part.numerator // part.denominator) % tall, x % wide]
        case "half-brick":
            return tile[y % tall, (x - row * wide * part.numerator // part.denominator) % wide]
        case "mirror":
            return tile[
                np.where(row % 2, tall - 1 - y % tall, y % tall), np.where(column % 2, wide - 1 - x % wide, x % wide)
            ]
        case "turned":
            upside_down = (column + row) % 2 == 1
            return tile[
                np.where(upside_down, tall - 1 - y % tall, y % tall),
                np.where(upside_down, wide - 1 - x % wide, x % wide),
            ]
    return tile[y % tall, x % wide]


def numbered(height: int, width: int) -> np.ndarray:
    """A tile whose pixels are all different."""
    return np.arange(height * width, dtype=np.float32).reshape(height, width, 1)


layouts = st.builds(
    lambda kind, one, other: Layout(kind, Fraction(min(one, other), max(one, other))),
    st.sampled_from(LAYOUTS),
    st.integers(1, 12),
    st.integers(13, 24),
)


@settings(derandomize=True, max_examples=150, database=None)
@given(layout=layouts, height=st.integers(1, 15), width=st.integers(1, 15))
def test_the_straight_tile_laid_straight_is_the_same_cloth_to_the_pixel(layout: Layout, height: int, width: int):
    tile = numbered(height, width)
    straight = layout.straight_tile(tile)
    columns, rows = layout.period
    assert straight.shape[:2] == (rows * height, columns * width)
    meant = cloth_by_the_book(tile, layout, 2 * rows * height, 2 * columns * width)
    assert np.array_equal(np.tile(straight, (2, 2, 1)), meant)


@pytest.mark.parametrize("kind", LAYOUTS)
def test_a_tile_whose_channels_lie_apart_in_memory_makes_the_same_straight_tile(kind):
    """ComfyUI's own scaling leaves them so."""
    apart = np.moveaxis(np.random.default_rng(1).random((3, 7, 5)), 0, -1)
    assert not apart.flags.c_contiguous
    layout = Layout(kind)
    assert np.array_equal(layout.straight_tile(apart), layout.straight_tile(apart.copy(order="C")))


@settings(derandomize=True, max_examples=100, database=None)
@given(layout=layouts, height=st.integers(2, 15), width=st.integers(2, 15))
def test_no_smaller_part_of_the_straight_tile_repeats_straight(layout: Layout, height: int, width: int):
    if layout.is_dropped and (height if layout.kind == "half-drop" else width) % layout.drop.denominator:
        return  # uneven steps may come out even sooner than the fraction says
    tile = numbered(height, width)
    straight = layout.straight_tile(tile)
    for axis, count in enumerate(reversed(layout.period)):
        side = straight.shape[axis]
        for part in range(1, count):
            assert not np.array_equal(np.roll(straight, part * side // count, axis=axis), straight)


@pytest.mark.parametrize(
    ("layout", "size", "steps"),
    [
        (Layout("half-drop"), (8, 5), (4,)),
        (Layout("half-drop"), (9, 5), (4, 5)),
        (Layout("half-brick"), (9, 8), (4,)),
        (Layout("half-drop", THIRD), (10, 5), (3, 4)),
        (Layout("half-drop", Fraction(2, 3)), (9, 5), (6,)),
        (Layout("straight"), (9, 9), ()),
        (Layout("mirror"), (9, 9), ()),
    ],
)
def test_a_fraction_that_is_no_whole_number_of_pixels_makes_two_steps_in_turn(layout: Layout, size, steps):
    assert layout.steps(*size) == steps


@pytest.mark.parametrize("layout", [*map(Layout, LAYOUTS), Layout("half-drop", THIRD), Layout("half-brick", THIRD)])
def test_the_joints_are_the_ways_in_which_edges_meet_on_the_cloth(layout: Layout):
    tile = numbered(7, 5)
    cloth = cloth_by_the_book(tile, layout, 7 * 12, 5 * 12)[..., 0]
    across = {(tuple(cloth[y : y + 7, x - 1]), tuple(cloth[y : y + 7, x])) for x in range(5, 60, 5) for y in range(77)}
    down = {(tuple(cloth[y - 1, x : x + 5]), tuple(cloth[y, x : x + 5])) for x in range(55) for y in range(7, 84, 7)}
    for joint in layout.joints(tile):
        first, second = joint.first[..., 0], joint.second[..., 0]
        if joint.axis == 1:
            assert (tuple(first[:, -1]), tuple(second[:, 0])) in across
        else:
            assert (tuple(first[-1]), tuple(second[0])) in down
