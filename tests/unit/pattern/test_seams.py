"""Whether a tile repeats, where not, and by how much it is off."""

from fractions import Fraction
from math import ceil

import numpy as np
import pytest
from comfyui_picpik.pattern import Layout, check_seams, marked, report_seams
from comfyui_picpik.pattern.seams import Seam
from comfyui_picpik.tests import prints
from comfyui_picpik.tests.seam_cases import Case, cases

STRAIGHT = Layout("straight")


def soft_print(width: int = 300, height: int = 252, **how) -> prints.Cloth:
    return prints.cloth(prints.watercolour, np.random.default_rng(8), width, height, **how)


def layout_of(case: Case) -> Layout:
    return Layout(case.laying.kind, Fraction(*case.laying.drop))


def test_of_the_verdicts_on_drawn_prints_98_percent_are_right_with_1_percent_of_false_alarms():
    """On half of the tiles of which docs/seam-verdict.md tells."""
    drawn = list(cases(seed=271126, prints_a_family=15))
    verdicts = [(case, check_seams(case.tile, layout_of(case)).is_seamless) for case in drawn]
    wrong = [(case.family, case.how) for case, verdict in verdicts if verdict != case.is_seamless]
    alarms = [(case.family, case.how) for case, verdict in verdicts if case.is_seamless and not verdict]
    assert len(drawn) >= 600
    assert len(alarms) <= ceil(0.01 * sum(case.is_seamless for case in drawn)), alarms
    assert len(wrong) <= 0.02 * len(drawn), wrong


@pytest.mark.parametrize("pixels", [-8, -3, 2, 5])
def test_a_tile_that_is_moved_along_its_edge_is_told_so(pixels):
    """Cut for a half-drop that is some pixels from where it is said to be."""
    cloth = soft_print(drop=(1, 2))
    upright = cloth.tile(20, 30)
    next_to_it = cloth.cut(20 + 300, 30, 300, 252)
    assert check_seams(upright, Layout("half-drop")).is_seamless
    sheared = np.concatenate([np.roll(upright[:, :150], pixels, axis=0), upright[:, 150:]], axis=1)
    assert np.array_equal(next_to_it, np.roll(upright, 126, axis=0))
    offsets = {seam.offset.along for seam in check_seams(sheared, Layout("half-drop")).seams if seam.offset}
    assert offsets == {-pixels}


@pytest.mark.parametrize("count", [1, 2, 5, 8])
def test_lines_that_are_there_twice_are_counted(count):
    tile = soft_print().cut(17, 40, 300 + count, 252)
    verdict = check_seams(tile, STRAIGHT)
    assert [(seam.axis, seam.harm, seam.offset) for seam in verdict.seams] == [(1, "twice", (0, count))]
    assert f"It is {count} px too wide: its last {count} px are its first ones again." in report_seams(
        STRAIGHT, verdict
    )


def test_lines_that_are_missing_are_told_as_a_guess():
    tile = soft_print().cut(17, 40, 300, 252 - 5)
    verdict = check_seams(tile, STRAIGHT)
    assert {seam.axis for seam in verdict.seams} == {0}
    assert "It may be about 5 px less high than one repeat." in report_seams(STRAIGHT, verdict)


def test_a_break_is_found_where_it_is():
    tile = soft_print().tile()
    tile[100:130, :6] = tile[200:230, 100:106]
    (seam,) = check_seams(tile, STRAIGHT).seams
    assert (seam.axis, seam.harm) == (1, "break")
    assert 90 <= seam.begin <= 105 and 125 <= seam.end <= 140


def test_light_that_falls_off_is_told_from_a_cut():
    tile = soft_print().tile() * np.linspace(0.97, 1.03, 300, dtype=np.float32)[None, :, None]
    (seam,) = check_seams(tile, STRAIGHT).seams
    assert seam == Seam(1, 0, 0, 252, "light")


def test_whatever_is_mirrored_repeats():
    picture = np.random.default_rng(3).random((90, 70, 3)).astype(np.float32)
    assert check_seams(picture, Layout("mirror")).is_seamless


