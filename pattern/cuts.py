"""The cheapest cuts through fields of costs."""

from __future__ import annotations

import numpy as np


def cheapest_cuts(costs: np.ndarray, aside: np.ndarray) -> np.ndarray:
    """For each field [k, n, w] and each of its rows the column of the cheapest cut, [k, n].

    A cut pays `costs` where it is in a row, and before that `aside`, which is never negative, for each column that it
    moves aside there. Rows go round: a cut that ends elsewhere than it began pays for the way back.
    """
    turn = costs.shape[1] // 2
    ways = np.cumsum(aside, axis=2, dtype=np.float64)
    # Where the best cut that need not close goes through the middle, one that closes may well begin.
    start = _cuts(costs, ways, None)[:, turn]
    return np.roll(_cuts(np.roll(costs, -turn, axis=1), np.roll(ways, -turn, axis=1), start), turn, axis=1)


def _cuts(costs: np.ndarray, ways: np.ndarray, start: np.ndarray | None) -> np.ndarray:
    """`ways`: from the first column to each. With `start` [k] the cuts begin there, and pay for the way back to it."""
    count, length, width = costs.shape
    paid = np.empty((length, count, width))
    paid[0] = costs[:, 0]
    if start is not None:
        paid[0][np.arange(width) != start[:, None]] = np.inf
    for row in range(1, length):
        way, cost = ways[:, row], costs[:, row]
        from_left = np.minimum.accumulate(paid[row - 1] - way, axis=1) + way
        from_right = np.minimum.accumulate((paid[row - 1] + way)[:, ::-1], axis=1)[:, ::-1] - way
        np.add(np.minimum(from_left, from_right), cost, out=paid[row])
    total = paid[-1] if start is None else _with_way_to(paid[-1], ways[:, 0], start)
    return _followed(paid, ways, total.argmin(axis=1))


def _with_way_to(paid: np.ndarray, ways: np.ndarray, column: np.ndarray) -> np.ndarray:
    """[k, w]: what is paid when from each column a cut goes aside to this one [k]."""
    return paid + np.abs(ways - np.take_along_axis(ways, column[:, None], axis=1))


def _followed(paid: np.ndarray, ways: np.ndarray, column: np.ndarray) -> np.ndarray:
    """The cuts [k, n] that end in these columns [k], by what is paid [n, k, w] up to each place."""
    path = np.empty((paid.shape[1], len(paid)), np.intp)
    path[:, -1] = column
    for row in range(len(paid) - 1, 0, -1):
        path[:, row - 1] = column = _with_way_to(paid[row - 1], ways[:, row], column).argmin(axis=1)
    return path
