"""Tiles whose edges do not continue each other, made to do so near their edges.

Three ways, the gentlest first. *Light*: a difference that changes slowly along an edge is taken away from both of its
sides, less and less with the distance. *A patch*: a part of the tile's own middle is laid over the edge, along the cuts
at which it differs least from what is there, and what still differs on the cuts fades into it. *A skin*: all that
differs is taken away from both sides, whatever is drawn there; it is never at a loss.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import ndimage

from .errors import PatternRefused
from .layouts import Layout
from .membranes import membrane
from .patches import largest, most_light, patched, patched_turned
from .seams import Verdict, check_seams

WIDEST = 0.5
"""Of the tile: what is farther from one edge is nearer to the other."""
_NARROWEST = 2
"""Pixels: a slope needs two."""
_LIGHT = 0.04
"""Of the edge's length: what is narrower is no light."""
_AROUND = 0.02
"""Of the edge's length: what is patched on either side of what is broken."""
_LEAST_COUNTED = 0.05
"""Of the edge around a place: where less of it can be light, what is there tells little of it."""
_LEAST_CHANGE = 0.5 / 255
"""Less is not changed: no file of eight bits would hold it."""
_WIDEST_PATCH = 1 / 3
"""Of the tile, to either side of the edge: a patch needs a middle to come from."""


class Mended(NamedTuple):
    """The tile [H,W,3], which of its pixels were changed, bool [H,W], and by how much these are, on average."""

    tile: np.ndarray
    changed: np.ndarray
    mean_levels: float
    """0..255"""

    @classmethod
    def of(cls, before: np.ndarray, after: np.ndarray) -> Mended:
        changed = largest(after != before)
        levels = np.abs(after[changed] - before[changed]).mean() * 255 if changed.any() else 0.0
        return cls(after, changed, float(levels))


class _Edge(NamedTuple):
    """Where a tile meets the next one: beside it (axis 1) or below it (axis 0), moved along the edge by `step`."""

    axis: int
    step: int = 0

    def lines(self, tile: np.ndarray) -> np.ndarray:
        """The tile [n, m, 3] as it lies when the edge is upright."""
        return tile if self.axis else tile.swapaxes(0, 1)

    def band(self, tile: np.ndarray, half: int) -> np.ndarray:
        """[n, 2 * half, 3]: what lies on both sides of the edge."""
        lines = self.lines(tile)
        return np.concatenate([lines[:, -half:], np.roll(lines[:, :half], self.step, axis=0)], axis=1)

    def with_band(self, tile: np.ndarray, band: np.ndarray) -> np.ndarray:
        """The tile with what was made of its band."""
        half = band.shape[1] // 2
        mended = tile.copy()
        lines = self.lines(mended)
        _change(lines[:, -half:], band[:, :half])
        _change(lines[:, :half], np.roll(band[:, half:], -self.step, axis=0))
        return mended


def _change(part: np.ndarray, wanted: np.ndarray) -> None:
    """Puts there what is wanted, where that is to be seen."""
    wanted = np.clip(wanted, 0, 1)
    is_seen = largest(np.abs(wanted - part)) >= _LEAST_CHANGE
    np.copyto(part, wanted, where=is_seen[..., None])


def mend(tile: np.ndarray, layout: Layout, width: float) -> Mended:
    """The tile, float32 [H,W,3], 0..1, so that it repeats in this layout; one that does comes back as it is.

    Only what is less than `width` of the tile, or two pixels, from an edge is changed. Raises PatternRefused where that
    is not enough.
    """
    if not 0 < width <= WIDEST:
        raise PatternRefused(
            "width", f"{width:g} is no part of the tile from an edge.", f"Give more than 0, and at most {WIDEST:g}."
        )
    judged = _Judged.of(tile, layout)
    if not judged.verdict.is_seamless:
        judged = (_turned if layout.kind == "turned" else _beside_itself)(judged, layout, width)
    if not judged.verdict.is_seamless:
        raise PatternRefused(
            "width",
            f"within {width:.0%} of its edges this tile cannot be made to repeat.",
            "Give more width, or a tile that is cut nearer to its repeat, for example by Find Repeat (PICPIK).",
        )
    return Mended.of(tile, judged.tile)


