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
_BRIGHTNESS = np.array([0.299, 0.587, 0.114], np.float32)
_BLOCK = 8
"""Lines of a block of JPEG: the step from one block to the next is greater, as it is over the edge."""
_SEAMLESS = 1.3
"""Times the worst inside: what goes over the edge is allowed."""
_CHANCE = 0.5
_VISIBLE = 0.006
_PARTS = (1, 4, 12)
"""Of an edge, in which something may be broken."""
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
    """Whether going over an edge to the opposite one is like going from some pixel inside to the next.

    Pictures too small to be cut and sewn pass.
    """
    if min(picture.shape[:2]) < _SMALLEST_CUT:
        return True
    return not any(_breaks_off(np.moveaxis(picture, axis, 0)) for axis in (0, 1))


def _breaks_off(lines: FloatImage) -> bool:
    """Whether the step over the edge is more sudden than any inside, in some part of it, or greater all along.

    Of brightness, as JPEG smooths colour everywhere but over the edge; and beside the steps between its blocks.
    """
    brightness = lines @ _BRIGHTNESS
    steps = np.abs(brightness - np.roll(brightness, 1, axis=0))  # the first goes over the edge
    all_along = np.quantile(steps, 0.25, axis=1)
    if all_along[0] > _SEAMLESS * all_along[1:].max() + _VISIBLE:
        return True
    beside = np.maximum(np.roll(steps, 1, axis=0), np.roll(steps, -1, axis=0))
    for part in _PARTS:
        width = max(4, steps.shape[1] // part)
        sudden = (_means(steps, width) / (_means(beside, width) + _VISIBLE)).max(axis=1)
        if sudden[0] > _SEAMLESS * sudden[_BLOCK:-2:_BLOCK].max() + _CHANCE:  # next to the edge it is the step beside
            return True
    return False


def _means(values: FloatImage, width: int) -> FloatImage:
    """Of each window of that width along the last axis."""
    sums = np.cumsum(np.pad(values, ((0, 0), (1, 0))), axis=1, dtype=np.float64)
    return (sums[:, width:] - sums[:, :-width]) / width


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
