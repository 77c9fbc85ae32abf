"""Inks: which colour of a palette stands for a colour, and which two of them make it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .colours import levels_of
from .oklab import levels_to_light, levels_to_oklab
from .threads import in_slices

_CHUNK = 1 << 14
_LONG_WAY = np.float32(0.02)
"""How much a mixture of colours far from each other is disliked: its dots are seen."""


class Mixture(NamedTuple):
    """Each of n colours as one of two inks: `share` (0..0.5) of the `second`, the rest of the `first`."""

    first: np.ndarray
    """uint8 [n]"""
    second: np.ndarray
    """uint8 [n]"""
    share: np.ndarray
    """float32 [n]"""


def nearest(keys: np.ndarray, palette: np.ndarray) -> np.ndarray:
    """uint8 [n]: which of the palette, uint8 [m, 3], is nearest in OKLab to each colour, int32 [n] of keys.

    Of two that are equally near it is the one that comes first.
    """
    inks = levels_to_oklab(palette)
    found = np.empty(len(keys), np.uint8)

    def find(part: slice) -> None:
        found[part] = lowest(_distances(levels_to_oklab(levels_of(keys[part])), inks))

    in_slices(len(keys), find, _CHUNK)
    return found


def mixtures(keys: np.ndarray, palette: np.ndarray) -> Mixture:
    """The two inks whose dots, side by side, look most like each colour; the first is the nearest one."""
    mixture = Mixture(np.empty(len(keys), np.uint8), np.empty(len(keys), np.uint8), np.empty(len(keys), np.float32))

    def find(part: slice) -> None:
        for whole, piece in zip(mixture, _mixed(levels_of(keys[part]), palette), strict=True):
            whole[part] = piece

    in_slices(len(keys), find, _CHUNK)
    return mixture


def lowest(values: np.ndarray) -> np.ndarray:
    """uint8 [n]: in which row of values [m, n] each column is lowest. Faster than argmin for few rows."""
    best, found = values[0].copy(), np.zeros(values.shape[1], np.uint8)
    for row in range(1, len(values)):
        better = values[row] < best
        np.copyto(found, row, where=better)
        np.minimum(best, values[row], out=best)
    return found


def _mixed(levels: np.ndarray, palette: np.ndarray) -> Mixture:
    lab, inks = levels_to_oklab(levels), levels_to_oklab(palette)
    first = lowest(_distances(lab, inks))
    second = lowest(_losses(lab, inks, first))
    return Mixture(first, second, _share_of_light(levels, palette, first, second))


def _losses(lab: np.ndarray, inks: np.ndarray, first: np.ndarray) -> np.ndarray:
    """[m, n]: how much a colour is off, squared, when what is best of each ink is mixed into its first one."""
    among = inks @ inks.T
    along = inks @ lab.T - np.einsum("nc,nc->n", lab, inks[first]) - among[:, first] + np.diag(among)[first]
    length = np.maximum(((inks[:, None] - inks) ** 2).sum(2), np.float32(1e-12))[:, first]
    share = np.clip(along / length, 0, np.float32(0.5))
    return share * (_LONG_WAY * (1 - share) * length + share * length - 2 * along)


def _share_of_light(levels: np.ndarray, palette: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Dots mix as light does, not as sRGB."""
    light, inks = levels_to_light(levels), levels_to_light(palette)
    way = inks[second] - inks[first]
    return np.clip(((light - inks[first]) * way).sum(1) / np.maximum((way**2).sum(1), 1e-12), 0, 0.5)


def _distances(lab: np.ndarray, inks: np.ndarray) -> np.ndarray:
    """[m, n], squared, and short of what is the same for all inks of a colour."""
    return (inks**2).sum(1)[:, None] - 2 * inks @ lab.T