class _Judged(NamedTuple):
    """A tile, and whether it repeats; to find out is half of the work."""

    tile: np.ndarray
    verdict: Verdict

    @classmethod
    def of(cls, tile: np.ndarray, layout: Layout) -> _Judged:
        return cls(tile, check_seams(tile, layout))

    def is_seamless(self, axis: int) -> bool:
        return all(seam.axis != axis for seam in self.verdict.seams)


def _beside_itself(judged: _Judged, layout: Layout, width: float) -> _Judged:
    """A tile that lies straight, half-drop or half-brick.

    The edge along which tiles are not moved comes first: the other one's band goes round only after that. What was done
    at the second edge may show at the first one, so both are looked at again.
    """
    moved = 0 if layout.kind == "half-brick" else 1
    steps = layout.steps(*judged.tile.shape[:2]) or (0,)
    light = most_light(judged.tile)
    for axis in (1 - moved, moved) * 2:
        if not judged.is_seamless(axis):
            edges = [_Edge(axis, step) for step in (steps if axis == moved else (0,))]
            goes_round = axis == moved or (layout.kind == "straight" and judged.is_seamless(moved))
            mending = _Mending(judged, layout, width, edges, goes_round, light)
            for judged in mending.candidates():
                if judged.is_seamless(axis):
                    break
    return judged


@dataclass(frozen=True)
class _Mending:
    """One edge of a tile, about to be mended."""

    judged: _Judged
    layout: Layout
    width: float
    edges: list[_Edge]
    """Where the next tile is not always moved as far, they are two"""
    goes_round: bool
    """A line along the edge does, from its end to its beginning"""
    light: float
    """What differs more is no light; infinite where nothing with an outline is drawn"""

    def candidates(self) -> Iterator[_Judged]:
        """From the gentlest to the one that is never at a loss."""
        for edge, band in zip(self.edges, self._bands(self.width), strict=True):
            yield self._with_band(edge, _with_light_taken_away(band, self.light))
        if np.isfinite(self.light):
            for edge, band in zip(self.edges, self._bands(min(self.width, _WIDEST_PATCH)), strict=True):
                yield from self._patches(edge, band)
        for edge, band in zip(self.edges, self._bands(self.width), strict=True):
            yield self._with_band(edge, _with_difference_taken_away(band))

    def _patches(self, edge: _Edge, band: np.ndarray) -> Iterator[_Judged]:
        """Laid over what is broken, over what that left broken, too, and over the whole edge."""
        mended, broken = self.judged, np.zeros(len(band), bool)
        while not broken.all():
            more = broken | _broken(mended.verdict, edge.axis, len(band))
            broken = more if (more != broken).any() else np.ones(len(band), bool)
            mended = self._with_band(
                edge, patched(band, edge.lines(self.judged.tile), broken, self.goes_round, self.light)
            )
            yield mended

    def _bands(self, width: float) -> list[np.ndarray]:
        tile = self.judged.tile
        return [edge.band(tile, _half(width, edge.lines(tile).shape[1])) for edge in self.edges]

    def _with_band(self, edge: _Edge, band: np.ndarray) -> _Judged:
        return _Judged.of(edge.with_band(self.judged.tile, band), self.layout)


def _broken(verdict: Verdict, axis: int, length: int) -> np.ndarray:
    """bool [length]: where along the edges of this axis the tile does not go on, and a bit around it."""
    broken = np.zeros(length, bool)
    for seam in verdict.seams:
        if seam.axis == axis:
            broken[seam.begin : seam.end] = True
    return ndimage.maximum_filter1d(broken, 2 * max(2, round(_AROUND * length)) + 1, mode="wrap")


