"""A piece of a picture that does not repeat, cut out and sewn to itself.

What follows the piece on its right and below, its tails, is laid on its beginning and cut through where the two differ
least. Before that the piece is drawn aside a little, so that lines which run into a seam go on behind it.
"""

from dataclasses import dataclass

import numpy as np

from .float_images import FloatImage, blurred, grid, resized, sampled
from .paths import cheapest_path
from .tiling import quilted_into_itself

TAIL = 0.15
"""Of a piece's length."""
LONGEST_BEND = 0.07
"""Of a seam's length: how far lines are drawn along it."""
COST_OF_BEND = 2.5
"""For a whole length; 1 is the mean cost of a seam."""
_FINER = 2
"""Pixels of the tile for one of the picture: half pixels are not lost when it is bent."""
_FEWEST = 32
"""Pixels of a tile, however small the piece."""
_SEAM_READ_AT = 128
_SMOOTH_COST, _SMOOTH_BEND = 0.03, 0.04
"""Of a seam's length."""
_COST_OF_CHANGE = 0.3
_WORTH_BENDING = 0.75
"""Of a straight seam's cost: a seam that costs no less when it is bent stays straight."""


@dataclass(frozen=True)
class Piece:
    """A part of a picture, in pixels and without its tails, and how often it is laid side by side."""

    left: float
    top: float
    width: float
    height: float
    across: int
    down: int


def sewn(picture: FloatImage, piece: Piece, width: int, height: int) -> FloatImage:
    """One piece of [H, W, 3], as finely as there is anything to see, at most [height, width, 3]; its edges continue."""
    columns, rows = (
        min(most, max(_FEWEST, round(_FINER * length)))
        for most, length in ((width, piece.width), (height, piece.height))
    )
    tail_x, tail_y = round(TAIL * columns), round(TAIL * rows)
    right = min(piece.left + piece.width * (columns + tail_x) / columns, picture.shape[1])
    bottom = min(piece.top + piece.height * (rows + tail_y) / rows, picture.shape[0])
    part = (piece.left, piece.top, right, bottom)
    whole = resized(picture, columns + tail_x, rows + tail_y, part=part)
    whole = _bent(whole, tail_x, tail_y)
    return quilted_into_itself(quilted_into_itself(whole, tail_x, axis=1), tail_y, axis=0)


def _bent(picture: FloatImage, tail_x: int, tail_y: int) -> FloatImage:
    """The picture drawn aside, one way towards its beginning and the other way towards its tails."""
    rows, columns = picture.shape[:2]
    x, y = grid(rows, columns)
    along_x, along_y = _bend(picture, tail_y, axis=0), _bend(picture, tail_x, axis=1)
    to_tail_x, to_tail_y = (x - columns / 2) / (columns - tail_x), (y - rows / 2) / (rows - tail_y)
    return sampled(picture, x + along_x * to_tail_y, y + along_y[:, None] * to_tail_x)


def _bend(picture: FloatImage, tail: int, axis: int) -> FloatImage:
    """[n]: for each place along a seam, how many pixels further along the tail shows what the beginning shows."""
    lines = np.moveaxis(picture, axis, 0)
    length = lines.shape[1]
    count = min(length, _SEAM_READ_AT)
    depth = max(1, round(tail * count / length))
    head, after = (resized(part, count, depth) for part in (lines[:tail], lines[-tail:]))
    reach = max(1, round(LONGEST_BEND * count))
    cost = _costs_of_moves(head, after, reach)
    path = cheapest_path(cost, _COST_OF_CHANGE)
    if np.take_along_axis(cost, path.astype(int)[None], axis=0).mean() > _WORTH_BENDING * cost[reach].mean():
        return np.zeros(length, np.float32)
    room = np.minimum(np.arange(count), np.arange(count)[::-1])
    moves = np.clip(blurred(path[None] - reach, _SMOOTH_BEND * count)[0], -room, room).astype(np.float32)
    return resized(moves[None], length, 1)[0] * np.float32(length / count)


def _costs_of_moves(head: FloatImage, after: FloatImage, reach: int) -> FloatImage:
    """[2 reach + 1, n]: how ill each place of the seam fits when the tail is moved along it, by -reach to reach."""
    count = head.shape[1]
    padded = np.pad(after, ((0, 0), (reach, reach), (0, 0)), mode="edge")
    moves = range(2 * reach + 1)
    unlike = np.stack([((padded[:, move : move + count] - head) ** 2).sum(axis=2).mean(axis=0) for move in moves])
    smooth = np.stack([blurred(line[None], _SMOOTH_COST * count)[0] for line in unlike])
    far = np.abs(np.arange(-reach, reach + 1, dtype=np.float32))[:, None] / count
    return smooth / (float(unlike.mean()) + 1e-9) + COST_OF_BEND * far
