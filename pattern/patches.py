"""A part of a tile's own middle, laid over an edge that does not repeat."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import NamedTuple

import numpy as np
from scipy import fft, ndimage

from .cuts import cheapest_cuts
from .membranes import spread

_SEARCHED = 512
"""Pixels of the longer side in which places for a patch are looked for, and compared."""
_PLACES = 4
"""Those of which the cuts are compared."""
_SAMPLES = 5_000
"""Pixels of the edge's surroundings by which a place is found to the pixel."""
_THINNED = 4
"""Of so many rows one tells how like a patch is."""
_LEAST = 1 / 8
"""Of how far a patch may reach: less on either side of what is broken is a sliver."""
_MOST_CHANGE = 0.9
"""Of what cross-fading would change: a patch that changes more is laid narrower."""
_NARROWER = (0.7, 0.5, 0.35, 0.25)
"""Of the band: how wide it is laid then, the widest first."""
_MOST_OF_A_BREAK = 0.4
"""Of an edge: where more of it is broken, the tile never went on there."""
_NARROWEST = 2
"""Pixels to either side of the edge: a patch and its rim."""
_COST_OF_CHANGE = 0.3
"""What a patch pays for what it changes, when it reaches all the way: of an average cut."""
_COST_OF_STEP = 0.05
"""Of the mean cost: what a cut pays for a step aside, so that it is not jagged for next to nothing."""
_FORBIDDEN = 1e3
_OUTLINES = 0.995
"""Quantile of the steps from pixel to pixel: the higher ones are outlines, if there are any."""
_CRISP = 0.12
"""Steps of outlines."""
_MOST_LIGHT = 0.1
"""What differs more, and is crisp, is another thing drawn there: cut off, it looks natural, and faded it does not."""


def patched(band: np.ndarray, lines: np.ndarray, broken: np.ndarray, goes_round: bool, light: float) -> np.ndarray:
    """The band [n, 2 * half, 3], whose middle is an edge, with the patch from `lines` [n, m, 3] that suits best.

    broken, bool [n]: where the patch has to lie over the edge. goes_round: the rows of `lines` do, so the patch may
    come from higher or lower. light: what differs more is not faded, but cut off.
    """

    def laid(band: np.ndarray) -> np.ndarray:
        patch = _cloth_at(lines, _best_place(band, lines, broken, goes_round), band.shape[1])
        left, right = cheapest_cuts(*_Fields.of(band - patch, broken))
        return _laid_over(band, patch, left, right, light)

    # what broke a part of an edge is as deep as it is: a narrow patch would leave some of it
    return _narrow_enough(band, lines, laid) if broken.mean() > _MOST_OF_A_BREAK else laid(band)


def patched_turned(band: np.ndarray, lines: np.ndarray, light: float) -> np.ndarray:
    """As `patched`, for a band that turned by 180 degrees is the same, and of which the patch makes one that is, too.

    Above its middle the patch is from `lines`; below, it is that, turned. At the band's ends it has no width.
    """

    def laid(band: np.ndarray) -> np.ndarray:
        patch = _turned_patch(band, lines)
        right = _cut_to_the_right(band - patch)
        return _laid_over(band, patch, right[::-1], right, light)

    return _narrow_enough(band, lines, laid)


