"""What sets a seam apart from the crossings inside the tile. Each measure gives one number a crossing, 0 for nothing.

A print goes on over a seam that is none as it does anywhere else. Three harms differ from that in three ways:

- a cut or a break **jumps**: its step is greater than the steps just before and after it;
- it is **unlike** every other line: a stripe of the print jumps, too, but its other edge jumps alike in the same
  places;
- **light** that falls off makes every colour along the edge darker by the same part.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from .crossings import Crossings

LEVEL = 1 / 255

_JUMPING = 16
"""Crossings that jump most, among which the like of each is looked for."""
_NEIGHBOURS = 3
"""Lines: what lies as near is part of the same outline, and no other."""
_ROUNDING = 1.6 * LEVEL
_MOST_SUDDEN = 20
_GRAIN = 0.75 * LEVEL
"""The least that steps vary by, as levels are whole."""
_OUTLINE = 3
"""Times the grain: greater steps are outlines, and tell nothing about light."""


class Steps:
    """The steps of crossings: [C,m,n] in the middle, and their sizes [m,n] there, before it and after it."""

    def __init__(self, crossings: Crossings) -> None:
        lines = crossings.lines
        self.places = crossings.places
        self.middle = lines[2] - lines[1]
        self.colours = (lines[2] + lines[1]) / 2
        self.size = np.abs(self.middle).max(axis=0)
        self.before = np.abs(lines[1] - lines[0]).max(axis=0)
        self.after = np.abs(lines[3] - lines[2]).max(axis=0)


def window(length: int, share: int) -> int:
    """Pixels of a window along an edge."""
    return min(length, max(3, length // share))


def means(values: np.ndarray, width: int) -> np.ndarray:
    """[m, n - width + 1]: of each window of [m,n]."""
    sums = np.zeros((len(values), values.shape[1] + 1))
    np.cumsum(values, axis=1, out=sums[:, 1:])
    return (sums[:, width:] - sums[:, :-width]) / width


def jumps(steps: Steps, share: int) -> np.ndarray:
    """[m, windows]: how many times the middle step is as great as the greater of its neighbours."""
    width = window(steps.size.shape[1], share)
    beside = np.maximum(means(steps.before, width), means(steps.after, width))
    return means(steps.size, width) / (beside + _ROUNDING)


def suddenness(steps: Steps, share: int) -> np.ndarray:
    """[m, windows]: the same, pixel by pixel, so that no great outline hides the rest; slanted ones are no jumps."""
    beside = ndimage.maximum_filter1d(np.maximum(steps.before, steps.after), 3, axis=1)
    ratio = np.minimum(steps.size / (beside + _ROUNDING), _MOST_SUDDEN)
    return means(ratio, window(ratio.shape[1], share))


def unlikeness(steps: Steps, share: int) -> np.ndarray:
    """[k]: the most in any window of what is left of a jump when the like of it is taken away.

    Of the seam, which comes first, and of those that jump most. The like of a crossing is another one, stronger or
    weaker or the other way round, that leaves least of it.
    """
    width = window(steps.size.shape[1], share)
    beside = np.maximum(steps.before, steps.after)
    jump = means(steps.size - beside, width).max(axis=1)
    chosen = np.concatenate([[0], np.argsort(-jump[1:])[:_JUMPING] + 1])
    middle, beside, places = steps.middle[:, chosen], beside[chosen], steps.places[chosen]
    alike = np.einsum("can,cbn->ab", middle, middle)
    strength = np.clip(alike / (np.diag(alike) + 1e-9), -1.5, 1.5)
    left = steps.size[chosen] - beside
    for other in range(len(chosen)):
        rest = np.abs(middle - strength[:, other, None] * middle[:, other, None]).max(axis=0) - beside
        is_less = (np.abs(places - places[other]) > _NEIGHBOURS) & (rest.mean(axis=1) < left.mean(axis=1))
        left[is_less] = rest[is_less]
    return means(left, width).max(axis=1)


def light(steps: Steps) -> np.ndarray:
    """[m]: how much more of the step is explained when all colours are taken to be darker by one part, in grains."""
    weight = (steps.colours**2).sum(axis=0) + 0.01
    rise = np.median((steps.middle * steps.colours).sum(axis=0) / weight, axis=1)
    unexplained = np.abs(steps.middle - rise[:, None] * steps.colours).max(axis=0)
    grain = np.median(np.minimum(steps.before, steps.after), axis=1) / 2 + _GRAIN
    outline = _OUTLINE * grain[:, None]
    gained = np.minimum(steps.size, outline) - np.minimum(unexplained, outline)
    return np.maximum(gained.mean(axis=1) / grain, 0)
