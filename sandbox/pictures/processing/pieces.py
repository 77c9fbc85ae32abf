"""Which piece of a picture makes the best tile: sewn well, like the whole, and of the right shape."""

from dataclasses import dataclass

import numpy as np

from .contents import Contents
from .float_images import FloatImage, resized
from .sewing import COST_OF_BEND, LONGEST_BEND, TAIL, Piece

_SHORTEST = 0.6
"""Of the picture's length: a piece and its tail."""
_COMPARED, _LEAST_COMPARED = 64, 16
"""Lines in which seams are looked for."""
_COST_OF_UNLIKENESS, _COST_OF_LOSS, _COST_OF_SCALE, _COST_OF_REPEATS, _COST_OF_STRETCH = 4.0, 0.5, 0.5, 0.2, 3.0
"""A seam of things that have nothing to do with each other costs 1."""
_MORE_REPEATS, _MOST_REPEATS = 1.4, 8
"""Times as many repeats are tried as fill the picture when each has the shape of the whole; and how many at most."""


@dataclass(frozen=True)
class _Seams:
    """All pieces along one axis, in shares of the picture's length, and how ill the ends of each fit each other."""

    starts: np.ndarray
    lengths: np.ndarray
    misfits: np.ndarray


def best_piece(picture: FloatImage, width: int, height: int) -> Piece:
    """The best piece of [H, W, 3] for filling width x height."""
    rows, columns = picture.shape[:2]
    across, down = _seams(picture, axis=1), _seams(picture, axis=0)
    left, wide = across.starts[:, None], across.lengths[:, None]
    top, high = down.starts[None, :], down.lengths[None, :]
    cost = across.misfits[:, None] + down.misfits[None, :] - _COST_OF_LOSS * np.log(wide * high)
    # About the middle of the tails goes the cut.
    seen_left, seen_top = left + TAIL / 2 * wide, top + TAIL / 2 * high
    cost += _COST_OF_UNLIKENESS * Contents(picture).unlikeness(seen_left, seen_top, seen_left + wide, seen_top + high)

    def costs(count: tuple[int, int]) -> np.ndarray:
        stretch = (width / count[0] / (wide * columns)) / (height / count[1] / (high * rows))
        repeats = count[0] * count[1]
        scale = np.abs(np.log(wide * high * repeats))
        return (
            cost
            + _COST_OF_STRETCH * np.abs(np.log(stretch))
            + _COST_OF_SCALE * scale
            + _COST_OF_REPEATS * np.log(repeats)
        )

    counts = _counts((width / height) / (columns / rows))
    every = np.stack([costs(count) for count in counts])
    n, i, j = np.unravel_index(int(every.argmin()), every.shape)
    return Piece(
        left=float(across.starts[i] * columns),
        top=float(down.starts[j] * rows),
        width=float(across.lengths[i] * columns),
        height=float(down.lengths[j] * rows),
        across=counts[n][0],
        down=counts[n][1],
    )


def _counts(ratio: float) -> list[tuple[int, int]]:
    """How often a piece may go across and down a picture that is `ratio` times as wide for its height as its source."""
    most_across, most_down = (max(1, min(_MOST_REPEATS, round(_MORE_REPEATS * times))) for times in (ratio, 1 / ratio))
    return [(across, 1) for across in range(1, most_across + 1)] + [(1, down) for down in range(2, most_down + 1)]


def _seams(picture: FloatImage, axis: int) -> _Seams:
    rows, columns = (min(length, _COMPARED) for length in picture.shape[:2])
    lines = np.moveaxis(resized(picture, columns, rows), axis, 0)
    count = len(lines)
    if count < _LEAST_COMPARED:
        return _Seams(np.zeros(1), np.full(1, 1 / (1 + TAIL)), np.zeros(1))
    shortest, longest = (int(share * count / (1 + TAIL)) for share in (_SHORTEST, 1))
    pieces = [(start, n) for n in range(shortest, longest + 1) for start in range(count - n - round(TAIL * n) + 1)]
    starts, lengths = np.array(pieces).T
    return _Seams(starts / count, lengths / count, _misfits(lines, starts, lengths))


def _misfits(lines: FloatImage, starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """The cost of each piece's seam when its tail is moved along the seam as fits best."""
    length = lines.shape[1]
    reach = round(LONGEST_BEND * length)
    padded = np.pad(lines, ((0, 0), (reach, reach), (0, 0)), mode="edge")
    return np.min(
        [
            _costs_of_cuts(lines, padded[:, reach + move : reach + move + length], starts, lengths)
            + COST_OF_BEND * abs(move) / length
            for move in range(-reach, reach + 1)
        ],
        axis=0,
    )


def _costs_of_cuts(lines: FloatImage, tails: FloatImage, starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """The root of the mean squared difference along the cheapest cut, in relation to that of any two lines."""
    unlike = ((lines[:, None] - tails[None]) ** 2).sum(axis=-1)
    depths = np.maximum(1, np.rint(TAIL * lengths).astype(int))
    row = np.arange(depths.max())
    heads = np.minimum(starts[:, None] + row, len(lines) - 1)
    cost = unlike[heads, np.minimum(heads + lengths[:, None], len(lines) - 1)]
    cost[row >= depths[:, None]] = np.inf
    costs = np.ascontiguousarray(cost.transpose(2, 1, 0))
    total = costs[0]
    for more in costs[1:]:
        least = total.copy()
        np.minimum(least[1:], total[:-1], out=least[1:])
        np.minimum(least[:-1], total[1:], out=least[:-1])
        total = np.add(least, more, out=least)
    return np.sqrt(total.min(axis=0) / cost.shape[-1] / (float(unlike.mean()) + 1e-6))
