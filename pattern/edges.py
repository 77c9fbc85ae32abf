"""The soft edges between two inks, whose pixels are neither: without care a third ink would draw a line there."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .colours import Colours, as_floats, keys_of
from .inks import lowest, nearest
from .threads import in_slices

_LEAST_CALM = 0.3
"""Share of a print of areas and edges that is calm; of a grainy picture less is."""
_DETOUR = 0.08
"""How much longer the way from ink to ink may be by way of a mixture of them."""
_ROWS = 128
"""So many rows are worked on at a time: with fewer, threads wait for each other between many short calculations."""


class Edges(NamedTuple):
    """Pixels on edges: `share` (0..1) of the ink `second`, the rest of the ink `first`."""

    places: np.ndarray
    """int64 [n], in the flattened picture"""
    first: np.ndarray
    """uint8 [n]"""
    second: np.ndarray
    """uint8 [n]"""
    share: np.ndarray
    """float32 [n]"""

    def inks(self) -> np.ndarray:
        """uint8 [n]: the ink that has more of each pixel."""
        return np.where(self.share > 0.5, self.second, self.first)


def edges(colours: Colours, palette: np.ndarray) -> Edges:
    """The edges between areas of the inks of a palette, uint8 [m, 3].

    Each pixel is a mixture of two inks that lie beside it, in the picture or, beyond its margin, in the next tile.
    """
    if not (rough := _rough_pixels(colours)).any():
        return _NO_EDGES
    return _edges_of(rough, colours, palette, colours.spread(nearest(colours.distinct, palette)))


def halos(colours: Colours, palette: np.ndarray, inks: np.ndarray) -> Edges:
    """Those edges alone on which the nearest ink of a pixel, `inks` uint8 [H, W], is none of the areas beside it."""
    if not (rough := _rough_pixels(colours)).any():
        return _NO_EDGES
    return _edges_of(rough, colours, palette, inks, halos_only=True)


_NO_EDGES = Edges(*(np.empty(0, dtype) for dtype in (np.int64, np.uint8, np.uint8, np.float32)))


def _rough_pixels(colours: Colours) -> np.ndarray:
    """bool [H, W]: what is not calm; nothing of a picture that has too little that is."""
    calm = colours.evenness.calm
    return ~calm if np.count_nonzero(calm) >= _LEAST_CALM * calm.size else np.zeros_like(calm)


def _edges_of(
    rough: np.ndarray, colours: Colours, palette: np.ndarray, inks: np.ndarray, halos_only: bool = False
) -> Edges:
    areas = _areas(rough, colours, palette, inks)

    def find(rows: slice) -> Edges:
        beside = _widened(areas, rows)
        is_edge = rough[rows] & (beside & (beside - 1) != 0)
        if halos_only:
            is_edge &= beside >> inks[rows] & 1 == 0
        places = np.flatnonzero(is_edge)
        found = _between(colours.keys[rows].ravel()[places], beside.ravel()[places], places, palette)
        return found._replace(places=found.places + rows.start * areas.shape[1])

    return Edges(*map(np.concatenate, zip(*in_slices(len(areas), find, longest=_ROWS), strict=True)))


def _areas(rough: np.ndarray, colours: Colours, palette: np.ndarray, inks: np.ndarray) -> np.ndarray:
    """[H, W]: the bit of the ink of each pixel that is calm or has exactly an ink's colour, 0 of the others."""
    pure = keys_of(palette)
    dtype = np.uint8 if len(palette) <= 8 else np.uint16 if len(palette) <= 16 else np.uint32
    areas = np.empty(inks.shape, dtype)

    def fill(rows: slice) -> None:
        is_pure = np.take(pure, inks[rows], mode="clip") == colours.keys[rows]
        np.left_shift(1, inks[rows], out=areas[rows], dtype=dtype)
        areas[rows] *= is_pure | ~rough[rows]

    in_slices(len(areas), fill, longest=64)
    return areas


def _widened(areas: np.ndarray, rows: slice) -> np.ndarray:
    """Each pixel of some rows has the bits of all within 5 pixels, as an enlarged print has edges that wide.

    A calm pixel stands for the next one, too. The areas go on in the next tile.
    """
    block = areas.take(range(rows.start - 6, rows.stop + 5), axis=0, mode="wrap")
    block = np.pad(block, ((0, 0), (6, 5)), "wrap")
    for step in (1, 2, 4, 4):
        block = block[:-step] | block[step:]
    for step in (1, 2, 4, 4):
        block = block[:, :-step] | block[:, step:]
    return block


def _between(keys: np.ndarray, beside: np.ndarray, places: np.ndarray, palette: np.ndarray) -> Edges:
    """Those of the places whose colour lies between two of the inks beside them. Edges are mixed in sRGB levels."""
    levels, inks = as_floats(keys), as_floats(keys_of(palette))
    gaps = np.sqrt(_squares(inks[:, None] - inks))
    one, other = _two_inks(levels, beside, inks, gaps)
    to_one, to_other = _away(levels, inks, one), _away(levels, inks, other)
    gap = np.maximum(gaps, np.float32(1e-3)).take(one * len(inks) + other, mode="clip")
    found = np.flatnonzero(to_one + to_other - gap <= _DETOUR * gap)
    share = np.clip(((to_one - to_other) * (to_one + to_other) / gap**2 + 1) / 2, 0, 1)
    return Edges(places[found], one[found].astype(np.uint8), other[found].astype(np.uint8), share[found])


def _two_inks(
    levels: np.ndarray, beside: np.ndarray, inks: np.ndarray, gaps: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """int64 [n] each: of the inks beside a colour the nearest one, and the one on the shortest way by the colour.

    Most colours have no more than two beside them, in no order.
    """
    lowest_bit = beside & (~beside + 1)
    others = beside ^ lowest_bit
    one, other = _number(lowest_bit), _number(others)
    many = np.flatnonzero(others & (others - 1))
    distances = _distances(levels.take(many, axis=0), inks)
    beside = beside.take(many)
    for ink, row in enumerate(distances):
        np.copyto(row, np.inf, where=beside >> ink & 1 == 0)
    one[many] = near = lowest(distances)
    to_others = np.where(np.eye(len(inks), dtype=bool), np.float32(-np.inf), gaps)
    other[many] = lowest(distances - to_others.take(near, axis=1))
    return one, other


def _number(bit: np.ndarray) -> np.ndarray:
    """int64 [n]: which bit it is, where it is one alone: the exponent of it as a float32."""
    return (bit.astype(np.float32).view(np.int32) >> 23).astype(np.int64) - 127


def _away(levels: np.ndarray, inks: np.ndarray, which: np.ndarray) -> np.ndarray:
    """float32 [n]: how far each colour is from one of the inks."""
    return np.sqrt(_squares(inks.take(which, axis=0, mode="clip") - levels))


def _distances(levels: np.ndarray, inks: np.ndarray) -> np.ndarray:
    """float32 [m, n] between inks [m, 4] and colours [n, 4], as levels: whole numbers, whose squares are exact."""
    planes = np.ascontiguousarray(levels.T)
    return np.stack([np.sqrt(_squares((planes - ink[:, None]).T)) for ink in inks])


def _squares(levels: np.ndarray) -> np.ndarray:
    """float32 [...] of [..., 4], in sum.

    No product of matrices: it would begin threads of its own in each of ours.
    """
    squares = levels * levels
    return squares[..., 0] + squares[..., 1] + squares[..., 2]
