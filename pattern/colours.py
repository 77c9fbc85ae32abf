"""The different colours of a print: what has to be thought of once for each of them, however many pixels there are."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np

from .evenness import Evenness, evenness_of
from .threads import in_slices

_KEYS = 1 << 24
_PLACE_VALUES = np.array([1, 1 << 8, 1 << 16], np.float32)
"""Of red, green and blue in a key. All keys are whole numbers that float32 has exactly."""


@dataclass(frozen=True, eq=False)
class Colours:
    """A picture as whole levels, and its different colours.

    A key is a colour as one number: red + 256 * green + 65536 * blue.
    """

    keys: np.ndarray
    """int32 [H, W]"""
    distinct: np.ndarray
    """int32 [n], ascending keys"""

    @property
    def levels(self) -> np.ndarray:
        """uint8 [H, W, 3], the same memory as the keys."""
        return levels_of(self.keys)

    @functools.cached_property
    def evenness(self) -> Evenness:
        """Where the picture is even."""
        return evenness_of(self.keys)

    def spread(self, values: np.ndarray) -> np.ndarray:
        """[H, W] of what there is of each distinct colour: values [n]."""
        table = np.empty(_KEYS, values.dtype)
        table[self.distinct] = values
        return looked_up(table, self.keys)


def colours_of(picture: np.ndarray) -> Colours:
    """The colours of a picture [H,W,3], 0..1, each as the nearest of 256 levels."""
    keys = np.empty(picture.shape[:2], np.int32)
    is_used = np.zeros(_KEYS, bool)

    def read(rows: slice) -> None:
        levels = picture[rows] * np.float32(255)
        found = (np.rint(levels, out=levels) @ _PLACE_VALUES).astype(np.intp)
        keys[rows], is_used[found] = found, True

    in_slices(len(picture), read, longest=16)
    return Colours(keys, np.flatnonzero(is_used).astype(np.int32))


def used_keys(keys: np.ndarray, where: np.ndarray | None = None) -> np.ndarray:
    """int32 [n], ascending: those of keys [H, W] that there are, or that there are where it is true."""
    is_used = np.zeros(_KEYS, bool)

    def look(rows: slice) -> None:
        is_used[keys[rows] if where is None else keys[rows][where[rows]]] = True

    in_slices(len(keys), look, longest=128)
    return np.flatnonzero(is_used).astype(np.int32)


def keys_of(levels: np.ndarray) -> np.ndarray:
    """int32 [...] of uint8 [..., 3]."""
    bytes_of_keys = np.zeros((*levels.shape[:-1], 4), np.uint8)
    for channel in range(3):  # a third of the time of all at once
        bytes_of_keys[..., channel] = levels[..., channel]
    return bytes_of_keys.view("<i4")[..., 0]


def levels_of(keys: np.ndarray) -> np.ndarray:
    """uint8 [..., 3] of int32 [...], the same memory."""
    return keys[..., None].view(np.uint8)[..., :3]


def as_floats(keys: np.ndarray) -> np.ndarray:
    """float32 [n, 4] of int32 [n]: levels of red, green and blue, and a 0, with which all is faster."""
    return keys.view(np.uint8).reshape(-1, 4).astype(np.float32)


def places_of(wanted: np.ndarray, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """bool [n], which of the wanted keys [n] are among others, ascending, and the places of those there."""
    places = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    is_there = keys[places] == wanted
    return is_there, places[is_there]


def looked_up(table: np.ndarray, index: np.ndarray) -> np.ndarray:
    """table[index] for an index [H, W]."""
    found = np.empty((*index.shape, *table.shape[1:]), table.dtype)

    def look_up(rows: slice) -> None:
        np.take(table, index[rows], axis=0, out=found[rows], mode="clip")

    in_slices(len(index), look_up, longest=64)
    return found
