"""What sets a seam apart, on crossings drawn by hand."""

import numpy as np
import pytest
from comfyui_picpik.pattern.crossings import Crossings
from comfyui_picpik.pattern.seam_measures import Steps, ended_outlines


def ended(*bars: tuple[int, int] | None) -> float:
    """Of four lines of 24 pixels, each with a bright bar from one pixel to another, or without one."""
    lines = np.zeros((4, 1, 1, 24), np.float32)
    for line, bar in zip(lines, bars, strict=True):
        line[..., slice(*bar or (0, 0))] = 1
    (most,) = ended_outlines(Steps.of(Crossings(lines, np.array([0]))), [1])
    return float(most[0])


def test_a_bar_that_goes_on_ends_nowhere():
    assert ended((8, 14), (8, 14), (8, 14), (8, 14)) == 0


@pytest.mark.parametrize("bars", [((8, 14), (8, 14), None, None), (None, None, (8, 14), (8, 14))])
def test_a_bar_on_one_side_alone_ends_with_both_its_outlines(bars):
    assert ended(*bars) == pytest.approx(2 / 24)


def test_two_bars_that_miss_each_other_end_on_both_sides():
    assert ended((2, 8), (2, 8), (12, 18), (12, 18)) == pytest.approx(4 / 24)


def test_a_slanted_bar_goes_on():
    assert ended((8, 14), (9, 15), (10, 16), (11, 17)) == 0


def test_a_line_that_lies_along_the_edge_ends_nothing():
    """Nor does a stain of a single pixel's depth, as noise has them."""
    assert ended((0, 24), (0, 24), None, None) == 0
    assert ended(None, (8, 14), None, None) == 0