def test_a_turned_tile_is_judged_beside_itself_upside_down():
    half = soft_print().tile()[:126]
    whole = np.concatenate([half, half[::-1, ::-1]])
    cloth = np.concatenate([whole, np.roll(whole, 126, axis=0)], axis=1)
    assert not check_seams(soft_print().tile(), Layout("turned")).is_seamless
    assert cloth.shape == (252, 600, 3)


def test_the_second_step_of_an_odd_half_drop_is_judged_too():
    """Of 251 pixels a column lies 125, the next one 126 lower; a tile fits at most one of them exactly."""
    cloth = prints.cloth(prints.dots, np.random.default_rng(5), 240, 251)
    tile = cloth.tile()
    assert {seam.joint for seam in check_seams(tile, Layout("half-drop")).seams} >= {0, 1}


def test_nothing_is_marked_on_a_tile_that_repeats():
    tile = soft_print().tile()
    rolled = marked(tile, STRAIGHT, check_seams(tile, STRAIGHT))
    assert np.array_equal(rolled, np.roll(tile, (-126, -150), axis=(0, 1)))


def test_only_the_bad_places_are_marked_on_both_sides_of_the_seam():
    tile = soft_print().tile()
    tile[100:130, :6] = tile[200:230, 100:106]
    verdict = check_seams(tile, STRAIGHT)
    changed = (marked(tile, STRAIGHT, verdict) != np.roll(tile, (-126, -150), axis=(0, 1))).any(axis=2)
    rows, columns = np.nonzero(changed)
    (seam,) = verdict.seams
    assert {int(row + 126) % 252 for row in rows} == set(range(seam.begin, seam.end))
    assert set(columns) == {146, 147, 152, 153}


def test_a_cross_stitch_print_repeats_though_each_of_its_stitches_ends_at_a_hard_edge():
    """And one that lacks three rows of stitches does not."""
    tiles = [
        (side, prints.cross_stitch(np.random.default_rng([side, seed]), 60, side))
        for side in (3, 4, 6, 8, 10)
        for seed in range(12)
    ]
    alarms = sum(not check_seams(tile, STRAIGHT).is_seamless for _, tile in tiles)
    missed = sum(check_seams(tile[: -3 * side], STRAIGHT).is_seamless for side, tile in tiles)
    assert alarms <= 0.05 * len(tiles)
    assert missed <= 0.15 * len(tiles)


def test_a_tile_of_two_repeats_of_cross_stitch_repeats_too():
    """Its seam stands in it a second time, among many crossings that jump more. One that lacks stitches does not."""
    tiles = [
        (side, np.tile(prints.cross_stitch(np.random.default_rng([side, seed]), 60, side), (2, 1, 1)))
        for side in (4, 6, 8)
        for seed in range(8)
    ]
    alarms = sum(not check_seams(tile, STRAIGHT).is_seamless for _, tile in tiles)
    missed = sum(check_seams(tile[: -3 * side], STRAIGHT).is_seamless for side, tile in tiles)
    assert alarms <= 0.25 * len(tiles)
    assert missed <= 0.15 * len(tiles)


def test_a_large_print_of_small_stitches_repeats():
    """Of its lines some are looked at, and their distance must not be that of the stitches."""
    tile = prints.cross_stitch(np.random.default_rng(4), 256, 4)
    assert check_seams(tile, STRAIGHT).is_seamless
    assert not check_seams(tile[:-12], STRAIGHT).is_seamless


def test_plain_ground_repeats():
    assert check_seams(np.full((64, 48, 3), 0.4, np.float32), STRAIGHT).is_seamless


@pytest.mark.parametrize("size", [(8, 8), (9, 300), (40, 17), (2, 9), (5, 33)])
def test_the_smallest_tiles_get_a_verdict(size):
    noise = np.random.default_rng(1).random((*size, 3)).astype(np.float32)
    assert check_seams(noise, Layout("half-drop", Fraction(1, 3))).is_seamless in (True, False)
