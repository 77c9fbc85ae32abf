"""Dots that make colours in between, and fit into every tile."""

import numpy as np
import pytest
from comfyui_picpik.pattern import colours_of, printed
from comfyui_picpik.pattern.colours import keys_of
from comfyui_picpik.pattern.dots import _order, dithered
from comfyui_picpik.pattern.inks import nearest
from comfyui_picpik.pattern.oklab import levels_to_light
from comfyui_picpik.tests import prints

BLACK_AND_WHITE = np.array([[0, 0, 0], [255, 255, 255]], np.uint8)


@pytest.mark.parametrize("level", range(0, 256, 15))
def test_dots_have_the_light_of_the_grey_they_stand_for(level):
    """Greys that are nearer to one ink have at most half of their dots of the other."""
    grey = np.full((64, 64, 3), level, np.float32) / 255
    inks = dithered(colours_of(grey), BLACK_AND_WHITE)
    light = float(levels_to_light(np.array(level)))
    nearer = nearest(keys_of(np.full((1, 3), level, np.uint8)), BLACK_AND_WHITE)[0]
    reached = max(light, 0.5) if nearer else light
    assert inks.mean() == pytest.approx(reached, abs=1 / 64)


def test_colours_of_the_palette_have_no_dots():
    palette = np.random.default_rng(1).integers(0, 256, (8, 3), np.uint8)
    picture = palette[np.random.default_rng(2).integers(0, 8, (40, 40))] / np.float32(255)
    assert np.array_equal(printed(dithered(colours_of(picture), palette), palette), picture)


def test_a_tile_of_whole_grids_gets_the_dots_that_its_cloth_gets():
    tile = prints.cloth(prints.watercolour, np.random.default_rng(5), 64, 48).picture
    palette = np.array([[20, 20, 60], [240, 200, 90], [120, 30, 40]], np.uint8)
    cloth = dithered(colours_of(np.tile(tile, (2, 2, 1))), palette)
    assert np.array_equal(cloth, np.tile(dithered(colours_of(tile), palette), (2, 2)))


@pytest.mark.parametrize("side", range(8, 90))
def test_the_grid_goes_on_in_the_next_tile_whatever_its_size(side):
    """Also over the margin, neighbouring lines follow each other in the grid, or are the same, or leave one out."""
    order = _order(side, side)
    lines = [int(np.flatnonzero(_order(8, 8)[:, 0] == order[row, 0])[0]) for row in range(side)]
    steps = {(after - before) % 8 for before, after in zip(lines, [*lines[1:], lines[0]], strict=True)}
    assert steps <= {0, 1, 2} and not {0, 2} <= steps
