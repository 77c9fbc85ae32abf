"""Crossings: four lines of pixels in a row, of which the step in the middle is judged.

The one over a seam (the last two lines of a tile and the first two of the next) is set beside those inside the tile.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .jpeg_traces import BLOCK, LUMA, JpegTraces
from .layouts import Joint

_MOST = 512 * 1024
"""Pixels on the lines inside a tile that are looked at; of a large tile some of its lines tell enough."""
_EDGE = 16
"""Lines next to an edge, as a share of the length at most a quarter, that what broke the edge may have changed."""


class Crossings(NamedTuple):
    lines: np.ndarray
    """[4, C, m, n] float32, C = 3, or 1 where only brightness counts; the first of the m is the seam's"""
    places: np.ndarray
    """[m]: the line before the step; the seam's is far from all others"""


def crossings(joint: Joint, traces: JpegTraces) -> Crossings:
    """The seam's and those inside.

    In what was a JPEG brightness counts alone: colour was kept at half the size and smoothed everywhere but over the
    edge of the picture. Where its blocks are seen, the seam is the edge of a block, and compared with such only.
    """
    first, second = (np.moveaxis(tile, joint.axis, 0) for tile in (joint.first, joint.second))
    places = _inside(first.shape[0], first.shape[1], traces.has_blocks)
    over_the_seam = (first[-2], first[-1], second[0], second[1])
    lines = [np.concatenate([seam[None], first[places + offset]]) for offset, seam in enumerate(over_the_seam, -1)]
    colours = [line @ LUMA[:, None] for line in lines] if traces else lines
    channels_first = np.ascontiguousarray(np.moveaxis(np.stack(colours), -1, 1))
    return Crossings(channels_first, np.concatenate([[-len(first)], places]))


def _inside(count: int, length: int, between_blocks: bool) -> np.ndarray:
    """Which of the lines, so many of such a length, are looked at."""
    edge = min(_EDGE, count // 4)
    places = np.arange(edge, count - edge - 2)
    if between_blocks:
        places = places[(places + 1) % BLOCK == 0]
    return places[:: -(-len(places) * length // _MOST) or 1]
