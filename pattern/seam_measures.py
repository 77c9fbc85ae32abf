"""What sets a seam apart from the crossings inside the tile. Each measure gives one number a crossing, 0 for nothing.

A print goes on over a seam that is none as it does anywhere else. What is harmed differs from that in four ways:

- a cut or a break **jumps**: its step is greater than the steps just before and after it;
- it **ends outlines**: what is drawn across the edge stops at it, and a break's own two ends stand on it;
- it is **unlike** every other line: a stripe of the print jumps, too, but its other edge jumps alike in the same
  places;
- **light** that falls off makes every colour along the edge darker by the same part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np

from .crossings import Crossings

LEVEL = 1 / 255

Measure = Callable[["Steps", Iterable[int]], Iterator[np.ndarray]]
"""Gives [m] for each share."""

_AT_ONCE = 32 * 1024
"""Pixels on each of the four lines."""

_JUMPING = 16
"""Crossings that jump most, among which the like of each is looked for."""
_SAME = 0.15
"""Of a step, what may be left of it when the same step of another repeat is taken away."""
_NEIGHBOURS = 3
"""Lines: what lies as near is part of the same outline, and no other."""
_ROUNDING = 1.6 * LEVEL
_MOST_SUDDEN = 20
_GRAIN = 0.75 * LEVEL
"""The least that steps vary by, as levels are whole."""
_ENOUGH = 512
"""Pixels along an edge that tell about light; of a longer one some are taken."""
_OUTLINE = 3
"""Times the grain: greater steps are outlines, and tell nothing about light."""


class Steps(NamedTuple):
    """The steps of crossings: [C,m,n] in the middle, and their sizes [m,n] there, before it and after it."""

    lines: np.ndarray
    """[4,C,m,n]"""
    places: np.ndarray
    middle: np.ndarray
    size: np.ndarray
    before: np.ndarray
    after: np.ndarray

    @classmethod
    def of(cls, crossings: Crossings) -> Steps:
        lines = crossings.lines
        sizes = np.empty((3, *lines.shape[2:]), np.float32)
        steps = cls(lines, crossings.places, np.empty_like(lines[0]), sizes[0], sizes[1], sizes[2])
        for part in steps.parts():
            np.subtract(part.lines[2], part.lines[1], out=part.middle)
            part.size[:] = largest(part.middle)
            part.before[:] = largest(part.lines[1] - part.lines[0])
            part.after[:] = largest(part.lines[3] - part.lines[2])
        return steps

    @property
    def of_the_seam(self) -> Steps:
        return self._some(slice(1))

    def parts(self) -> Iterator[Steps]:
        """Some crossings at a time, so that what is made of them stays in the processor's cache."""
        count, length = self.size.shape
        many = max(1, _AT_ONCE // length)
        for begin in range(0, count, many):
            yield self._some(slice(begin, begin + many))

    def _some(self, crossings: slice) -> Steps:
        return Steps(
            self.lines[:, :, crossings],
            self.places[crossings],
            self.middle[:, crossings],
            self.size[crossings],
            self.before[crossings],
            self.after[crossings],
        )


def largest(changes: np.ndarray) -> np.ndarray:
    """[m,n]: the size of the greatest among the channels of [C,m,n]."""
    sizes = np.abs(changes[0])
    for channel in changes[1:]:
        np.maximum(sizes, np.abs(channel), out=sizes)
    return sizes


def most(measure: Measure, steps: Steps, shares: Iterable[int]) -> np.ndarray:
    """[shares,m]: what a measure is at most in windows of such shares of the edge."""
    return np.concatenate([np.stack(list(measure(part, shares))) for part in steps.parts()], axis=1)


def window(length: int, share: int) -> int:
    """Pixels of a window along an edge."""
    return min(length, max(3, length // share))


class Sums:
    """Of values [m,n], from which the mean of any window is told at once."""

    def __init__(self, values: np.ndarray) -> None:
        self._sums = np.zeros((values.shape[0], values.shape[1] + 1), np.float32)
        np.cumsum(values, axis=1, out=self._sums[:, 1:])

    def means(self, width: int) -> np.ndarray:
        """[m, n - width + 1]"""
        means = self._sums[:, width:] - self._sums[:, :-width]
        means *= np.float32(1 / width)
        return means


def jumps(steps: Steps, shares: Iterable[int]) -> Iterator[np.ndarray]:
    """[m] for each share: how many times, at most, the middle step of a window is as great as both its neighbours."""
    size, before, after = Sums(steps.size), Sums(steps.before), Sums(steps.after)
    for share in shares:
        width = window(steps.size.shape[1], share)
        beside = before.means(width)
        np.maximum(beside, after.means(width), out=beside)
        beside += _ROUNDING
        yield np.divide(size.means(width), beside, out=beside).max(axis=1)


def suddenness(steps: Steps, shares: Iterable[int]) -> Iterator[np.ndarray]:
    """The same, pixel by pixel, so that no great outline hides the rest; slanted ones are no jumps."""
    beside = spread(np.maximum(steps.before, steps.after))
    beside += _ROUNDING
    ratio = np.divide(steps.size, beside, out=beside)
    return _most(np.minimum(ratio, _MOST_SUDDEN, out=ratio), shares)


def ended_outlines(steps: Steps, shares: Iterable[int]) -> Iterator[np.ndarray]:
    """[m] for each share: the most in any window of the outlines across the lines that end in the middle step."""
    outlines = [across(line) for line in steps.lines]
    ended = _ended(*outlines[:3])
    ended += _ended(*outlines[:0:-1])
    return _most(ended, shares)


def across(line: np.ndarray) -> np.ndarray:
    """[m,n]: by how much each pixel of lines [C,m,n] differs from the next one."""
    sizes = np.zeros(line.shape[1:], np.float32)
    sizes[:, :-1] = largest(line[..., 1:] - line[..., :-1])
    return sizes


def _ended(first: np.ndarray, second: np.ndarray, third: np.ndarray) -> np.ndarray:
    """What is on two lines, at most a pixel apart, and not on the third one within two pixels."""
    ended = spread(first)
    np.minimum(ended, second, out=ended)
    ended -= spread(spread(third))
    return np.maximum(ended, 0, out=ended)


def spread(values: np.ndarray) -> np.ndarray:
    """[m,n]: the greatest within a pixel along the lines."""
    widest = values.copy()
    np.maximum(widest[:, 1:], values[:, :-1], out=widest[:, 1:])
    np.maximum(widest[:, :-1], values[:, 1:], out=widest[:, :-1])
    return widest


def _most(values: np.ndarray, shares: Iterable[int]) -> Iterator[np.ndarray]:
    sums = Sums(values)
    return (sums.means(window(values.shape[1], share)).max(axis=1) for share in shares)


def unlikeness(steps: Steps, share: int) -> np.ndarray:
    """[k]: the most in any window of what is left of a jump when the like of it is taken away.

    Of the seam, which comes first, and of those that jump most. The like of a crossing is another one, stronger or
    weaker or the other way round, that leaves least of it.
    """
    width = window(steps.size.shape[1], share)
    beside = np.maximum(steps.before, steps.after)
    jump = Sums(steps.size - beside).means(width).max(axis=1)
    jumping = np.argsort(-jump[1:])[:_JUMPING] + 1
    chosen = np.concatenate([[0], np.union1d(jumping, _the_seam_again(steps))])
    middle, beside, places = steps.middle[:, chosen], beside[chosen], steps.places[chosen]
    alike = np.einsum("can,cbn->ab", middle, middle)
    strength = np.clip(alike / (np.diag(alike) + 1e-9), -1.5, 1.5)
    left = steps.size[chosen] - beside
    for other in range(len(chosen)):
        rest = np.abs(middle - strength[:, other, None] * middle[:, other, None]).max(axis=0) - beside
        is_less = (np.abs(places - places[other]) > _NEIGHBOURS) & (rest.mean(axis=1) < left.mean(axis=1))
        left[is_less] = rest[is_less]
    return Sums(left).means(width).max(axis=1)


def _the_seam_again(steps: Steps) -> np.ndarray:
    """Where a tile holds several repeats, the seam stands in it once more, however many crossings jump more than it."""
    rest = np.abs(steps.middle - steps.middle[:, :1]).max(axis=0).mean(axis=1)
    rest[np.abs(steps.places - steps.places[0]) <= _NEIGHBOURS] = np.inf
    nearest = rest.argmin(keepdims=True)
    return nearest[rest[nearest] < _SAME * steps.size[0].mean()]


def light(steps: Steps) -> np.ndarray:
    """[m]: how much more of the step is explained when all colours are taken to be darker by one part, in grains."""
    some = slice(None, None, max(1, steps.size.shape[1] // _ENOUGH))
    middle, size, before, after = (
        values[..., some] for values in (steps.middle, steps.size, steps.before, steps.after)
    )
    colours = steps.lines[2][..., some] + steps.lines[1][..., some]
    colours *= 0.5
    weight = np.einsum("cmn,cmn->mn", colours, colours)
    weight += 0.01
    rises = np.einsum("cmn,cmn->mn", middle, colours)
    rises /= weight
    rise = np.median(rises, axis=1, overwrite_input=True)
    colours *= rise[:, None]
    unexplained = largest(np.subtract(middle, colours, out=colours))
    grain = np.median(np.minimum(before, after), axis=1, overwrite_input=True) / 2 + _GRAIN
    outline = _OUTLINE * grain[:, None]
    gained = np.minimum(size, outline)
    gained -= np.minimum(unexplained, outline, out=unexplained)
    return np.maximum(gained.mean(axis=1) / grain, 0)
