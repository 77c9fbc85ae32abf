"""Crossings: four lines of pixels in a row, of which the step in the middle is judged.

The one over a seam (the last two lines of a tile and the first two of the next) is set beside those inside the tile.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .jpeg_traces import BLOCK, LUMA, JpegTraces
from .layouts import Joint

_MOST = 256 * 1024
"""Pixels on the lines inside a tile that are looked at; of a large tile some of its lines tell enough."""
_EDGE = 16
"""Lines next to an edge, as a share of the length at most a quarter, that what broke the edge may have changed."""
_GOLDEN = (5**0.5 - 1) / 2
"""Multiples of it are spread evenly, and never begin anew."""
_BLOCK = 256
"""Pixels along the edge that are copied at a time: what is upright in the picture is no line in memory."""


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
    count, length = first.shape[:2]
    places = _inside(count, length, traces.has_blocks)
    lines = np.empty((4, 1 if traces else 3, len(places) + 1, length), np.float32)
    rows = (places + np.arange(-1, 3)[:, None]).ravel()
    for begin in range(0, length, _BLOCK):
        part = slice(begin, begin + _BLOCK)
        inside = np.take(joint.first[part], rows, 1) if joint.axis else np.moveaxis(first[rows, part], 0, 1)
        over_the_seam = (first[-2, part], first[-1, part], second[0, part], second[1, part])
        _keep(lines[:, :, 1:, part], inside.reshape(len(inside), 4, -1, 3), traces)
        _keep(lines[:, :, :1, part], np.stack(over_the_seam, axis=1)[:, :, None], traces)
    return Crossings(lines, np.concatenate([[-count], places]))


def _keep(lines: np.ndarray, pixels: np.ndarray, traces: JpegTraces) -> None:
    """Puts pixels [n,4,m,3] into lines [4,C,m,n]."""
    lines[:] = ((pixels @ LUMA)[..., None] if traces else pixels).transpose(1, 3, 2, 0)


def _inside(count: int, length: int, between_blocks: bool) -> np.ndarray:
    """Which of the lines, so many of such a length, are looked at."""
    edge = min(_EDGE, count // 4)
    places = np.arange(edge, count - edge - 2)
    if between_blocks:
        places = places[(places + 1) % BLOCK == 0]
    return thinned(places, length, _MOST)


def thinned(places: np.ndarray, length: int, most: int) -> np.ndarray:
    """As many of the lines at these places, of such a length, as have `most` pixels together, spread over all.

    Not at equal distances, as what repeats in a print at that distance would be seen always or never.
    """
    step = -(-len(places) * length // most) or 1
    firsts = np.arange(0, len(places), step)
    some = firsts + (np.arange(len(firsts)) * _GOLDEN % 1 * step).astype(np.intp)
    return places[some[some < len(places)]]
