"""By how many pixels a tile is off, where that is all that is wrong with its edge."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from .layouts import Joint

MOST = 8
"""Pixels: what is farther off may be anything."""
_LEVEL = 1 / 255
_AS_USUAL = 1.3
"""Times the steps beside the edge: a step as small as this is none that is wrong."""
_BETTER = 0.6
"""Of the step over the edge: what an offset must leave less than, to be believed."""
_AGAIN = 0.3
"""Of the least that lines inside differ by: lines that differ less are there twice."""
_PLAIN = 0.2 * _LEVEL
_SAMPLED = 256
_LIKE_BOTH_SIDES = 0.5
"""Correlation of the step over the edge with what changes on both sides of it."""


class Offset(NamedTuple):
    along: int
    """Pixels by which the next tile must be moved down, or to the right, along the edge"""
    lines: int
    """Lines that the tile has too many; below 0: about so many too few"""


def offset_over(joint: Joint) -> Offset | None:
    """Of an edge over which the print does not go on: what would make it, or None where no few pixels do."""
    first, second = (np.moveaxis(tile, joint.axis, 0) for tile in (joint.first, joint.second))
    if min(len(first), first.shape[1]) < 4 * MOST:
        return None
    return _shifted(first, second) or _too_few(first, second)


def lines_twice(joint: Joint) -> int:
    """How many lines at the end of the first tile the second one begins with again; 0 where the print goes on.

    Where a print is its own mirror image lines are alike, too: nothing inside may come near what is seen at the edge.
    """
    first, second = (np.moveaxis(tile, joint.axis, 0) for tile in (joint.first, joint.second))
    if len(first) < 4 * MOST:
        return 0
    for count in range(MOST, 0, -1):
        edge = _alikeness(np.concatenate([first[-count - 1 :], second[: count + 1]]), count)
        places = range(0, len(first) - 2 * count - 2, max(1, len(first) // _SAMPLED))
        inside = (_alikeness(first[at : at + 2 * count + 2], count) for at in places)
        if edge < _AGAIN and all(edge < _AGAIN * alikeness for alikeness in inside):
            return count
    return 0


def _alikeness(lines: np.ndarray, count: int) -> float:
    """Of 2 * count + 2 lines: the difference of the halves, by the steps on the way to them; 1 on plain ground."""
    steps = min(_difference(lines[0], lines[1]), _difference(lines[-2], lines[-1]))
    if steps < _PLAIN:
        return 1.0
    return _difference(lines[1 : count + 1], lines[count + 1 : -1]) / steps


def _shifted(first: np.ndarray, second: np.ndarray) -> Offset | None:
    """Along the edge; the slant of what crosses it is no offset."""
    over, left = _best_shift(first[-1], second[0])
    slants, usual = zip(_best_shift(first[-2], first[-1]), _best_shift(second[0], second[1]), strict=True)
    along = over - round(sum(slants) / 2)
    is_it = along and left < min(_AS_USUAL * max(usual) + _LEVEL, _BETTER * _difference(first[-1], second[0]))
    return Offset(along, 0) if is_it else None


def _best_shift(line: np.ndarray, after: np.ndarray) -> tuple[int, float]:
    """By how many pixels the line after fits best, and the difference that is left."""
    left = {along: _difference(line, np.roll(after, along, axis=0)) for along in range(-MOST, MOST + 1)}
    best = min(left, key=lambda along: (left[along], abs(along)))
    return best, left[best]


def _too_few(first: np.ndarray, second: np.ndarray) -> Offset | None:
    """As many lines are missing as the print needs elsewhere to change as much as it does over the edge."""
    step = _difference(first[-1], second[0])
    apart = range(1, MOST + 2)
    sides = (first[-4 * MOST :], second[: 4 * MOST])
    changes = [np.mean([_difference(side[lines:], side[:-lines]) for side in sides]) for lines in apart]
    lines = 1 + int(np.argmin(np.abs(np.array(changes) - step)))
    if not 1 < lines <= MOST or np.abs(changes[lines - 1] - step) > 0.25 * step:
        return None
    beside = (first[-1] - first[-1 - lines]) + (second[lines] - second[0])
    over = second[0] - first[-1]
    smooth_over, smooth_beside = (ndimage.gaussian_filter1d(change, lines, axis=0) for change in (over, beside))
    return Offset(0, 1 - lines) if _correlation(smooth_over, smooth_beside) > _LIKE_BOTH_SIDES else None


def _difference(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one - other).mean())


def _correlation(one: np.ndarray, other: np.ndarray) -> float:
    return float((one * other).sum() / np.sqrt((one**2).sum() * (other**2).sum() + 1e-12))
