"""A hole in a picture, filled with parts of the same picture whose surroundings are like those of the hole."""

import itertools
from collections.abc import Sequence

import numpy as np

from .float_images import FloatImage, blurred, resized
from .regions import Region, grown

_NEAR = 3
"""Times the hole's longer side: what is looked at around it, before the whole picture is."""
_LIGHT = 0.5
"""Times the hole's size: what changes more slowly than that is light and shade."""
_READ_AT = 256
_RIM = 6
"""Pixels of the picture as it is read: how much around the hole is compared."""
_LEAST_SEEN, _LEAST_SHARE = 0.3, 0.3
"""Of the rim that is compared, and of a piece of the hole that a part fills."""
_FITS_EXACTLY, _FITS_WELL = 0.2, 0.45
"""Of the rim's own variety: what a part may differ from it, anywhere and near the hole."""
_COST_OF_REST = 0.5
_MOST_PARTS = 4
_SIGMAS = (0.25, 0.1, 0.04, 0.016, 0.006)
"""Of the longer side."""
_FEATHER = 2.0


def filled_from_around(picture: FloatImage, hole: Region) -> FloatImage:
    """[H, W, 3]: the picture, with something else in the hole; its mean colour where there is nothing but the hole.

    One part of the picture where one fits, or one for each quarter of the hole; else the colours around it.
    """
    if hole.all():
        return np.broadcast_to(picture.mean(axis=(0, 1)), picture.shape)
    everywhere, near = np.s_[:, :], _near(hole)  # what is near has the same light and lies in the same folds
    for place, pieces, most in (
        (everywhere, [hole], _FITS_EXACTLY),
        (near, [hole], _FITS_WELL),
        (near, _quarters(hole), _FITS_WELL),
    ):
        made = _filled_with_parts(picture[place], hole[place], [piece[place] for piece in pieces], most)
        if made is not None:
            filled = picture.copy()
            filled[place] = made
            return filled
    return _with_colours_carried_on(picture, hole)


def _near(hole: Region) -> tuple[slice, ...]:
    """What lies around the hole, several times as wide."""
    places = np.argwhere(hole)
    reach = _NEAR * int(np.ptp(places, axis=0).max() + 1)
    return tuple(
        slice(max(0, first - reach), last + 1 + reach)
        for first, last in zip(places.min(axis=0), places.max(axis=0), strict=True)
    )


def _filled_with_parts(picture: FloatImage, hole: Region, pieces: Sequence[Region], most: float) -> FloatImage | None:
    """The picture with a part of itself in each piece of the hole; None where nothing fits to one of them."""
    for piece in pieces:
        untouched = hole
        for _ in range(_MOST_PARTS):  # what a part brings may have the hole in it, or end at the picture's edge
            move = _best_move(picture, hole, piece & hole, most) if (piece & hole).any() else None
            if move is None:
                break
            picture, hole = _filled_by(picture, hole, piece, move)
        if hole is untouched:
            return None
    return _with_colours_carried_on(picture, hole)


