"""Where a print is even: in areas of one colour, and in those without edges or grain."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .threads import in_slices

_CALM = 8
"""Levels by which the pixels of one area may differ from their neighbours."""
_ROWS = 32
"""So many rows of a large print stay in the processor's cache with all that is thought of them."""


class Evenness(NamedTuple):
    """How a pixel, its right, its lower and its lower right neighbour differ; beyond the margin is the next tile."""

    flat: np.ndarray
    """bool [H, W]: not at all"""
    calm: np.ndarray
    """bool [H, W]: by a few levels, at most"""


def evenness_of(keys: np.ndarray) -> Evenness:
    """Of a picture of keys, int32 [H, W]."""
    evenness = Evenness(np.empty(keys.shape, bool), np.empty(keys.shape, bool))

    def look(rows: slice) -> None:
        block = keys.take(range(rows.start, rows.stop + 1), axis=0, mode="wrap")
        block = np.concatenate([block, block[:, :1]], axis=1).view(np.uint8)
        low, high = np.minimum(block[1:], block[:-1]), np.maximum(block[1:], block[:-1])
        low, high = np.minimum(low[:, 4:], low[:, :-4]), np.maximum(high[:, 4:], high[:, :-4])
        off = high - low
        evenness.flat[rows] = off.view(np.uint32) == 0
        evenness.calm[rows] = (off <= _CALM).view(np.uint32) == 0x01010101

    in_slices(len(keys), look, longest=_ROWS)
    return evenness