def _half(width: float, across: int) -> int:
    """Of a band, pixels."""
    return max(_NARROWEST, int(width * across))


def _with_light_taken_away(band: np.ndarray, most: float) -> np.ndarray:
    """The band without the step in light over its middle."""
    step = _step(band)
    is_light = largest(np.abs(step))[:, None] <= most
    known, counted = (
        ndimage.gaussian_filter1d(each, _LIGHT * len(step), axis=0, mode="wrap")
        for each in (step * is_light, is_light.astype(np.float32))
    )
    return _with_step_taken_away(band, known / np.maximum(counted, _LEAST_COUNTED))


def _with_difference_taken_away(band: np.ndarray) -> np.ndarray:
    return _with_step_taken_away(band, _step(band))


def _step(band: np.ndarray) -> np.ndarray:
    """[n, 3]: over the middle, beside what the band changes by next to it."""
    half = band.shape[1] // 2
    beside = (band[:, half - 1] - band[:, half - 2] + band[:, half + 1] - band[:, half]) / 2
    return band[:, half] - band[:, half - 1] - beside


def _with_step_taken_away(band: np.ndarray, step: np.ndarray) -> np.ndarray:
    half = band.shape[1] // 2
    away = membrane(step / 2, half)
    return np.concatenate([band[:, :half] + away[:, ::-1], band[:, half:] - away], axis=1)


def _turned(judged: _Judged, layout: Layout, width: float) -> _Judged:
    """Each edge meets itself, turned by 180 degrees."""
    tile, light = judged.tile, most_light(judged.tile)
    if np.isfinite(light):
        patched = _with_turned_patches(tile, min(width, _WIDEST_PATCH), light)
        mended = _Judged.of(_with_turned_skins(patched, width), layout)
        if mended.verdict.is_seamless:
            return mended
    return _Judged.of(_with_turned_skins(tile, width), layout)


def _sides(tile: np.ndarray, width: float) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """For each edge of the tile, laid upright and to the left: the tile, what is near the edge, and the band there."""
    for axis in (0, 1):
        for outward in (1, -1):
            lines = _Edge(axis).lines(tile)[:, ::outward]
            side = lines[:, : _half(width, lines.shape[1])]
            yield lines, side, np.concatenate([side[::-1, ::-1], side], axis=1)


def _with_turned_patches(tile: np.ndarray, width: float, light: float) -> np.ndarray:
    mended = tile.copy()
    for lines, side, band in _sides(mended, width):
        _change(side, patched_turned(band, lines, light)[:, side.shape[1] :])
    return mended


def _with_turned_skins(tile: np.ndarray, width: float) -> np.ndarray:
    """Each edge meets itself, and none may show what is done to the next one: at the corners nothing differs."""
    mended = _with_one_corner(tile, _half(width, tile.shape[0]), _half(width, tile.shape[1]))
    for _, side, band in _sides(mended, width):
        step = _step(band)
        step[[0, -1]] = 0
        # Gone on as its own negative, it is none at the corners, and stays so at any distance.
        away = membrane(np.concatenate([step, -step[-2:0:-1]]) / 2, side.shape[1])[: len(step)]
        _change(side, side - away)
    return mended


def _with_one_corner(tile: np.ndarray, down: int, across: int) -> np.ndarray:
    """The tile with the same colour in its corners."""
    rows, columns = 1 - np.arange(down, dtype=np.float32) / down, 1 - np.arange(across, dtype=np.float32) / across
    fading = (rows[:, None] * columns)[..., None]
    mended = tile.copy()
    colour = tile[[0, 0, -1, -1], [0, -1, 0, -1]].mean(axis=0)
    for upside, sideways in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
        corner = mended[::upside, ::sideways][:down, :across]
        corner += (colour - corner[0, 0]) * fading
    return mended
