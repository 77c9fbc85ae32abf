"""Pictures whose opposite edges continue each other."""

import numpy as np
import pytest
from comfyui_picpik.sandbox.pictures.processing.tiling import (
    is_seamless,
    quietest_line,
    quilted_into_itself,
    resized_wrapped,
)
from comfyui_picpik.tests.unit.sandbox.pictures.photographs import NAMES, cut, photograph
from comfyui_picpik.tests.unit.sandbox.pictures.printed_cloth import cloth, print_tile


def test_a_tile_is_told_from_a_picture_that_is_none():
    tile = np.tile(print_tile(), (2, 2, 1))
    assert is_seamless(tile)
    assert not is_seamless(cloth()[:100, :140].astype(np.float32) / 255)


def test_sewing_keeps_what_is_away_from_the_seam():
    picture = np.random.default_rng(4).random((90, 80, 3)).astype(np.float32)
    sewn = quilted_into_itself(picture, 20, axis=0)
    assert sewn.shape == (70, 80, 3)
    assert np.array_equal(sewn[20:], picture[20:70])


def test_a_resized_tile_is_still_seamless():
    for width, height in ((45, 80), (200, 31)):
        assert is_seamless(resized_wrapped(print_tile(), width, height))


@pytest.mark.parametrize(("left", "top"), [(0, 0), (150, 40), (300, 280)])
@pytest.mark.parametrize("name", NAMES)
def test_a_piece_of_a_photograph_is_no_tile_until_it_is_sewn(name, left, top):
    whole = photograph(name)
    left, top = min(left, whole.shape[1] - 180), min(top, whole.shape[0] - 180)
    piece = cut(whole, left, top, 180, 180).astype(np.float32) / 255
    assert not is_seamless(piece)
    assert is_seamless(quilted_into_itself(quilted_into_itself(piece, 24, axis=1), 24, axis=0))


def test_a_tile_begins_where_no_line_runs():
    lines = np.zeros((100, 80, 3), np.float32)
    lines[50:52] = 1
    assert quietest_line(lines, 50, axis=0) not in (50, 52)
    assert 46 <= quietest_line(lines, 50, axis=0) <= 54
