"""A strip laid over an edge: evidence of a break that is no greater than the print's own outlines.

What breaks an edge is a few lines deep, and ends at all its sides: at the edge, so many lines inside, and at both its
ends, by strokes across the lines that are as long as it is deep. Few places inside a print have all of that.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from .crossings import thinned
from .layouts import Joint
from .seam_measures import Sums, across, largest, spread, window

_DEEPEST = 8
"""Lines of a strip."""
_LINES = _DEEPEST + 3
"""One beyond the edge, the strip's, and two behind it."""
_MARGIN = 16
"""Lines next to an edge that what broke it may have changed."""
_MOST = 32 * 1024
"""Pixels along all the lines inside a tile on which strips are looked for."""
_SHARE = 24
"""Of an edge: the shortest part that is looked at as a whole."""


def strips(joint: Joint, least: float) -> Iterator[np.ndarray]:
    """[k] for each side of the edge: how much the most of a strip is seen. The seam comes first, then places inside.

    The two strongest strokes, in sum, times what both steps along the strip have over their neighbours. Nothing is said
    of a tile that has no inside, nor of a side where the seam has no more than `least`.
    """
    first, second = (np.moveaxis(tile, joint.axis, 0) for tile in (joint.first, joint.second))
    places = _inside(*first.shape[:2])
    if not len(places):
        return
    for before, after, way in ((first[::-1], second, 1), (second, first[::-1], -1)):
        seam = _most(np.concatenate([before[:1], after[: _LINES - 1]])[:, None])
        if seam[0] > least:
            inside = first[places + np.arange(_LINES)[::way, None]]
            yield np.concatenate([seam, _most(inside)])


def _inside(count: int, length: int) -> np.ndarray:
    return thinned(np.arange(_MARGIN, count - _MARGIN - _LINES), length, _MOST)


def _most(lines: np.ndarray) -> np.ndarray:
    """[k] of lines [_LINES,k,n,C], the first of which lies beyond the edge; of a strip of any depth."""
    lines = np.ascontiguousarray(np.moveaxis(lines, -1, 1))
    outlines = [across(line) for line in lines]
    steps = [largest(after - before) for before, after in pairwise(lines)]
    width = window(lines.shape[-1], _SHARE)
    beyond, stroke, over = spread(outlines[0]), outlines[1], steps[0] - steps[1]
    most = np.zeros(lines.shape[2], np.float32)
    for depth in range(2, _DEEPEST + 1):
        stroke = np.minimum(stroke, outlines[depth])
        ended = np.maximum(stroke - np.maximum(beyond, spread(outlines[depth + 1])), 0)
        behind = steps[depth] - np.maximum(steps[depth - 1], steps[depth + 1])
        along = Sums(np.maximum(np.minimum(over, behind), 0)).means(width).max(axis=1)
        np.maximum(most, _two_greatest(ended) * along, out=most)
    return most


def _two_greatest(values: np.ndarray) -> np.ndarray:
    """[k], in sum, of [k,n], none below 0; of these the greatest are lost."""
    rows, places = np.arange(len(values)), values.argmax(axis=1)
    greatest = values[rows, places]
    values[rows, places] = 0
    return greatest + values.max(axis=1)
