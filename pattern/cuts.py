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
    total = costs[:, 0].astype(np.float64)
    if start is not None:
        total[np.arange(width) != start[:, None]] = np.inf
    came_from = np.empty((length, count, width), np.int16)
    for row in range(1, length):
        way = ways[:, row]
        from_left, left = _least_so_far(total - way)
        from_right, right = (each[:, ::-1] for each in _least_so_far((total + way)[:, ::-1]))
        from_left, from_right = from_left + way, from_right - way
        came_from[row] = np.where(from_left <= from_right, left, width - 1 - right)
        total = np.minimum(from_left, from_right) + costs[:, row]
    if start is not None:
        total = total + np.abs(ways[:, 0] - np.take_along_axis(ways[:, 0], start[:, None], axis=1))
    return _followed(came_from, total.argmin(axis=1))


def _least_so_far(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of each row the least value up to each column, and its column."""
    least = np.minimum.accumulate(values, axis=1)
    columns = np.where(values == least, np.arange(values.shape[1]), 0)
    return least, np.maximum.accumulate(columns, axis=1)


def _followed(came_from: np.ndarray, column: np.ndarray) -> np.ndarray:
    length, count, _ = came_from.shape
    paths = np.empty((count, length), np.intp)
    for row in range(length - 1, -1, -1):
        paths[:, row] = column
        column = came_from[row, np.arange(count), column].astype(np.intp)
    return paths
