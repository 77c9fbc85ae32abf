"""The lattice on which a picture repeats, from how like it is to itself."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np

from .autocorrelation import Likeness
from .lattices import Lattice

SHORTEST = 8
"""Pixels: finer than that is a weave, and no print."""
_PEAKS = 40
"""The shortest ones of which each two are tried as the steps of a lattice."""
_GOOD_PEAK = 0.6
"""Of the highest peak's likeness: what is lower is no step of the lattice."""
LEAST_LIKENESS = 0.3
"""What is less like itself does not repeat."""
_AS_GOOD, _NEARLY = 0.02, 0.3
"""A lattice may be that much less like than the best one, and by that part of what is unlike on the best one, too."""
_CLEARLY = 5.0
"""Standard errors by which a part of a lattice is more like than the rest of it."""
_LEAST_STEP, _LEAST_RISE = 0.2, 0.01
"""By how much it is more like, at least: that part of what is unlike on it, and that much beyond it."""
_SUBLATTICES = [
    np.array([[first, 0], [shift, second]], float)
    for index in (2, 3, 5)
    for first, second, shift in [(1, index, 0)] + [(index, 1, 0)] + [(1, index, shift) for shift in range(1, index)]
]


_APART = 65536.0
"""Greater than twice what any step goes down: by so much steps differ that go a pixel further right."""


def steps_ahead(reach: int) -> np.ndarray:
    """[n, 2]: how often either step of a lattice is gone, up to `reach` times; of each there and back only one."""
    return np.array([times for times in itertools.product(range(-reach, reach + 1), repeat=2) if times > (0, 0)], float)


_HALF_WAY = np.array([[0.5, 0], [0, 0.5], [0.5, 0.5], [0.5, -0.5]])
CLEAR = 0.7
"""Of what is unlike half-way between the places of a lattice: what at most is unlike on them."""
_NEAR, _AROUND = steps_ahead(2), steps_ahead(4)


class Found(NamedTuple):
    lattice: Lattice
    likeness: float
    """-1..1: how like the picture is to itself, moved by the steps of the lattice."""


def find_lattice(alike: Likeness) -> Found | None:
    """The finest lattice on which a picture of this likeness is like itself; None where nothing repeats."""
    found = _candidates(alike)
    best = max((each.likeness for each in found), default=0.0)
    if best < LEAST_LIKENESS:
        return None
    least = best - _AS_GOOD - _NEARLY * (1 - best)
    good = [(_blur(alike, each), each) for each in found if each.likeness >= least]
    clear = [(each.lattice.area, each) for blur, each in good if blur <= CLEAR]
    _, finest = min(clear or good, key=lambda pair: pair[0])
    lattice = refined(alike, finest.lattice)
    while (coarser := _coarser(alike, lattice)) is not None:
        lattice = refined(alike, coarser)
    score = float(_likeness_on(alike, lattice.reduced().steps))
    return Found(lattice.reduced(), finest.likeness if np.isnan(score) else score)


def _candidates(alike: Likeness) -> list[Found]:
    """The lattices of each two of the peaks."""
    peaks = alike.peaks(SHORTEST, LEAST_LIKENESS)
    if not len(peaks):
        return []
    heights = alike.at(peaks)
    peaks = peaks[heights >= _GOOD_PEAK * heights.max()][:_PEAKS]
    pairs = np.array(list(itertools.combinations(peaks, 2))).reshape(-1, 2, 2)
    first, second = pairs.swapaxes(0, 1)
    aside = np.abs(first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0])
    steps = _each_once(_reduced(pairs[aside >= SHORTEST**2])).swapaxes(1, 2)
    scores = _likeness_on(alike, steps)
    is_told = ~np.isnan(scores)
    return [Found(Lattice(each), float(score)) for each, score in zip(steps[is_told], scores[is_told], strict=True)]


def _reduced(pairs: np.ndarray) -> np.ndarray:
    """The same lattices, each by its two shortest steps [n, 2, (x, y)], as `Lattice.reduced` does it for one."""
    first, second = pairs.swapaxes(0, 1)
    while True:
        is_longer = ((first**2).sum(1) > (second**2).sum(1))[:, None]
        first, second = np.where(is_longer, second, first), np.where(is_longer, first, second)
        times = np.rint((first * second).sum(1) / (first**2).sum(1))[:, None]
        if not times.any():
            return np.stack([first, second], axis=1)
        second = second - times * first


