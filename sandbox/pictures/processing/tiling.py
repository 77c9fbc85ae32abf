"""Pictures whose opposite edges continue each other: made, tested, repeated, resized."""

import numpy as np

from .float_images import FloatImage, blurred, resized

_FEATHER = 5
_MARGIN = 8
"""Pixels that a resampling filter may look beyond an edge."""
_SEAMLESS = 2.5
_SMALLEST_CUT = 32


def faded_into_itself(picture: FloatImage, tail: int, axis: int) -> FloatImage:
    """The picture without its last `tail` rows (axis 0) or columns (axis 1), which are faded into its first ones.

    For pictures that already repeat: head and tail show the same, so that nothing is seen twice.
    """
    head, after, body = _parted(picture, tail, axis)
    joined = after + (head - after) * _rising(tail)[:, None, None]
    return np.moveaxis(np.concatenate([joined, body]), 0, axis)


def quilted_into_itself(picture: FloatImage, tail: int, axis: int) -> FloatImage:
    """The same for pictures that do not repeat: cut where head and tail differ least, only their light faded."""
    head, after, body = _parted(picture, tail, axis)
    low_head, low_after = blurred(head, tail / 1.5), blurred(after, tail / 1.5)
    light = low_after + (low_head - low_after) * _rising(tail)[:, None, None]
    detail_after, detail_head = after - low_after, head - low_head
    share = _side_of_cut(blurred(((detail_head - detail_after) ** 2).sum(axis=2), 1.5))
    joined = light + detail_after + (detail_head - detail_after) * share[..., None]
    return np.moveaxis(np.concatenate([joined, body]), 0, axis)


def is_seamless(picture: FloatImage) -> bool:
    """Whether going over an edge to the opposite one is about like going from one pixel to the next.

    Pictures too small to be cut and sewn pass.
    """
    if min(picture.shape[:2]) < _SMALLEST_CUT:
        return True
    for axis in (0, 1):
        lines = np.moveaxis(picture, axis, 0)
        across_edge = np.abs(lines[0] - lines[-1]).mean()
        inside = np.abs(np.diff(lines, axis=0)).mean()
        if across_edge > _SEAMLESS * inside + 0.004:
            return False
    return True


def resized_wrapped(tile: FloatImage, width: int, height: int) -> FloatImage:
    """A tile at another size, resampled as if it went on beyond its edges, so that it still does."""
    rows, columns = tile.shape[:2]
    if (rows, columns) == (height, width):
        return tile
    margin_x, margin_y = (
        max(1, -(-_MARGIN * length // goal)) + _MARGIN for length, goal in ((columns, width), (rows, height))
    )
    padded = np.pad(tile, ((margin_y, margin_y), (margin_x, margin_x), (0, 0)), mode="wrap")
    inner = (margin_x, margin_y, margin_x + columns, margin_y + rows)
    return resized(padded, width, height, part=inner)


def _parted(picture: FloatImage, tail: int, axis: int) -> tuple[FloatImage, FloatImage, FloatImage]:
    """Head, tail and what lies between them, along the first axis."""
    lines = np.moveaxis(picture, axis, 0)
    length = len(lines) - tail
    return lines[:tail], lines[length:], lines[tail:length]


def _rising(length: int) -> FloatImage:
    """From 0 to 1, smoothly; 0 belongs to the first place."""
    return (0.5 - 0.5 * np.cos(np.pi * np.arange(length) / max(length, 1))).astype(np.float32)


def _side_of_cut(cost: FloatImage) -> FloatImage:
    """[tail, n], 0 before the cheapest cut through `cost`, 1 behind it; it ends where it began, so it goes round."""
    tail = len(cost)
    edge = min(_FEATHER, tail // 3)
    inner = cost[edge : tail - edge]
    start = int(np.argmin(inner[:, [0, -1]].sum(axis=1)))
    cut = _cheapest_path(inner, start) + edge
    place = np.arange(tail, dtype=np.float32)[:, None]
    return np.clip((place - cut[None, :]) / (2 * max(edge, 1)) + 0.5, 0, 1).astype(np.float32)


def _cheapest_path(cost: FloatImage, start: int) -> FloatImage:
    """For each column the row of the cheapest path that begins and ends at row `start` and moves a row at most."""
    rows, length = cost.shape
    total = np.full(rows, np.inf, np.float32)
    total[start] = cost[start, 0]
    came_from = np.zeros((length, rows), np.int8)
    for column in range(1, length):
        padded = np.pad(total, 1, constant_values=np.inf)
        choices = np.stack([padded[:-2], padded[1:-1], padded[2:]])
        came_from[column] = choices.argmin(axis=0) - 1
        total = choices.min(axis=0) + cost[:, column]
    path = np.empty(length, np.float32)
    row = start
    for column in range(length - 1, -1, -1):
        path[column] = row
        row += int(came_from[column, row])
    return path
