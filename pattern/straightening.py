"""How a flat print was photographed: its slant to the camera and its light, told by what repeats in it."""

from __future__ import annotations

from typing import NamedTuple, cast

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy import fft, ndimage

from .autocorrelation import top_of
from .lattice_search import steps_ahead
from .lattices import Lattice

_LEAST_PATCH, _LARGEST_PATCH = 8, 20
"""Pixels from the middle of what is compared to its edge."""
_PATCHES = 9
"""Along the longer side."""
_MOVED = 0.05
"""Of a step: by how much slant and turn may change it from place to place."""
_LEAST_MATCH = 0.6
_FEWEST = 12
_ROUNDS = 6
_OFF, _LIKELY_SLANT = 0.5, 0.03
"""Pixels by which what looks the same is found beside its place, and how much nearer one side may well be."""
_UNEVEN, _LIKELY_LIGHT = 0.03, 0.15
"""By how much what looks the same is not equally light, and how uneven light is to be expected, as logarithms."""
_DARKEST = 0.3
"""Of the mean light: less is no falling off."""
_DARK = 0.02
"""Level that is added before levels are set in proportion: in the dark there is no light to be seen."""


class View(NamedTuple):
    """Places of the picture and of the flat cloth, both (x, y) in pixels from the picture's middle.

    In the middle both are alike: what a step measures there is its length.
    """

    slant: np.ndarray
    """[2]: change of the distance from the camera, in parts of it, to a pixel right and down"""

    def flat(self, places: np.ndarray) -> np.ndarray:
        """Where on the cloth the places [..., 2] of the picture are."""
        return places / (1 + places @ self.slant)[..., None]

    def seen(self, places: np.ndarray) -> np.ndarray:
        """Where in the picture the places [..., 2] of the cloth are."""
        return places / (1 - places @ self.slant)[..., None]


class Light(NamedTuple):
    """Light over a picture: a surface of the second order."""

    weights: np.ndarray
    """[5]: of x, y, x*x, x*y, y*y, each -1..1 over the picture; of the light's logarithm"""

    def over(self, height: int, width: int) -> np.ndarray:
        """[height,width,1]; 1 in the middle."""
        y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
        return np.maximum(np.exp(_terms(x, y) @ self.weights.astype(np.float32)), _DARKEST)[..., None]


class Matches(NamedTuple):
    """Places [n, 2] of a picture, from its middle, that look the same, and how many of the lattice's steps apart."""

    here: np.ndarray
    there: np.ndarray
    times: np.ndarray


