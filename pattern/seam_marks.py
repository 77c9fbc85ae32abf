"""Seams, told in words and marked on the tile."""

from __future__ import annotations

import itertools

import numpy as np

from .layouts import Layout
from .seam_offsets import Offset
from .seams import Seam, Verdict

_CANDIDATES = np.array(list(itertools.product((0, 1), repeat=3)), np.float32)
_OF_A_SIDE = 150
"""One part in this of the shorter side is how thick a mark is, and how far from its edge."""

_EDGES = {1: ("left and right edge", "the top"), 0: ("top and bottom edge", "the left")}
_HARMS = {
    "cut": "what lies on both sides does not belong together",
    "break": "something else is seen there than should go on",
    "light": "one side is darker than the other, as light falls off over the tile",
    "twice": "the same lines lie on both sides",
}

_WAYS = {1: ("further up", "further down"), 0: ("further left", "further right")}


def report_seams(layout: Layout, verdict: Verdict) -> list[str]:
    """Whether it repeats; then a line for each place where it does not, and what to do."""
    if verdict.is_seamless:
        return [f"The tile repeats ({layout}): nothing stands out at its edges."]
    offsets = dict.fromkeys((seam.axis, seam.offset) for seam in verdict.seams if seam.offset)
    return [
        f"The tile does not repeat ({layout}).",
        *(_line(seam) for seam in verdict.seams),
        *(_advice(axis, offset) for axis, offset in offsets),
        "Mend Seams makes it repeat."
        if not offsets
        else "Cut it anew, for example with Find Repeat, or use Mend Seams.",
    ]


def _line(seam: Seam) -> str:
    edges, origin = _EDGES[seam.axis]
    return f"Over its {edges}, {seam.begin} to {seam.end} px from {origin}: {_HARMS[seam.harm]}."


def _advice(axis: int, offset: Offset) -> str:
    edges, _ = _EDGES[axis]
    if offset.along:
        way = _WAYS[axis][offset.along > 0]
        pixels = abs(offset.along)
        return f"Over its {edges} it is {pixels} px off: the next tile ought to lie {way}."
    size = "wide" if axis == 1 else "high"
    if offset.lines > 0:
        return f"It is {offset.lines} px too {size}: its last {offset.lines} px are its first ones again."
    return f"It may be about {-offset.lines} px less {size} than one repeat."


def marked(tile: np.ndarray, layout: Layout, verdict: Verdict) -> np.ndarray:
    """As much cloth as the tile [H,W,3] has, with its edges in the middle, and bars on both sides of the seams."""
    marks = _around_the_edges(_marks(tile.shape[:2], layout, verdict), layout)
    picture = np.array(_around_the_edges(tile, layout))
    picture[marks] = _contrasting(tile)
    return picture


def _around_the_edges(tile: np.ndarray, layout: Layout) -> np.ndarray:
    rows = [np.concatenate([layout.placed(tile, column, row) for column in (0, 1)], axis=1) for row in (0, 1)]
    height, width = tile.shape[:2]
    down, across = height // 2, width // 2
    return np.concatenate(rows)[down : down + height, across : across + width]


def _marks(shape: tuple[int, int], layout: Layout, verdict: Verdict) -> np.ndarray:
    """bool [H,W]: the bars on the tile."""
    marks = np.zeros(shape, bool)
    thickness = max(2, min(shape) // _OF_A_SIDE)
    joints = layout.joints(np.arange(marks.size).reshape(shape))
    for seam in verdict.seams:
        first, second = (np.moveaxis(places, seam.axis, 0) for places in joints[seam.joint][1:])
        along = slice(seam.begin, seam.end)
        for lines in (first[::-1], second):
            marks.flat[lines[thickness : 2 * thickness, along]] = True
    return marks


def _contrasting(tile: np.ndarray) -> np.ndarray:
    """Of the pure colours the one that is farthest from those of the tile."""
    seen = tile[:: max(1, len(tile) // 64), :: max(1, tile.shape[1] // 64)].reshape(-1, 3)
    distances = np.abs(_CANDIDATES[:, None] - seen[None]).sum(axis=2)
    return _CANDIDATES[np.percentile(distances, 10, axis=1).argmax()]
