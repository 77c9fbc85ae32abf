"""Pictures whose opposite edges continue each other: made, tested, repeated, resized."""

import numpy as np

from .float_images import FloatImage, blurred, resized
from .paths import cheapest_closed_path

_FEATHER = 2
"""Pixels over which a cut changes from one side to the other."""
_COST_OF_STEP = 0.05
"""Of the mean cost: what a cut pays for a step aside, so that it is not jagged for next to nothing."""
_LIGHT_DIFFERENCE = 0.12
"""Wide differences in colour up to about this are taken for light."""
_MARGIN = 8
"""Pixels that a resampling filter may look beyond an edge."""
_SEAMLESS = 1.65
_NEAR = 0.04
"""Of a tile's length."""
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
    unlike = head - after
    light = _light_in(blurred(unlike, tail / 1.5))
    detail = unlike - light
    cut = _cheapest_cut(blurred((detail**2).sum(axis=2), 1.0))
    joined = after + light * _slowly_behind(cut, tail)[..., None] + detail * _behind(cut, tail)[..., None]
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
        inside = np.abs(np.diff(lines, axis=0)).mean(axis=(1, 2))
        # Where a line runs along the edge, it is no thinner than two steps.
        usual = max(inside.mean(), inside[0], inside[-1])
        if across_edge > _SEAMLESS * usual + 0.004:
            return False
    return True


def quietest_line(tile: FloatImage, near: int, axis: int) -> int:
    """The row (axis 0) or column (axis 1) near another where the least begins: there an edge runs along no line."""
    steps = np.abs(tile - np.roll(tile, 1, axis)).mean(axis=(1 - axis, 2))
    reach = round(_NEAR * len(steps))
    lines = np.arange(near - reach, near + reach + 1) % len(steps)
    return int(lines[steps[lines].argmin()])


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


def _light_in(unlike: FloatImage) -> FloatImage:
    """What of a wide difference may be light: little ones are, and great ones show something else."""
    size = np.sqrt((unlike**2).sum(axis=2, keepdims=True))
    return unlike / (1 + (size / _LIGHT_DIFFERENCE) ** 2)


def _cheapest_cut(cost: FloatImage) -> FloatImage:
    """[n] for [tail, n]: the row of the cheapest cut in each column; it ends where it began, so it goes round."""
    edge = min(_FEATHER, len(cost) // 3)
    return cheapest_closed_path(cost[edge : len(cost) - edge], _COST_OF_STEP * cost.mean()) + edge


def _behind(cut: FloatImage, tail: int) -> FloatImage:
    """[tail, n]: 0 before the cut, 1 behind it."""
    place = np.arange(tail, dtype=np.float32)[:, None]
    return np.clip((place - cut) / _FEATHER + 0.5, 0, 1).astype(np.float32)


def _slowly_behind(cut: FloatImage, tail: int) -> FloatImage:
    """[tail, n]: from 0 at the first row to 1 behind the last, one half at the cut."""
    place = np.arange(tail, dtype=np.float32)[:, None]
    way = np.where(place < cut, place / np.maximum(2 * cut, 1), 1 - (tail - place) / np.maximum(2 * (tail - cut), 1))
    return (0.5 - 0.5 * np.cos(np.pi * way)).astype(np.float32)