def _narrow_enough(band: np.ndarray, lines: np.ndarray, laid: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """The band with what is laid over it, or over as much of its middle as changes less than cross-fading would.

    The wider it is, the more room have its cuts: the widest one is taken, also where none changes less.
    """
    most = _MOST_CHANGE * _change_by_fading(band, lines)
    widest = laid(band)
    narrower = (_with_middle(band, laid, share) for share in _NARROWER)
    return next((each for each in chain([widest], narrower) if np.abs(each - band).sum() <= most), widest)


def _with_middle(band: np.ndarray, laid: Callable[[np.ndarray], np.ndarray], share: float) -> np.ndarray:
    """The band with what is laid over this share of it."""
    half = band.shape[1] // 2
    inner = max(_NARROWEST, round(share * half))
    mended = band.copy()
    mended[:, half - inner : half + inner] = laid(band[:, half - inner : half + inner])
    return mended


def _change_by_fading(band: np.ndarray, lines: np.ndarray) -> float:
    """Sum over the band of what changes when it is faded, the nearer to its middle the more, into that of the tile."""
    half, centre = band.shape[1] // 2, lines.shape[1] // 2
    share = 1 - np.abs(np.arange(1 - half, half + 1) - 0.5) / half
    return float(np.abs(band - lines[:, centre - half : centre + half]).sum(axis=(0, 2)) @ share)


def _turned_patch(band: np.ndarray, lines: np.ndarray) -> np.ndarray:
    """From the place, of those spread over the middle of `lines`, where it looks most as in the band."""
    length, across = band.shape[:2]
    upper = length // 2
    wanted = band[:upper:_THINNED]
    parts = [
        lines[row : row + upper, column : column + across]
        for row in np.linspace(0, length - upper, _PLACES, dtype=int)
        for column in np.linspace(0, lines.shape[1] - across, 2 * _PLACES, dtype=int)
    ]
    part = min(parts, key=lambda each: float(((wanted - each[::_THINNED]) ** 2).sum()))
    middle = (part[-1:] + part[-1:, ::-1]) / 2  # of an odd length, the same both ways
    return np.concatenate([part, middle[: length % 2], part[::-1, ::-1]])


def _cut_to_the_right(difference: np.ndarray) -> np.ndarray:
    """How far the patch reaches in each row [n]; not at all at the ends, where other edges' patches meet it."""
    field = _Fields.of(difference, np.ones(len(difference), bool))
    costs, aside = field.costs[1:], field.aside[1:]
    costs[:, [0, -1]] = _FORBIDDEN
    costs[:, [0, -1], 0] = 0
    return cheapest_cuts(costs, aside)[0]


def _best_place(band: np.ndarray, lines: np.ndarray, broken: np.ndarray, goes_round: bool) -> tuple[int, int]:
    """Rows up, which go round, and first column in `lines` of the patch that can be cut in best."""
    half = band.shape[1] // 2
    coarse = min(half, -(-max(lines.shape[:2]) // _SEARCHED))
    spare = half % coarse
    small_band, small_lines = smaller(band[:, spare : 2 * half - spare], coarse), smaller(lines, coarse)
    is_broken = np.any(broken[: len(small_band) * coarse].reshape(-1, coarse), axis=1)
    places = _places(small_band, small_lines, goes_round)
    differences = [small_band - _cloth_at(small_lines, place, small_band.shape[1]) for place in places]
    fields = [_Fields.of(difference, is_broken) for difference in differences]
    costs, aside = np.concatenate([each.costs for each in fields]), np.concatenate([each.aside for each in fields])
    cuts = cheapest_cuts(costs, aside)
    paid = np.take_along_axis(costs, cuts[..., None], axis=2).sum(axis=(1, 2))
    row, column = places[int((paid[::2] + paid[1::2]).argmin())]
    return _to_the_pixel(band, lines, (row * coarse, column * coarse - spare), coarse, goes_round)


def _places(band: np.ndarray, lines: np.ndarray, goes_round: bool) -> list[tuple[int, int]]:
    """Those in `lines`, not next to each other, where it looks most as it does around the edge."""
    unlike = _unlikeness(band, lines)
    if not goes_round:
        unlike = unlike[:1]
    found = []
    apart = max(2, min(band.shape[:2]) // 8)
    for _ in range(_PLACES):
        row, column = (int(each) for each in np.unravel_index(int(unlike.argmin()), unlike.shape))
        if not np.isfinite(unlike[row, column]):
            break
        found.append((row, column))
        rows = np.arange(row - apart, row + apart + 1) % len(unlike)
        unlike[rows, max(0, column - apart) : column + apart + 1] = np.inf
    return found


def smaller(picture: np.ndarray, factor: int) -> np.ndarray:
    """Means of squares of pixels, without what is left over."""
    height, width = (side // factor * factor for side in picture.shape[:2])
    rows = picture[:height, :width].reshape(height // factor, factor, width, -1).mean(axis=1)
    return rows.reshape(height // factor, width // factor, factor, -1).mean(axis=2)


def _unlikeness(band: np.ndarray, lines: np.ndarray) -> np.ndarray:
    """[n, m - b + 1]: sum of squares by which the band [n, b, C] differs from the lines [n, m, C], moved so far up and
    to the left."""
    length, across = band.shape[:2]
    shape = (length, fft.next_fast_len(lines.shape[1], True) or 0)
    product = np.zeros(shape, np.float32)
    for one, other in zip(np.moveaxis(band, 2, 0), np.moveaxis(lines, 2, 0), strict=True):
        product += np.asarray(fft.irfft2(np.conj(np.asarray(fft.rfft2(one, shape))) * fft.rfft2(other, shape), shape))
    places = lines.shape[1] - across + 1
    sums = np.cumsum(np.pad((lines**2).sum(axis=(0, 2)), (1, 0)))
    return sums[across:] - sums[:-across] - 2 * product[:, :places]


def _to_the_pixel(
    band: np.ndarray, lines: np.ndarray, place: tuple[int, int], coarse: int, goes_round: bool
) -> tuple[int, int]:
    """The best place less than `coarse` pixels from this one."""
    row, column = place
    most = lines.shape[1] - band.shape[1]
    columns = range(max(0, min(most, column - coarse + 1)), max(0, min(most, column + coarse - 1)) + 1)
    rows = range(row - coarse + 1, row + coarse) if goes_round else [0]
    picked = np.linspace(0, band.shape[0] * band.shape[1] - 1, min(_SAMPLES, band.shape[0] * band.shape[1]))
    y, x = np.divmod(picked.astype(np.intp), band.shape[1])
    wanted = band[y, x]
    return min(
        ((up, first) for up in rows for first in columns),
        key=lambda at: float(((lines[(y + at[0]) % len(lines), x + at[1]] - wanted) ** 2).sum()),
    )


def _cloth_at(lines: np.ndarray, place: tuple[int, int], across: int) -> np.ndarray:
    up, first = place
    return np.roll(lines[:, first : first + across], -up, axis=0)


class _Fields(NamedTuple):
    """What it costs when the patch reaches so many columns to the left of the edge, and to the right: [2, n, half].

    A cut is as dear as band and patch differ there; and the farther it is from the edge, the more is changed.
    """

    costs: np.ndarray
    aside: np.ndarray

    @classmethod
    def of(cls, difference: np.ndarray, broken: np.ndarray) -> _Fields:
        unlike = (difference**2).sum(axis=2)
        half = unlike.shape[1] // 2
        outward = np.stack([unlike[:, half - 1 :: -1], unlike[:, half:]])
        inner = np.pad(outward, ((0, 0), (0, 0), (1, 0)))[..., :-1]
        costs = (inner + outward) / 2 + _COST_OF_CHANGE / half * np.cumsum(inner, axis=2)
        costs[:, ~broken, 0] = 0
        costs[:, broken, : max(2, round(_LEAST * half))] = _FORBIDDEN
        aside = (inner + np.roll(inner, 1, axis=1)) / 2
        return cls(costs, aside + _COST_OF_STEP * aside.mean())


def _laid_over(band: np.ndarray, patch: np.ndarray, left: np.ndarray, right: np.ndarray, light: float) -> np.ndarray:
    """The patch reaches so many columns [n] to both sides; by what it differs around it fades away inside it."""
    half = band.shape[1] // 2
    reached = slice(max(0, half - int(left.max()) - 1), half + int(right.max()) + 1)
    columns = np.arange(band.shape[1])[reached]
    is_inside = (columns >= half - left[:, None]) & (columns < half + right[:, None])
    grown = np.pad(is_inside, ((1, 1), (0, 0)), mode="wrap")
    grown = ndimage.binary_dilation(grown)[1:-1]
    difference = band[:, reached] - patch[:, reached]
    is_known = grown & ~is_inside & (largest(np.abs(difference)) <= light)
    mended = band.copy()
    np.copyto(mended[:, reached], patch[:, reached] + spread(difference, is_known), where=is_inside[..., None])
    return mended


def largest(channels: np.ndarray) -> np.ndarray:
    """[...] of [..., 3]; numpy's own maximum is slow over an axis of three."""
    return np.maximum(np.maximum(channels[..., 0], channels[..., 1]), channels[..., 2])


def most_light(tile: np.ndarray) -> float:
    """The largest difference in a tile that may be one of light alone; of one without outlines any may be."""
    return _MOST_LIGHT if _is_crisp(tile) else np.inf


def _is_crisp(tile: np.ndarray) -> bool:
    """Whether things with outlines are drawn in it; enlarged, outlines are soft from pixel to pixel."""
    coarse = -(-max(tile.shape[:2]) // _SEARCHED)
    seen = [tile[::coarse], tile[:, ::coarse].swapaxes(0, 1)]
    if 1 < coarse <= min(tile.shape[:2]) // 2:
        small = smaller(tile, coarse)
        seen += [small, small.swapaxes(0, 1)]
    return any(np.quantile(largest(np.abs(np.diff(each, axis=1))), _OUTLINES) > _CRISP for each in seen)
