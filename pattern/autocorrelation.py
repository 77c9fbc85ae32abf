"""How like a picture is to itself when it is moved."""

from __future__ import annotations

from typing import cast

import numpy as np
from scipy import fft, ndimage

_OVERLAP = 0.12
"""Of the picture: moved copies that share less are not compared."""


class Likeness:
    """How like a picture is to itself, -1..1, for steps (x, y) in pixels; NaN where a moved copy shares too little."""

    def __init__(self, picture: np.ndarray) -> None:
        """Of a picture [H,W,C]."""
        self.field = _field(picture)
        """[2H-1, 2W-1]; no step is in its middle."""
        self._middle = np.array(self.field.shape[::-1]) // 2
        self._crest = _crest(self.field)

    def at(self, steps: np.ndarray) -> np.ndarray:
        """The height, between pixels too, of the highest place within a pixel of each of the steps [..., 2]."""
        x, y = np.moveaxis(np.rint(steps).astype(int) + self._middle, -1, 0)
        height, width = self._crest.shape
        is_inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
        found = self._crest[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)]
        return np.where(is_inside, found, np.nan)

    def shared(self, steps: np.ndarray) -> np.ndarray:
        """The part of the picture, 0..1, that both copies share after each of the steps [..., 2]."""
        return np.clip(1 - np.abs(steps) / (self._middle + 1), 0, 1).prod(axis=-1)

    def peaks(self, shortest: float, lowest: float) -> np.ndarray:
        """Steps [n, 2] to the right, or straight down, at which it is higher than around them, the shortest first."""
        filled = np.nan_to_num(self.field, nan=-1.0)
        is_peak = (filled == ndimage.maximum_filter(filled, 5)) & (filled >= lowest)
        steps = np.argwhere(is_peak)[:, ::-1] - self._middle
        x, y = steps.T
        steps = steps[(np.hypot(x, y) >= shortest) & ((x > 0) | ((x == 0) & (y > 0)))]
        return steps[np.argsort(np.hypot(*steps.T), kind="stable")].astype(float)

    def peak_near(self, step: np.ndarray, reach: int = 3) -> np.ndarray:
        """The highest place within `reach` pixels of a step, to a part of a pixel; NaN outside of what is known."""
        x, y = np.rint(step).astype(int) + self._middle
        top, left = max(y - reach, 0), max(x - reach, 0)
        around = self.field[top : max(y + reach + 1, 0), left : max(x + reach + 1, 0)]
        if not around.size or np.isnan(around).all():
            return np.full(2, np.nan)
        row, column = np.unravel_index(int(np.nanargmax(around)), around.shape)
        return (
            np.array([left + column, top + row]) + top_of(self.field, top + int(row), left + int(column)) - self._middle
        )


def top_of(field: np.ndarray, row: int, column: int) -> np.ndarray:
    """How far (x, y) from the place the top of the parabolas through it and its neighbours is, -0.5..0.5."""
    level = field[row, max(column - 1, 0) : column + 2]
    upright = field[max(row - 1, 0) : row + 2, column]
    return np.array([_top(level), _top(upright)])


def _top(three: np.ndarray) -> float:
    if len(three) < 3 or np.isnan(three).any():
        return 0.0
    before, at, after = map(float, three)
    bend = before - 2 * at + after
    return float(np.clip((before - after) / (2 * bend), -0.5, 0.5)) if bend < 0 else 0.0


def _field(picture: np.ndarray) -> np.ndarray:
    """The correlation of what both copies share: the rest of either does not count."""
    height, width = picture.shape[:2]
    shape = (_fast(2 * height - 1), _fast(2 * width - 1))
    ones = _waves(np.ones((height, width), np.float32), shape)
    shared = _moved(ones, ones, shape, height, width)
    product, energy = 0.0, 0.0
    for channel in np.moveaxis(picture, 2, 0):
        waves = _waves(channel, shape)
        own = _moved(_waves(channel**2, shape), ones, shape, height, width)
        mean = _moved(waves, ones, shape, height, width) / np.maximum(shared, 1)
        moved_mean, moved_own = mean[::-1, ::-1], own[::-1, ::-1]
        product = product + _moved(waves, waves, shape, height, width) - shared * mean * moved_mean
        energy = energy + np.sqrt(
            np.maximum(own - shared * mean**2, 0) * np.maximum(moved_own - shared * moved_mean**2, 0)
        )
    return np.where(shared >= _OVERLAP * height * width, product / np.maximum(energy, 1e-9), np.nan)


def _fast(length: int) -> int:
    """The next length that transforms are fast for."""
    return cast(int, fft.next_fast_len(length, True))


def _waves(picture: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    return cast(np.ndarray, fft.rfft2(picture, shape))


def _moved(some: np.ndarray, others: np.ndarray, shape: tuple[int, int], height: int, width: int) -> np.ndarray:
    """The correlation of two pictures, from their Fourier transforms, for every movement."""
    raw = cast(np.ndarray, fft.irfft2(np.conj(some) * others, shape))
    return np.roll(raw, (height - 1, width - 1), (0, 1))[: 2 * height - 1, : 2 * width - 1]


def _crest(field: np.ndarray) -> np.ndarray:
    """For each place the highest one within a pixel; a peak counts as high as the top of its parabolas."""
    raised = field.copy()
    for axis in (0, 1):
        raised = raised + _rise(field, axis)
    crest = ndimage.maximum_filter(np.nan_to_num(raised, nan=-1.0), 3)
    return np.where(np.isnan(field), np.nan, np.minimum(crest, 1.0))


def _rise(field: np.ndarray, axis: int) -> np.ndarray:
    """How much higher than a place that is higher than its two neighbours the top of the parabola through them is."""
    filled = np.nan_to_num(field, nan=-1.0)
    before, after = np.roll(filled, 1, axis), np.roll(filled, -1, axis)
    is_peak = (filled >= before) & (filled >= after) & (before > -1) & (after > -1)
    bend = np.where(is_peak, before - 2 * filled + after, -1.0)
    return np.where(is_peak & (bend < 0), -((before - after) ** 2) / (8 * np.minimum(bend, -1e-12)), 0.0)
