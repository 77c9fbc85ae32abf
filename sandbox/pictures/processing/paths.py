"""The cheapest way through a field of costs, for cutting and for lining up."""

import numpy as np

from .float_images import FloatImage


def cheapest_path(cost: FloatImage, step: float, start: int | None = None) -> FloatImage:
    """For each column the row of the cheapest path from left to right, which moves a row at most, each time for `step`.

    With `start` it begins and ends at that row.
    """
    rows, length = cost.shape
    total = cost[:, 0].copy()
    if start is not None:
        total[np.arange(rows) != start] = np.inf
    came_from = np.zeros((length, rows), np.int8)
    aside = np.full(rows + 2, np.inf, (total + step).dtype)
    for column, more in enumerate(np.ascontiguousarray(cost.T[1:]), 1):
        np.add(total, step, out=aside[1:-1])
        from_above, from_below = aside[:-2], aside[2:]
        is_above = from_above <= total
        best = np.where(is_above, from_above, total)
        came_from[column] = np.where(from_below < best, 1, -is_above.astype(np.int8))
        total = np.minimum(best, from_below) + more
    path = np.empty(length, np.float32)
    row = int(total.argmin()) if start is None else start
    for column in range(length - 1, -1, -1):
        path[column] = row
        row += int(came_from[column, row])
    return path


def cheapest_closed_path(cost: FloatImage, step: float) -> FloatImage:
    """The same for columns that go round: it ends at the row where it began."""
    turn = cost.shape[1] // 2
    # Where the best path that need not close goes through the middle, one that closes may well begin.
    start = int(cheapest_path(cost, step)[turn])
    return np.roll(cheapest_path(np.roll(cost, -turn, axis=1), step, start), turn)
