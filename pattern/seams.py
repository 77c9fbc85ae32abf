"""Whether a tile repeats: what happens over its edges, beside what goes on inside it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Literal, NamedTuple

import numpy as np

from .crossings import crossings
from .jpeg_traces import JpegTraces, jpeg_traces
from .layouts import Joint, Layout
from .seam_measures import LEVEL, Steps, ended_outlines, jumps, light, most, suddenness, unlikeness, window
from .seam_offsets import Offset, lines_twice, offset_over
from .strips import strips
from .threads import in_slices

Harm = Literal["cut", "break", "light", "twice"]

_JUMPS = {1: 1.37, 2: 1.32, 4: 1.5, 10: 1.72, 24: 1.8}
"""How many times a seam must jump as the worst crossing inside, in windows of such shares of the edge.

The shorter the windows, the more of them there are in which chance may jump.
"""
_SUDDEN = {1: 1.1, 2: 1.08, 4: 1.1, 10: 1.23, 24: 1.39}
"""The same for jumps pixel by pixel."""
_LEAST_JUMP = 0.3
_ENDED = {4: 0.74, 10: 1.05, 24: 1.5}
"""The same for outlines that end."""
_LEAST_ENDED = 3 * LEVEL
_STRIP = 1.7
"""The same for strips laid over the edge."""
_LEAST_STRIP = (20 * LEVEL) ** 2
_LIGHT = 0.8
_LEAST_LIGHT = 0.3
_UNLIKE = 0.05
_LEAST_UNLIKE = LEVEL
_UNUSUAL = 2
"""Times the median of the greatest inside."""
_GREATEST = 16
"""So many of them."""
_JPEG = 2
"""Times the limits in what was a JPEG: there both sides of the edge were rounded apart from each other."""
_UNLIKE_IN_JPEG = 2
_SEEN = 2 * LEVEL
"""Steps below are not seen, and not marked."""
_SHARE = 24
"""Of an edge: how finely it is told where it jumps."""
_CUT = 0.35
"""Of an edge: what is longer is no break in it."""


class Seam(NamedTuple):
    """A part of an edge over which the tile does not go on."""

    axis: int
    """1: a left and a right edge meet; 0: a bottom and a top one"""
    joint: int
    """Which of the layout's joints"""
    begin: int
    end: int
    """Pixels along the first tile's edge"""
    harm: Harm
    """cut: along the edge; break: in a part of it; light: one side is darker; twice: both sides have the same lines"""
    offset: Offset | None = None
    """By how many pixels the tile is off, where that explains it"""


class Verdict(NamedTuple):
    seams: tuple[Seam, ...]

    @property
    def is_seamless(self) -> bool:
        return not self.seams


def check_seams(tile: np.ndarray, layout: Layout) -> Verdict:
    """Of a tile, float32 [H,W,3], 0..1. Whatever is mirrored repeats: each line meets itself."""
    if layout.kind == "mirror":
        return Verdict(())
    traces, meets_itself = jpeg_traces(tile), layout.kind == "turned"
    joints = list(enumerate(layout.joints(tile)))

    def look(part: slice) -> list[Seam]:
        return [seam for index, joint in joints[part] for seam in _seams(index, joint, traces, meets_itself)]

    return Verdict(tuple(itertools.chain.from_iterable(in_slices(len(joints), look, longest=1))))


def _seams(index: int, joint: Joint, traces: JpegTraces, meets_itself: bool) -> Iterator[Seam]:
    steps = Steps.of(crossings(joint, traces))
    length = steps.size.shape[1]
    if count := 0 if meets_itself else lines_twice(joint):
        yield Seam(joint.axis, index, 0, length, "twice", Offset(0, count))
    elif _stands_out(lambda some: light(some)[None], steps, _LEAST_LIGHT, [_LIGHT * (_JPEG if traces else 1)]):
        yield Seam(joint.axis, index, 0, length, "light")
    elif _jumps(steps, was_jpeg=bool(traces)) or (not traces and _has_strip(joint)):
        parts = _jumping_parts(steps)
        is_cut = len(parts) > 1 or parts[0][1] - parts[0][0] > _CUT * length
        offset = offset_over(joint) if is_cut else None
        for begin, end in parts:
            yield Seam(joint.axis, index, begin, end, "cut" if is_cut else "break", offset)


def _jumps(steps: Steps, was_jpeg: bool) -> bool:
    """Whether the seam jumps more than anything inside, or jumps though nothing inside is like it."""
    lenience = _JPEG if was_jpeg else 1
    for measure, limits, least in (
        (jumps, _JUMPS, _LEAST_JUMP),
        (suddenness, _SUDDEN, _LEAST_JUMP),
        (ended_outlines, _ENDED, _LEAST_ENDED * lenience),
    ):
        if _stands_out(
            partial(most, measure, shares=limits), steps, least, [lenience * each for each in limits.values()]
        ):
            return True
    limit = _UNLIKE_IN_JPEG if was_jpeg else _UNLIKE
    # Taking the like of it away leaves no more than there was.
    jump = (steps.size[0] - np.maximum(steps.before[0], steps.after[0])).mean()
    return bool(jump > limit * _LEAST_UNLIKE) and _is_beyond(unlikeness(steps, 1), _LEAST_UNLIKE, limit)


def _has_strip(joint: Joint) -> bool:
    """Of a tile that was no JPEG: there the edges of its blocks are strokes, too."""
    return any(_is_beyond(values, _LEAST_STRIP, _STRIP) for values in strips(joint, _STRIP * _LEAST_STRIP))


def _stands_out(measure: Callable[[Steps], np.ndarray], steps: Steps, least: float, limits: Sequence[float]) -> bool:
    """Whether the seam exceeds its limit in any of the rows [n,m] that a measure gives for so many limits.

    The inside need not be looked at where the seam would exceed none even if there were nothing inside.
    """
    if (measure(steps.of_the_seam)[:, 0] <= least * np.array(limits)).all():
        return False
    return any(_is_beyond(values, least, limit) for values, limit in zip(measure(steps), limits, strict=True))


def _is_beyond(values: np.ndarray, least: float, limit: float) -> bool:
    """Whether the seam's value, which comes first, is beyond the greatest inside and `least` together, times a limit.

    What need not exceed the greatest must be unusual beside the next ones: in a print of blocks all of them are great.
    """
    inside = values[1:]
    if values[0] <= limit * (max(inside.max(initial=0), 0) + least):
        return False
    return limit >= 1 or not len(inside) or bool(values[0] > _UNUSUAL * np.median(np.sort(inside)[-_GREATEST:]))


def _jumping_parts(steps: Steps) -> list[tuple[int, int]]:
    """Where along the edge the seam's step is greater than its neighbours; parts that lie near are one.

    All of the edge, where it is nowhere greater on average over some pixels.
    """
    jump = steps.size[0] - np.maximum(steps.before[0], steps.after[0])
    width = window(len(jump), _SHARE)
    smooth = np.convolve(np.maximum(jump, 0), np.ones(width) / width, "same")
    places = np.flatnonzero(smooth > max(smooth.max() / 4, min(_SEEN, smooth.max()) / 4))
    if not len(places):
        return [(0, len(jump))]
    gaps = np.flatnonzero(np.diff(places) > len(jump) // 8)
    return [
        (int(places[begin]), int(places[end]) + 1)
        for begin, end in zip([0, *(gaps + 1)], [*gaps, len(places) - 1], strict=True)
    ]