def _each_once(pairs: np.ndarray) -> np.ndarray:
    """Without those whose two steps [n, 2, (x, y)], each taken to the right or straight down, came before."""
    x, y = pairs[..., 0], pairs[..., 1]
    forward = np.where(((x < 0) | ((x == 0) & (y < 0)))[..., None], -pairs, pairs) + 0.0
    codes = np.sort(forward @ [_APART, 1.0], axis=1)
    _, places = np.unique(codes, axis=0, return_index=True)
    return pairs[np.sort(places)]


def _likeness_on(alike: Likeness, steps: np.ndarray) -> np.ndarray:
    """The mean at the places nearest to no step of lattices with such steps [..., 2, 2], as Lattice has them.

    NaN where cells are too narrow, or too few seen.
    """
    first, second = np.moveaxis(steps, -1, 0)
    shortest = np.hypot(*np.moveaxis(first, -1, 0))
    area = np.abs(np.linalg.det(steps))
    is_narrow = (shortest < SHORTEST) | (area < 0.4 * shortest * np.hypot(*np.moveaxis(second, -1, 0)))
    values = alike.at(_NEAR @ steps.swapaxes(-1, -2))
    is_seen = ~np.isnan(values)
    count = is_seen.sum(-1)
    mean = np.where(is_seen, values, 0).sum(-1) / np.maximum(count, 1)
    return np.where(is_narrow | (count < 3), np.nan, mean)


def is_clear(alike: Likeness, found: Found) -> bool:
    """Whether the picture is clearly less like itself half-way between the places of the lattice."""
    return _blur(alike, found) <= CLEAR


def _blur(alike: Likeness, found: Found) -> float:
    """What is unlike on the lattice, in parts of what is unlike half-way between."""
    between = np.nanmax(alike.at(_HALF_WAY @ found.lattice.steps.T), initial=-1)
    return float((1 - found.likeness) / max(1 - between, 1e-6))


def _coarser(alike: Likeness, lattice: Lattice) -> Lattice | None:
    """The part of the lattice on which the picture is clearly more like itself than on the rest; None without one.

    Motifs that look much the same stand on the whole lattice, the same ones on that part of it.
    """
    steps = _AROUND @ lattice.steps.T
    values = alike.at(steps)
    is_seen = ~np.isnan(values)
    times, values, lengths = _AROUND[is_seen], values[is_seen], np.hypot(*steps[is_seen].T)
    weight = np.sqrt(alike.shared(steps[is_seen]))
    best, coarser = _CLEARLY, None
    for matrix in _SUBLATTICES:
        coordinates = np.linalg.solve(matrix, times.T)
        is_member = (np.abs(coordinates - np.rint(coordinates)) < 1e-6).all(axis=0)
        if min(is_member.sum(), (~is_member).sum()) < 4:
            continue
        known = np.stack([np.ones(len(values)), lengths, is_member], axis=1)
        known = known * weight[:, None]
        fit, *_ = np.linalg.lstsq(known, values * weight, rcond=None)
        left = values * weight - known @ fit
        error = np.sqrt((left @ left) / max(len(values) - 3, 1) * np.linalg.pinv(known.T @ known)[2, 2])
        if fit[2] > _LEAST_STEP * (1 - values[is_member].mean()) + _LEAST_RISE and fit[2] / max(error, 1e-4) > best:
            best, coarser = fit[2] / max(error, 1e-4), Lattice(lattice.steps @ matrix).reduced()
    return coarser


def refined(alike: Likeness, lattice: Lattice) -> Lattice:
    """The lattice that is nearest to the peaks at all its places, from the nearest to the furthest."""
    aside = int(np.clip(np.hypot(*lattice.steps).min() / 6, 1, 3))
    for reach in (1, 2, 4, 8):
        times = steps_ahead(reach)
        steps = times @ lattice.steps.T
        is_like = np.nan_to_num(alike.at(steps), nan=-1.0) >= LEAST_LIKENESS
        places = alike.peaks_near(steps[is_like], aside)
        if np.linalg.matrix_rank(times[is_like]) < 2:
            continue
        solved, *_ = np.linalg.lstsq(times[is_like], places, rcond=None)
        lattice = Lattice(solved.T)
    return lattice
