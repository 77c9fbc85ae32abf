"""Prints that are striped and nothing else: along the stripes they are the same after any step."""

from __future__ import annotations

import numpy as np

from .autocorrelation import Likeness
from .lattice_search import SHORTEST, Found
from .lattices import UPRIGHT, Lattice

_LEAST_LIKENESS = 0.8
"""Along stripes, and from one stripe to the same one beside it."""
_EVEN = 0.02
"""By how much the likeness may change along stripes."""
_FAR = 0.6
"""Of the shorter side: how far along the stripes is looked."""
_AS_GOOD = 0.05


def find_stripes(alike: Likeness) -> Found | None:
    """The lattice of a striped print, whose tiles can be laid straight; None where a print is not only striped."""
    size = min(alike.field.shape) // 2
    lengths = np.arange(SHORTEST, _FAR * size)
    angles = np.radians(np.arange(0, 180, 0.5))
    along = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    heights = alike.at(along[:, None] * lengths[:, None])
    evenness = np.where(np.isnan(heights).any(1), np.inf, np.ptp(heights, axis=1)) + (heights.min(1) < _LEAST_LIKENESS)
    best = int(evenness.argmin())
    if not evenness[best] <= _EVEN:
        return None
    x, y = along[best]
    across = np.array([-y, x])
    period = _period(alike, across if across[0] > 0 else -across)
    return None if period is None else Found(_lattice(across, period), float(alike.at(across * period)))


def _period(alike: Likeness, across: np.ndarray) -> float | None:
    """Pixels from a stripe to the next one that is the same."""
    lengths = np.arange(1.0, np.hypot(*alike.field.shape))
    heights = alike.at(lengths[:, None] * across)
    seen = np.nan_to_num(heights, nan=-1.0)
    is_peak = (seen >= np.roll(seen, 1)) & (seen >= np.roll(seen, -1)) & (lengths >= SHORTEST)
    # What is like itself from the very first step on is not past its first stripe yet.
    is_peak &= np.minimum.accumulate(seen) < seen - _EVEN
    if not is_peak.any() or seen[is_peak].max() < _LEAST_LIKENESS:
        return None
    first = lengths[is_peak & (seen >= seen[is_peak].max() - _AS_GOOD)][0]
    last, times = first, 1
    while (again := _peak_near(lengths, seen, last * (times + 1) / times)) is not None:
        last, times = again, times + 1
    return float(last / times)


def _peak_near(lengths: np.ndarray, heights: np.ndarray, length: float) -> float | None:
    """The middle of the highest place within a few pixels of a length; None where it is not a stripe's."""
    near = np.flatnonzero((np.abs(lengths - length) <= 3) & (heights >= _LEAST_LIKENESS - _AS_GOOD))
    if not len(near) or length > lengths[heights > -1].max():
        return None
    high = near[heights[near] >= heights[near].max() - 1e-4]
    return float(lengths[high].mean())


def _lattice(across: np.ndarray, period: float) -> Lattice:
    """Along stripes that are about upright or level a tile is as long as it is wide; others are cut at their slope."""
    if np.abs(across).min() <= np.sin(UPRIGHT):
        return Lattice(np.stack([across, across[::-1] * [-1, 1]], axis=1) * period)
    return Lattice(np.diag(period / np.abs(across)))
