"""Traces of JPEG in tiles that are none any more."""

import numpy as np
import pytest
from comfyui_picpik.pattern.jpeg_traces import jpeg_traces
from comfyui_picpik.tests import prints


@pytest.mark.parametrize("family", prints.FAMILIES)
def test_a_jpeg_is_known_by_its_traces(family):
    rng = np.random.default_rng(2)
    assert jpeg_traces(prints.jpeg(prints.cloth(family, rng, 240, 240).tile(), rng))


@pytest.mark.parametrize("family", [prints.camouflage, prints.dots, prints.leaves, prints.scales, prints.watercolour])
def test_what_was_no_jpeg_has_none(family):
    rng = np.random.default_rng(2)
    tile = prints.cloth(family, rng, 240, 240).tile()
    assert not jpeg_traces(prints.eight_bit(tile))
    assert not jpeg_traces(prints.eight_bit(prints.noisy(tile, rng)))


def test_a_tile_of_few_blocks_tells_nothing():
    assert not jpeg_traces(np.zeros((9, 300, 3), np.float32))


def test_of_a_large_tile_a_corner_tells():
    rng = np.random.default_rng(2)
    tile = np.tile(prints.cloth(prints.dots, rng, 300, 300).tile(), (4, 2, 1))
    assert jpeg_traces(prints.jpeg(tile, rng))
