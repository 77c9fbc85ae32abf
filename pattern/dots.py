"""Dots of two inks that look like a colour between them, in a regular grid that fits into every tile."""

from __future__ import annotations

import numpy as np

from .colours import Colours, keys_of, levels_of, places_of
from .inks import mixtures, nearest
from .threads import in_slices

_GRID = 8
_MANY = 1 << 18
"""Colours from which on not each one is thought of: as many as there are cells."""


def dithered(colours: Colours, palette: np.ndarray) -> np.ndarray:
    """uint8 [H, W]: the ink of each pixel, of a palette uint8 [m, 3]."""
    packed = colours.spread(_packed_mixtures(colours.distinct, palette))
    order = _order(*colours.keys.shape)
    inks = np.empty(packed.shape, np.uint8)

    def choose(rows: slice) -> None:
        part = packed[rows]
        inks[rows] = np.where(part >> 16 > order[rows], part >> 8, part) & 255

    in_slices(len(packed), choose, longest=64)
    return inks


def _packed_mixtures(keys: np.ndarray, palette: np.ndarray) -> np.ndarray:
    """uint32 [n]: how many dots of 64 have the second ink, which one it is, and the first one."""
    if len(keys) > _MANY:
        return _packed_by_cells(keys, palette)
    first, second, share = mixtures(keys, palette)
    return np.rint(share * _GRID**2).astype(np.uint32) << 16 | second.astype(np.uint32) << 8 | first


def _packed_by_cells(keys: np.ndarray, palette: np.ndarray) -> np.ndarray:
    """The same for cells of 4 x 4 x 4 levels, as fine as 64 dots show. The palette's own colours stay pure."""
    levels = levels_of(keys >> 2 & 0x3F3F3F).astype(np.int32)
    cells = levels[:, 0] | levels[:, 1] << 6 | levels[:, 2] << 12
    used = np.flatnonzero(np.bincount(cells))
    middles = (used & 63 | (used >> 6 & 63) << 8 | (used >> 12) << 16).astype(np.int32) << 2 | 0x020202
    table = np.empty(1 << 18, np.uint32)
    table[used] = _packed_mixtures(middles, palette)
    packed = table[cells]
    is_there, places = places_of(keys_of(palette), keys)
    packed[places] = nearest(keys_of(palette[is_there]), palette)
    return packed


def _order(height: int, width: int) -> np.ndarray:
    """uint32 [height, width]: in which order the pixels of a grid of 8 x 8 become dots of the second ink.

    Sides that 8 does not divide have some rows or columns of the grid twice, or not at all, evenly spread, so that the
    grid of the next tile goes on where that of this one ends.
    """
    return _bayer()[np.ix_(_lines(height), _lines(width))]


def _lines(side: int) -> np.ndarray:
    grids = max(1, round(side / _GRID))
    return np.arange(side) * (grids * _GRID) // side % _GRID


def _bayer() -> np.ndarray:
    grid = np.zeros((1, 1), np.uint32)
    while len(grid) < _GRID:
        grid = np.block([[4 * grid, 4 * grid + 2], [4 * grid + 3, 4 * grid + 1]])
    return grid
