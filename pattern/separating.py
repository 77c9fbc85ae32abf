"""A print in a few flat colours: the ink of each pixel, the print made of it, and one plate for each ink."""

from __future__ import annotations

import numpy as np

from .colours import Colours, looked_up
from .dots import dithered
from .edges import edges, halos
from .inks import nearest
from .palette_finding import find_palette
from .threads import in_slices


def in_own_colours(colours: Colours, count: int, dither: bool) -> tuple[np.ndarray, np.ndarray]:
    """At most `count` colours of the print, uint8 [n, 3], the most frequent one first, and the ink of each pixel.

    The pixels of a soft edge have one of the two inks beside it, never a third.
    """
    palette = find_palette(colours, count)
    inks = in_fixed_colours(colours, palette, False)
    if dither:
        found, inks = edges(colours, palette), in_fixed_colours(colours, palette, True)
    else:
        found = halos(colours, palette, inks)
    inks.reshape(-1)[found.places] = found.inks()
    return _most_frequent_first(palette, inks)


def in_fixed_colours(colours: Colours, palette: np.ndarray, dither: bool) -> np.ndarray:
    """uint8 [H, W]: which of the palette, uint8 [n, 3], each pixel has: the nearest in OKLab, or dots of two."""
    if dither:
        return dithered(colours, palette)
    return colours.spread(nearest(colours.distinct, palette))


def printed(inks: np.ndarray, palette: np.ndarray) -> np.ndarray:
    """float32 [H, W, 3], 0..1."""
    return looked_up(palette / np.float32(255), inks)


def ink_shares(inks: np.ndarray, count: int) -> list[float]:
    """How much of the print each ink covers; 1 in sum."""
    return [pixels / inks.size for pixels in _pixels_of_each(inks, count).tolist()]


def separations(inks: np.ndarray, count: int) -> np.ndarray:
    """float32 [count, H, W]: 1 where an ink is printed, 0 elsewhere."""
    plates = np.empty((count, *inks.shape), np.float32)

    def fill(rows: slice) -> None:
        for ink in range(count):
            np.equal(inks[rows], ink, out=plates[ink, rows])

    in_slices(len(inks), fill, longest=64)
    return plates


def _most_frequent_first(palette: np.ndarray, inks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Without those that no pixel has in the end."""
    counts = _pixels_of_each(inks, len(palette))
    order = np.argsort(-counts, kind="stable")[: np.count_nonzero(counts)]
    places = np.zeros(len(palette), np.uint8)
    places[order] = np.arange(len(order), dtype=np.uint8)
    return palette[order], looked_up(places, inks)


def _pixels_of_each(inks: np.ndarray, count: int) -> np.ndarray:
    """int64 [count]. Faster than bincount for few inks."""

    def look(rows: slice) -> list[int]:
        return [int(np.count_nonzero(inks[rows] == ink)) for ink in range(count)]

    return np.sum(in_slices(len(inks), look, longest=64), axis=0)
