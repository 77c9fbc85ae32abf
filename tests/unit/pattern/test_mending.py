"""A tile that does not repeat is made to, near its edges, and by less than cross-fading would change."""

from fractions import Fraction

import numpy as np
import pytest
from comfyui_picpik.pattern import Layout, PatternRefused, check_seams, mend, mending
from comfyui_picpik.pattern.seams import Seam, Verdict
from comfyui_picpik.tests import prints

WIDTH = 0.15


LAYINGS = (Layout("straight"), Layout("half-drop"), Layout("half-drop", Fraction(1, 3)), Layout("half-brick"))


def cross_faded(tile, width=WIDTH):
    """What is usual: near its edges the tile is faded into itself, moved by half."""
    for axis in (0, 1):
        length = tile.shape[axis]
        from_edge = np.minimum(np.arange(length), np.arange(length)[::-1])
        share = np.clip(1 - from_edge / (width * length), 0, 1).astype(np.float32)
        share = np.expand_dims(share, (1 - axis, 2))
        tile = tile * (1 - share) + np.roll(tile, length // 2, axis) * share
    return tile


def drawn(family, seed, layout=LAYINGS[0]):
    """A tile of a print that repeats in this layout."""
    drop = layout.drop.as_integer_ratio() if layout.kind != "straight" else (0, 1)
    is_brick = layout.kind == "half-brick"
    cloth = prints.cloth(family, np.random.default_rng(seed), 198, 180, drop=drop, is_brick=is_brick, is_shaded=True)
    return prints.eight_bit(cloth.tile())


def cropped(tile):
    return tile[:, :-8]


def broken(tile):
    tile = tile.copy()
    tile[60:90, :5] = tile[120:150, 90:95]
    return tile


def lit(tile):
    return tile * np.linspace(0.93, 1, len(tile), dtype=np.float32)[:, None, None]


def part_of(family, seed, height=160, width=200):
    """A part of a print, which does not repeat."""
    larger = prints.cloth(family, np.random.default_rng(seed), 2 * width, 2 * height)
    return prints.eight_bit(larger.cut(9, 17, width, height))


def change(before, after) -> float:
    """Levels, on average over the tile."""
    return float(np.abs(after - before).mean() * 255)


def mended_well(tile, layout):
    """The mended tile, which repeats, and of which nothing else was changed than what is said to be."""
    mended = mend(tile, layout, WIDTH)
    assert check_seams(mended.tile, layout).is_seamless
    assert np.array_equal((mended.tile != tile).any(axis=2), mended.changed)
    assert mended.tile.dtype == np.float32 and mended.tile.min() >= 0 and mended.tile.max() <= 1
    down, across = (int(WIDTH * side) for side in tile.shape[:2])
    assert not mended.changed[down:-down, across:-across].any()
    return mended.tile


@pytest.mark.parametrize("family", prints.FAMILIES)
def test_a_tile_repeats_and_is_changed_less_than_by_cross_fading(family):
    layout = LAYINGS[prints.FAMILIES.index(family) % len(LAYINGS)]
    whole = drawn(family, 4, layout)
    for tile in (cropped(whole), broken(whole), lit(whole), part_of(family, 4)):
        mended = mended_well(tile, layout)
        assert change(tile, mended) <= 0.9 * change(tile, cross_faded(tile))


@pytest.mark.parametrize("family", [prints.camouflage, prints.leaves, prints.watercolour])
def test_a_tile_that_is_turned_is_mended_at_all_four_edges(family):
    mended_well(part_of(family, 5), Layout("turned"))


@pytest.mark.parametrize("family", [prints.camouflage, prints.leaves, prints.watercolour])
def test_where_four_turned_tiles_meet_they_agree(family):
    mended = mend(part_of(family, 5), Layout("turned"), WIDTH).tile

    corners = mended[[0, 0, -1, -1], [0, -1, 0, -1]]
    assert np.ptp(corners, axis=0).max() < 2 / 255


@pytest.mark.parametrize("seed", [1, 3])
def test_what_never_repeated_is_changed_less_than_by_cross_fading(seed):
    tile = part_of(prints.dots, seed, 228, 192)

    mended = mended_well(tile, Layout("half-drop"))

    assert change(tile, mended) <= 0.9 * change(tile, cross_faded(tile))


@pytest.mark.parametrize(("layout", "height", "width"), [("half-drop", 161, 200), ("half-brick", 160, 201)])
def test_where_columns_are_not_always_moved_as_far_both_ways_are_mended(layout, height, width):
    mended_well(part_of(prints.camouflage, 8, height, width), Layout(layout))


@pytest.mark.parametrize("family", prints.FAMILIES)
def test_a_tile_that_repeats_stays_as_it_is(family):
    tile = drawn(family, 3)

    mended = mend(tile, Layout("straight"), WIDTH)

    assert np.array_equal(mended.tile, tile) and not mended.changed.any() and mended.mean_levels == 0


def test_whatever_is_mirrored_repeats():
    tile = part_of(prints.leaves, 1)
    assert np.array_equal(mend(tile, Layout("mirror"), WIDTH).tile, tile)


def test_flat_colours_stay_the_only_ones():
    levels = np.random.default_rng(4).integers(0, 4, (12, 12))
    tile = np.array([[0.1, 0.2, 0.5], [0.9, 0.8, 0.2], [0.5, 0.1, 0.1], [1, 1, 1]], np.float32)[levels.repeat(20, 0)]
    tile = tile.repeat(17, 1)[7:, 5:]

    mended = mended_well(tile, Layout("straight"))

    assert {*map(tuple, mended.reshape(-1, 3))} <= {*map(tuple, tile.reshape(-1, 3))}


def test_light_is_taken_away_and_what_is_drawn_stays():
    tile = drawn(prints.dots, 3)

    mended = mended_well(lit(tile), Layout("straight"))

    assert np.abs(mended - lit(tile)).max() < 0.05


def test_a_break_is_mended_where_it_is():
    tile = broken(drawn(prints.camouflage, 6))

    mended = mend(tile, Layout("straight"), WIDTH)

    rows = np.flatnonzero(mended.changed.any(axis=1))
    assert rows[0] > 30 and rows[-1] < 120


def test_how_much_was_changed_is_said_of_what_was_changed():
    tile = part_of(prints.dots, 7)

    mended = mend(tile, Layout("straight"), WIDTH)

    changed = np.abs(mended.tile - tile)[mended.changed]
    assert mended.mean_levels == pytest.approx(changed.mean() * 255, rel=1e-4)


@pytest.mark.parametrize("kind", ["straight", "half-drop", "half-brick", "turned"])
@pytest.mark.parametrize("shape", [(24, 24), (17, 40), (64, 16)])
def test_the_smallest_tiles_are_mended_or_refused(kind, shape):
    tile = np.random.default_rng(9).random((*shape, 3), np.float32)
    try:
        mended = mend(tile, Layout(kind), WIDTH)
    except PatternRefused as refused:
        assert refused.input == "width"
    else:
        assert check_seams(mended.tile, Layout(kind)).is_seamless


@pytest.mark.parametrize("width", [0.0, -0.1, 0.51, float("nan")])
def test_a_width_that_is_no_part_of_the_tile_is_refused(width):
    with pytest.raises(PatternRefused, match=r"width: .* is no part of the tile from an edge\.\nGive more than 0"):
        mend(drawn(prints.dots, 3), Layout("straight"), width)


def test_a_tile_that_cannot_be_mended_is_refused_and_never_returned_broken(monkeypatch):
    monkeypatch.setattr(mending, "check_seams", lambda *_: Verdict((Seam(1, 0, 0, 9, "cut"),)))

    with pytest.raises(PatternRefused, match=r"width: within 15% of its edges .*\nGive more width"):
        mend(part_of(prints.dots, 3, 60, 60), Layout("straight"), WIDTH)