def _quarters(region: Region) -> list[Region]:
    rows, columns = np.nonzero(region)
    down, across = (int(places.min() + places.max() + 1) // 2 for places in (rows, columns))
    sides = [(np.s_[:down], np.s_[down:]), (np.s_[:across], np.s_[across:])]
    quarters = []
    for part in itertools.product(*sides):
        quarter = np.zeros_like(region)
        quarter[part] = region[part]
        quarters.append(quarter)
    return [quarter for quarter in quarters if quarter.any()]


def _filled_by(picture: FloatImage, hole: Region, wanted: Region, move: tuple[int, int]) -> tuple[FloatImage, Region]:
    """The picture with what a move brings into the wanted part of the hole, and what is left of the hole."""
    copied, known = _moved(picture, move), _moved(~hole, move)
    # what differs at the rim is taken off, more and more smoothly towards the middle
    offset = _carried_on(picture - copied, ~hole & known)
    covered = hole & wanted & known
    soft = np.clip(2 * blurred(covered.astype(np.float32), _FEATHER), 0, 1) * known
    opacity = np.where(hole, covered, soft)[..., None]  # over the rim it goes over into what was there
    return picture + (copied + offset - picture) * opacity, hole & ~covered


def _with_colours_carried_on(picture: FloatImage, hole: Region) -> FloatImage:
    return np.where(hole[..., None], _carried_on(picture, ~hole), picture)


def _carried_on(values: FloatImage, known: Region) -> FloatImage:
    """Values where they are known; elsewhere those around, from as near as there are any."""
    weight = known.astype(np.float32)
    result = np.broadcast_to(values[known].mean(axis=0), values.shape).astype(np.float32)
    for share in _SIGMAS:
        sigma = share * max(known.shape)
        mass = blurred(weight, sigma)[..., None]
        trust = np.float32(0.02)
        result = (blurred(values * weight[..., None], sigma) + trust * result) / (mass + trust)
    return result


def _best_move(picture: FloatImage, hole: Region, wanted: Region, most: float) -> tuple[int, int] | None:
    """By how many rows and columns the picture is moved so that it fits to the rim of the wanted part of the hole.

    None where it would differ by more than `most` of the rim's own variety.
    """
    height, width = hole.shape
    factor = min(1.0, _READ_AT / max(height, width))
    rows, columns = max(8, round(height * factor)), max(8, round(width * factor))
    small = resized(picture, columns, rows)
    covered = resized(hole.astype(np.float32), columns, rows) > 0.01
    part = covered & (resized(wanted.astype(np.float32), columns, rows) > 0.01)
    rim = grown(part, _RIM) & ~covered
    if not rim.any():
        return None
    details = _details(small, ~covered)
    costs, shares = _costs_of_moves(details, rim, covered, part)
    variety = float((details[rim] ** 2).sum(axis=1).mean())
    costs = np.where(shares > _LEAST_SHARE, costs + _COST_OF_REST * variety * (1 - shares), np.inf)
    best = np.unravel_index(int(costs.argmin()), costs.shape)
    if not costs[best] < most * variety:
        return None
    down, across = (int(place) - length for place, length in zip(best, (rows, columns), strict=True))
    return _exactly(picture, hole, wanted, (round(down / factor), round(across / factor)), round(1 / factor))


def _details(picture: FloatImage, known: Region) -> FloatImage:
    """Without light and shade, which are fitted to the rim anyway; nothing where the picture is not known."""
    sigma = _LIGHT * np.sqrt((~known).sum())
    weight = known.astype(np.float32)
    mass = np.maximum(blurred(weight, sigma), 1e-3)[..., None]
    return (picture - blurred(picture * weight[..., None], sigma) / mass) * weight[..., None]


def _exactly(picture: FloatImage, hole: Region, wanted: Region, move: tuple[int, int], reach: int) -> tuple[int, int]:
    """The move near another that fits best to the pixel."""
    if reach < 1:
        return move
    rim = grown(wanted, 2 * _RIM) & ~hole
    places = np.argwhere(rim)
    places = places[:: max(1, len(places) // 2000)]

    def cost(near: tuple[int, int]) -> float:
        rows, columns = (places - near).T
        inside = (rows >= 0) & (rows < hole.shape[0]) & (columns >= 0) & (columns < hole.shape[1])
        if not inside.any():
            return np.inf
        here, there = places[inside], (rows[inside], columns[inside])
        return float((picture[here[:, 0], here[:, 1]] - picture[there]).var(axis=0).sum())

    ways = range(-reach, reach + 1)
    return min(((move[0] + down, move[1] + across) for down in ways for across in ways), key=cost)


def _costs_of_moves(small: FloatImage, rim: Region, covered: Region, part: Region) -> tuple[np.ndarray, np.ndarray]:
    """[2 rows, 2 columns] twice, by how far the picture is moved, from minus its size on.

    Mean squared difference at the rim, infinite where too little of it is seen; how much of the part is filled.
    """
    rows, columns = rim.shape
    shape = (2 * rows, 2 * columns)

    def summed(fixed: np.ndarray, moving: np.ndarray) -> np.ndarray:
        """For each move, the sum of `fixed` times `moving` as it lies then."""
        product = np.fft.rfft2(fixed, shape) * np.conj(np.fft.rfft2(moving, shape))
        return np.roll(np.fft.irfft2(product, shape), (rows, columns), (0, 1))

    weight, usable = rim.astype(np.float64), (~covered).astype(np.float64)
    seen = summed(weight, usable)
    total = np.zeros(shape)
    for channel in np.moveaxis(small.astype(np.float64), 2, 0):
        total += summed(weight * channel**2, usable) - 2 * summed(weight * channel, usable * channel)
        total += summed(weight, usable * channel**2)
    cost = np.where(seen > _LEAST_SEEN * weight.sum(), total / np.maximum(seen, 1), np.inf)
    return cost, summed(part.astype(np.float64), usable) / part.sum()


def _moved(values: np.ndarray, move: tuple[int, int]) -> np.ndarray:
    """Zero where nothing comes in from beyond the picture's edge."""
    moved = np.roll(values, move, axis=(0, 1))
    for axis, way in enumerate(move):
        beyond = [slice(None)] * values.ndim
        beyond[axis] = slice(0, way) if way > 0 else slice(values.shape[axis] + way, None)
        if way:
            moved[tuple(beyond)] = 0
    return moved
