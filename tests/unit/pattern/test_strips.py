"""A strip laid over an edge is seen by its four sides, of which none need be a strong one."""

import numpy as np
import pytest
from comfyui_picpik.pattern import Layout
from comfyui_picpik.pattern.strips import strips
from comfyui_picpik.tests import prints


def clouds(width: int = 120, height: int = 90) -> np.ndarray:
    return prints.cloth(prints.watercolour, np.random.default_rng(4), width, height).tile()


def seen(tile: np.ndarray, axis: int) -> list[float]:
    """On both sides of the edges over which a tile goes on along the axis: how many times what is seen inside."""
    (joint,) = (each for each in Layout("straight").joints(tile) if each.axis == axis)
    return [float(values[0] / (values[1:].max() + 1e-4)) for values in strips(joint, least=-1)]


@pytest.mark.parametrize("axis", [0, 1])
def test_nothing_is_seen_where_a_print_goes_on(axis):
    assert max(seen(clouds(), axis)) < 1


@pytest.mark.parametrize("depth", [2, 5, 8])
def test_a_strip_is_seen_on_the_side_it_lies_on_whatever_its_depth(depth):
    tile = clouds()
    tile[40:52, :depth] = 0.3
    first, second = seen(tile, 1)
    assert max(seen(tile, 0)) < 1
    assert (first > 20) != (second > 20)


def test_a_strip_that_lies_anywhere_else_is_none_over_the_edge():
    tile = clouds()
    tile[40:52, 60:65] = 0.3
    assert max(seen(tile, 1)) < 1


def test_a_strip_without_ends_is_left_to_other_measures():
    tile = clouds()
    tile[:, :5] = 0.3
    assert max(seen(tile, 1)) < 1


def test_stripes_that_run_through_a_strip_are_not_its_ends():
    tile = clouds() * 0.5
    tile[40:52] += 0.2
    tile[:, :5] += 0.1
    assert max(seen(tile, 1)) < 1


def test_a_tile_without_an_inside_says_nothing():
    (joint, _) = Layout("straight").joints(clouds(40, 40))
    assert list(strips(joint, least=-1)) == []
