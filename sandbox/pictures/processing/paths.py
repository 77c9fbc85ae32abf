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
    for column in range(1, length):
        padded = np.pad(total, 1, constant_values=np.inf)
        choices = np.stack([padded[:-2] + step, padded[1:-1], padded[2:] + step])
        came_from[column] = choices.argmin(axis=0) - 1
        total = choices.min(axis=0) + cost[:, column]
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