def matches(picture: np.ndarray, lattice: Lattice) -> Matches:
    """What is found again in the picture [H,W,C], about a step of the lattice away."""
    grey = _most_telling(picture)
    half = int(np.clip(np.hypot(*lattice.steps).max() / 2, _LEAST_PATCH, _LARGEST_PATCH))
    height, width = grey.shape
    spacing = max(1, max(height, width) // _PATCHES)
    y, x = np.mgrid[half : height - half : spacing, half : width - half : spacing]
    places, contrast = np.stack([x.ravel(), y.ravel()], axis=1), _contrast(grey, 2 * half + 1)
    found = [(_found_again(grey, contrast, places, lattice.steps @ times), times) for times in steps_ahead(1)]
    here, there = (np.concatenate([each[column] for each, _ in found]) for column in (0, 1))
    times = np.concatenate([np.broadcast_to(times, each[0].shape) for each, times in found])
    middle = (np.array([width, height]) - 1) / 2
    return Matches(here - middle, there - middle, times)


def _most_telling(picture: np.ndarray) -> np.ndarray:
    """[H,W]: the mixture of the channels that has the most contrast."""
    flat = (picture - picture.mean((0, 1))).reshape(-1, picture.shape[2])
    return (flat @ np.linalg.eigh(flat.T @ flat)[1][:, -1]).reshape(picture.shape[:2]).astype(float)


def _contrast(grey: np.ndarray, size: int) -> np.ndarray:
    """[H-size+1, W-size+1]: the length of what is in each square when its mean is taken away."""
    total, power = (_sums(_sums(values, size).T, size).T for values in (grey, grey**2))
    return np.sqrt(np.maximum(power - total**2 / size**2, 0))


def _sums(lines: np.ndarray, count: int) -> np.ndarray:
    """Of each so many numbers that follow each other on lines [n,m]."""
    sums = np.pad(lines.cumsum(axis=1), ((0, 0), (1, 0)))
    return sums[:, count:] - sums[:, :-count]


def _found_again(
    grey: np.ndarray, contrast: np.ndarray, here: np.ndarray, step: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Of the places [n, 2] those that are clearly found again about a step away, and where, to a part of a pixel."""
    half = (len(grey) - len(contrast)) // 2
    reach = 2 + int(_MOVED * np.hypot(*step))
    corners = np.rint(here + step).astype(int) - half - reach
    size = 2 * (half + reach) + 1
    is_inside = ((corners >= 0) & (corners + size <= grey.shape[::-1])).all(axis=1)
    here, corners = here[is_inside], corners[is_inside]
    if not len(here):
        return here, corners
    patches = _squares(grey, here - half, 2 * half + 1)
    lengths = _squares(contrast, here - half, 1) * _squares(contrast, corners, 2 * reach + 1)
    alike = _products(patches, _squares(grey, corners, size)) / np.maximum(lengths, 1e-9)
    rows, columns = np.divmod(alike.reshape(len(here), -1).argmax(axis=1), 2 * reach + 1)
    is_inner = (np.minimum(rows, columns) > 0) & (np.maximum(rows, columns) < 2 * reach)
    is_clear = is_inner & (alike[np.arange(len(here)), rows, columns] >= _LEAST_MATCH)
    chosen, rows, columns = np.flatnonzero(is_clear), rows[is_clear], columns[is_clear]
    across, down = (
        top_of(*(alike[chosen, rows + at * is_down, columns + at * (1 - is_down)] for at in (-1, 0, 1)))
        for is_down in (0, 1)
    )
    off = np.stack([columns + across, rows + down], axis=1)
    return here[chosen], corners[chosen] + half + off


def _squares(values: np.ndarray, corners: np.ndarray, size: int) -> np.ndarray:
    """[n, size, size]: what is at and below and to the right of corners [n, (x, y)]."""
    return sliding_window_view(values, (size, size))[corners[:, 1], corners[:, 0]]


def _products(patches: np.ndarray, around: np.ndarray) -> np.ndarray:
    """[n, m, m]: each patch, without its mean, times what is around it, at every place where it is whole in that."""
    size, length = around.shape[1], around.shape[1] - patches.shape[1] + 1
    patches = patches - patches.mean((1, 2), keepdims=True)
    shape = (cast(int, fft.next_fast_len(size, True)),) * 2
    waves, others = (cast(np.ndarray, fft.rfft2(each, shape)) for each in (patches, around))
    return cast(np.ndarray, fft.irfft2(np.conj(waves) * others, shape))[:, :length, :length]


def view_of(found: Matches, size: int) -> View:
    """The slant under which what looks the same lies on one lattice; none where too little is found again."""
    if len(found.here) < _FEWEST:
        return View(np.zeros(2))
    view, weights = View(np.zeros(2)), np.ones(len(found.here))
    likely = _OFF / (_LIKELY_SLANT / (size / 2))
    for _ in range(_ROUNDS):
        apart = view.flat(found.there) - view.flat(found.here)
        change = _change(view, found.there) - _change(view, found.here)
        # Unknown are the change of the slant, and the lattice's two steps: apart + change @ slant = steps @ times.
        known = np.zeros((len(apart), 2, 6))
        known[..., :2] = -change
        known[:, 0, 2:4] = known[:, 1, 4:6] = found.times
        root = np.sqrt(weights)[:, None]
        solved, *_ = np.linalg.lstsq(
            np.concatenate([(known * root[..., None]).reshape(-1, 6), likely * np.eye(2, 6)]),
            np.concatenate([(apart * root).ravel(), -likely * view.slant]),
            rcond=None,
        )
        view = View(view.slant + solved[:2])
        off = np.hypot(*(apart - known @ solved).T)
        weights = 1 / (1 + (off / (0.2 + 1.5 * np.median(off))) ** 2)
    return view


def _change(view: View, places: np.ndarray) -> np.ndarray:
    """[n, 2, 2]: how places of the cloth change with the slant."""
    return -places[:, :, None] * places[:, None, :] / ((1 + places @ view.slant) ** 2)[:, None, None]


def light_of(picture: np.ndarray, found: Matches) -> Light:
    """The light that makes what looks the same in a picture [H,W,3] equally light; none where too little is known."""
    if len(found.here) < _FEWEST:
        return Light(np.zeros(5))
    height, width = picture.shape[:2]
    middle = (np.array([width, height]) - 1) / 2
    level = np.log(ndimage.uniform_filter(picture.mean(2), _LEAST_PATCH * 2) + _DARK)
    here, there = (
        (places, ndimage.map_coordinates(level, (places + middle)[:, ::-1].T, order=1, mode="nearest"))
        for places in (found.here, found.there)
    )
    known = _terms(*(there[0] / middle).T) - _terms(*(here[0] / middle).T)
    weights, *_ = np.linalg.lstsq(
        np.concatenate([known, _UNEVEN / _LIKELY_LIGHT * np.eye(5)]),
        np.concatenate([there[1] - here[1], np.zeros(5)]),
        rcond=None,
    )
    return Light(weights)


def rough_light_of(picture: np.ndarray) -> np.ndarray:
    """[H,W,1]: the light over a picture of which nothing is known, as its levels tell it."""
    height, width = picture.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    terms = np.concatenate([np.ones((height, width, 1)), _terms(x, y)], axis=2)
    fit, *_ = np.linalg.lstsq(terms[::4, ::4].reshape(-1, 6), picture.mean(2)[::4, ::4].ravel(), rcond=None)
    light = terms @ fit
    return np.maximum(light / max(float(light.mean()), 1e-6), _DARKEST)[..., None].astype(np.float32)


def _terms(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.stack([x, y, x * x, x * y, y * y], axis=-1)
