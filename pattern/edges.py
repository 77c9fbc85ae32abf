"""The soft edges between two inks, whose pixels are neither: without care a third ink would draw a line there."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .colours import Colours, keys_of, levels_of
from .inks import lowest, nearest
from .threads import in_slices

_CALM = 8
"""Levels by which the pixels of one area may differ from their neighbours."""
_LEAST_CALM = 0.3
"""Share of a print of areas and edges that is calm; of a grainy picture less is."""
_DETOUR = 0.08
"""How much longer the way from ink to ink may be by way of a mixture of them."""
_CHUNK = 1 << 14


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
    inks = colours.spread(nearest(colours.distinct, palette))
    places, _, beside = _inks_beside(colours, palette, inks, rough)
    return _between(places, colours.keys.ravel()[places], beside, palette)


def halos(colours: Colours, palette: np.ndarray, inks: np.ndarray) -> Edges:
    """Those edges alone on which the nearest ink of a pixel, `inks` uint8 [H, W], is none of the areas beside it."""
    if not (rough := _rough_pixels(colours)).any():
        return _NO_EDGES
    places, own, beside = _inks_beside(colours, palette, inks, rough)
    foreign = np.flatnonzero((beside & _bits(len(palette))[own]) == 0)
    places, beside = places[foreign], beside[foreign]
    return _between(places, colours.keys.ravel()[places], beside, palette)


_NO_EDGES = Edges(*(np.empty(0, dtype) for dtype in (np.int64, np.uint8, np.uint8, np.float32)))


def _rough_pixels(colours: Colours) -> np.ndarray:
    """bool [H, W]: what is not calm; nothing of a picture that has too little that is."""
    calm = calm_pixels(colours.keys, _CALM)
    return ~calm if np.count_nonzero(calm) >= _LEAST_CALM * calm.size else np.zeros_like(calm)


def _inks_beside(
    colours: Colours, palette: np.ndarray, inks: np.ndarray, rough: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Places of the rough pixels that have several inks beside them, their nearest one, and a bit for each beside."""
    bits = _bits(len(palette))
    areas = bits[inks]
    areas *= ~rough
    places = np.flatnonzero(rough)
    own = inks.ravel()[places]
    is_pure = colours.keys.ravel()[places] == keys_of(palette)[own]
    areas.reshape(-1)[places[is_pure]] = bits[own[is_pure]]
    beside = _widened(areas).ravel()[places]
    several = np.flatnonzero(beside & (beside - 1))
    return places[several], own[several], beside[several]


def calm_pixels(keys: np.ndarray, levels: int) -> np.ndarray:
    """bool [H, W]: the pixel, its right, its lower and its lower right neighbour differ by no more than so many levels.

    The picture goes on at its other edge, as a tile does.
    """
    height, width = keys.shape
    calm = np.empty((height, width), bool)
    padded = np.empty((height + 1, width + 1), np.int32)
    padded[:-1, :-1], padded[-1, :-1], padded[:, -1] = keys, keys[0], np.append(keys[:, 0], keys[0, 0])

    def look(rows: slice) -> None:
        block = padded[rows.start : rows.stop + 1].view(np.uint8)
        low, high = np.minimum(block[1:], block[:-1]), np.maximum(block[1:], block[:-1])
        low, high = np.minimum(low[:, 4:], low[:, :-4]), np.maximum(high[:, 4:], high[:, :-4])
        calm[rows] = (high - low <= levels).view(np.uint32) == 0x01010101

    in_slices(height, look, longest=64)
    return calm


def _bits(count: int) -> np.ndarray:
    dtype = np.uint8 if count <= 8 else np.uint16 if count <= 16 else np.uint32
    return np.left_shift(1, np.arange(count, dtype=np.int64)).astype(dtype)


def _widened(areas: np.ndarray) -> np.ndarray:
    """Each pixel has the bits of all within 5 pixels, as an enlarged print has edges that wide.

    A calm pixel stands for the next one, too.
    """
    for axis in (0, 1):
        for step in (1, 2, 4, 4):
            areas = areas | np.roll(areas, step, axis)
        areas = np.roll(areas, -5, axis)
    return areas


def _between(places: np.ndarray, keys: np.ndarray, beside: np.ndarray, palette: np.ndarray) -> Edges:
    """Those of the places whose colour lies between two of the inks beside them. Edges are mixed in sRGB levels."""
    inks = palette.astype(np.float32)
    first, second = np.empty(len(places), np.uint8), np.empty(len(places), np.uint8)
    share, is_between = np.empty(len(places), np.float32), np.empty(len(places), bool)
    gaps = np.sqrt(((inks[:, None] - inks) ** 2).sum(2))
    bits = _bits(len(inks))[:, None]

    def look(part: slice) -> None:
        distances = _distances(levels_of(keys[part]).astype(np.float32), inks)
        np.copyto(distances, np.inf, where=(beside[part] & bits) == 0)
        one, columns = lowest(distances), np.arange(distances.shape[1])
        nearer = distances[one, columns]
        detours = distances - gaps[:, one]
        detours[one, columns] = np.inf
        other = lowest(detours)
        farther, gap = distances[other, columns], np.maximum(gaps[other, one], np.float32(1e-3))
        first[part], second[part] = one, other
        share[part] = np.clip(((nearer - farther) * (nearer + farther) / gap**2 + 1) / 2, 0, 1)
        is_between[part] = nearer + farther - gap <= _DETOUR * gap

    in_slices(len(places), look, _CHUNK)
    return Edges(places[is_between], first[is_between], second[is_between], share[is_between])


def _distances(colours: np.ndarray, inks: np.ndarray) -> np.ndarray:
    """float32 [m, n] between inks [m, 3] and colours [n, 3], as levels: whole numbers, whose squares are exact."""
    squared = inks @ (-2 * colours.T)
    squared += (colours**2).sum(1)
    squared += (inks**2).sum(1)[:, None]
    return np.sqrt(squared, out=squared)
