"""How like a picture is to itself when it is moved."""

from __future__ import annotations

from typing import cast

import numpy as np
from scipy import fft

_OVERLAP = 0.12
"""Of the picture: moved copies that share less are not compared."""
_CROSS = np.array([[-1, 0], [0, -1], [0, 0], [1, 0], [0, 1]])
"""(x, y) of a place and of its neighbours: those before it, itself, and those after it."""


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
        return self._looked_up(self._crest, np.rint(steps).astype(int))

    def _looked_up(self, field: np.ndarray, steps: np.ndarray) -> np.ndarray:
        """What a field has for whole steps [..., 2]; NaN outside of it."""
        x, y = np.moveaxis(steps + self._middle, -1, 0)
        height, width = field.shape
        is_inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
        return np.where(is_inside, field[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)], np.nan)

    def shared(self, steps: np.ndarray) -> np.ndarray:
        """The part of the picture, 0..1, that both copies share after each of the steps [..., 2]."""
        return np.clip(1 - np.abs(steps) / (self._middle + 1), 0, 1).prod(axis=-1)

    def peaks(self, shortest: float, lowest: float) -> np.ndarray:
        """Steps [n, 2] to the right, or straight down, at which it is higher than around them, the shortest first."""
        beside = min(int(self._middle[0]), 2)
        filled = np.nan_to_num(self.field[:, self._middle[0] - beside :], nan=-1.0)
        is_peak = (filled == _highest_around(_highest_around(filled))) & (filled >= lowest)
        steps = np.argwhere(is_peak[:, beside:])[:, ::-1] - self._middle * [0, 1]
        x, y = steps.T
        steps = steps[(np.hypot(x, y) >= shortest) & ((x > 0) | ((x == 0) & (y > 0)))]
        return steps[np.argsort(np.hypot(*steps.T), kind="stable")].astype(float)

    def peaks_near(self, steps: np.ndarray, reach: int) -> np.ndarray:
        """The highest places within `reach` pixels of steps [n, 2], to a part of a pixel; NaN where none is known."""
        y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
        around = np.rint(steps).astype(int)[:, None] + np.stack([x.ravel(), y.ravel()], axis=1)
        heights = np.nan_to_num(self._looked_up(self.field, around), nan=-np.inf)
        highest = around[np.arange(len(steps)), heights.argmax(axis=1)]
        cross = self._looked_up(self.field, highest[:, None] + _CROSS).astype(float)
        tops = top_of(cross[:, :2], cross[:, 2:3], cross[:, 3:])
        is_known = np.isfinite(heights).any(axis=1, keepdims=True)
        return np.where(is_known, highest + tops, np.nan)


def top_of(before: np.ndarray, at: np.ndarray, after: np.ndarray) -> np.ndarray:
    """How far from the place in the middle the top of the parabola through three is, -0.5..0.5; 0 where one is NaN."""
    bend = before - 2 * at + after
    return np.where(bend < 0, np.clip((before - after) / (2 * np.minimum(bend, -1e-12)), -0.5, 0.5), 0.0)


def _field(picture: np.ndarray) -> np.ndarray:
    """The correlation of what both copies share: the rest of either does not count.

    It is the same after a step and after the step back, so that only steps down are worked out.
    """
    height, width = picture.shape[:2]
    shared = np.outer(np.arange(height, 0, -1), width - np.abs(np.arange(1 - width, width))).astype(np.float32)
    product, energy = _products(picture), 0.0
    for channel in np.moveaxis(picture, 2, 0):
        total, moved_total = _shared_sums(channel)
        product -= total * moved_total / shared
        own, moved_own = _shared_sums(channel**2)
        own -= total**2 / shared
        moved_own -= moved_total**2 / shared
        energy = energy + np.sqrt(np.maximum(own, 0) * np.maximum(moved_own, 0))
    down = np.where(shared >= _OVERLAP * height * width, product / np.maximum(energy, 1e-9), np.nan)
    return np.concatenate([down[:0:-1, ::-1], down])


def _shared_sums(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """[H, 2W-1] each: the sums of what a picture [H,W] shares with its copy moved down and aside, and the copy's.

    From the left to the right.
    """
    height, width = values.shape
    sums = np.zeros((height + 1, width + 1))
    np.cumsum(np.cumsum(values, axis=0, dtype=float), axis=1, out=sums[1:, 1:])
    above, below = sums[:0:-1], sums[-1] - sums[:-1]
    own = [above[:, -1:] - above[:, -2:0:-1], above[:, :0:-1]]
    moved = [below[:, 1:-1], below[:, -1:] - below[:, :-1]]
    return np.concatenate(own, axis=1, dtype=np.float32), np.concatenate(moved, axis=1, dtype=np.float32)


def _products(picture: np.ndarray) -> np.ndarray:
    """[H, 2W-1] of [H,W,C]: the sum of the products with a copy moved down, and from the left to the right."""
    height, width = picture.shape[:2]
    shape = (_fast(2 * height - 1), _fast(2 * width - 1))
    power = sum(np.abs(cast(np.ndarray, fft.rfft2(channel, shape))) ** 2 for channel in np.moveaxis(picture, 2, 0))
    products = cast(np.ndarray, fft.irfft2(power, shape))[:height]
    return np.concatenate([products[:, shape[1] - width + 1 :], products[:, :width]], axis=1)


def _fast(length: int) -> int:
    """The next length that transforms are fast for."""
    return cast(int, fft.next_fast_len(length, True))


def _crest(field: np.ndarray) -> np.ndarray:
    """For each place the highest one within a pixel; a peak counts as high as the top of its parabolas."""
    # It is the same after the step back: one half, and what is next to it, tells the other.
    middle = len(field) // 2
    beside = min(middle, 2)
    half = field[middle - beside :]
    raised = np.nan_to_num(half + _rise(half, 0) + _rise(half, 1), nan=-1.0)
    crest = np.where(np.isnan(half), np.nan, np.minimum(_highest_around(raised), 1.0))[beside:]
    return np.concatenate([crest[:0:-1, ::-1], crest])


def _rise(field: np.ndarray, axis: int) -> np.ndarray:
    """How much higher than a place that is higher than its two neighbours the top of the parabola through them is."""
    rise = np.zeros_like(field)
    lines = np.moveaxis(field, axis, 0)
    before, at, after = lines[:-2], lines[1:-1], lines[2:]
    # What is not known, NaN, is neither higher nor lower than anything.
    is_peak = (at >= before) & (at >= after)
    before, at, after = before[is_peak], at[is_peak], after[is_peak]
    bend = np.minimum(before - 2 * at + after, -1e-12)
    np.moveaxis(rise, axis, 0)[1:-1][is_peak] = -((before - after) ** 2) / (8 * bend)
    return rise


def _highest_around(values: np.ndarray) -> np.ndarray:
    """For each place the highest one within a pixel."""
    upright = values.copy()
    np.maximum(upright[1:], values[:-1], out=upright[1:])
    np.maximum(upright[:-1], values[1:], out=upright[:-1])
    highest = upright.copy()
    np.maximum(highest[:, 1:], upright[:, :-1], out=highest[:, 1:])
    np.maximum(highest[:, :-1], upright[:, 1:], out=highest[:, :-1])
    return highest
