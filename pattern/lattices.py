"""Lattices: the two steps after which a print looks the same again, and the tile and layout that they make."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from .layouts import Layout

UPRIGHT = np.radians(4)
"""How far from upright or level a step of a tile may be: a print is seldom photographed quite straight."""
_ASKEW = np.sin(np.radians(1.5))
"""How far from right angles the sides of a tile may be, as they are measured."""
_REACH = 8
_LARGEST_DENOMINATOR = 6
_OFF = 0.025
"""Of a tile's side: how far from n/m of it a drop may be."""


class Lattice(NamedTuple):
    """Two steps, (x, y) in pixels, as the columns of a matrix [2, 2]."""

    steps: np.ndarray

    @property
    def area(self) -> float:
        """Pixels of one repeat."""
        return float(abs(np.linalg.det(self.steps)))

    def reduced(self) -> Lattice:
        """The same lattice by its two shortest steps (Gauss)."""
        first, second = self.steps.T
        while True:
            if first @ first > second @ second:
                first, second = second, first
            times = round(float(first @ second / (first @ first)))
            if not times:
                return Lattice(np.stack([first, second], axis=1))
            second = second - times * first


class Repeat(NamedTuple):
    """A tile's sides as steps in the picture, (x, y) in pixels, and how it is laid."""

    across: np.ndarray
    down: np.ndarray
    layout: Layout


def repeats_of(lattice: Lattice) -> dict[str, Repeat]:
    """How the lattice can be laid with upright columns or level rows: by "straight", "half-drop" and "half-brick"."""
    found = {}
    down, across = _step(lattice, upright=True), _step(lattice, upright=False)
    if down is not None and (repeat := _dropped(lattice, down, upright=True)):
        found[repeat.layout.kind] = repeat
    if across is not None and (repeat := _dropped(lattice, across, upright=False)):
        found.setdefault(repeat.layout.kind, repeat)
    if (
        down is not None
        and across is not None
        and _is_rectangular(across, down)
        and _cells(lattice, across, down) <= _LARGEST_DENOMINATOR
    ):
        found.setdefault("straight", Repeat(across, down, Layout("straight")))
    return found


def _is_rectangular(across: np.ndarray, down: np.ndarray) -> bool:
    """Whether the sides of a tile are about at right angles."""
    return abs(float(across @ down)) <= _ASKEW * float(np.hypot(*across) * np.hypot(*down))


def _cells(lattice: Lattice, across: np.ndarray, down: np.ndarray) -> int:
    """How many repeats a tile with these sides holds."""
    return round(abs(float(across[0] * down[1] - across[1] * down[0])) / lattice.area)


def _step(lattice: Lattice, *, upright: bool) -> np.ndarray | None:
    """The shortest step of the lattice that goes about straight down, or to the right."""
    candidates = []
    for times in itertools.product(range(-_REACH, _REACH + 1), repeat=2):
        step = lattice.steps @ np.array(times, float)
        if _is_along(step, upright=upright):
            candidates.append(step)
    return min(candidates, key=lambda step: float(step @ step), default=None)


def _is_along(step: np.ndarray, *, upright: bool) -> bool:
    """Whether a step goes about straight down, or to the right."""
    along, aside = step[::-1] if upright else step
    return bool(along > 0 and abs(aside) <= np.tan(UPRIGHT) * along)


def _dropped(lattice: Lattice, side: np.ndarray, *, upright: bool) -> Repeat | None:
    """The tile with this side, whose next column (row) is shifted along it by n/m of it; None where it is by no n/m."""
    length, spacing = float(np.hypot(*side)), lattice.area / float(np.hypot(*side))
    direction = side / length
    forward = np.array([direction[1], -direction[0]]) if upright else np.array([-direction[1], direction[0]])
    steps = (
        lattice.steps @ np.array(times, float) for times in itertools.product(range(-_REACH, _REACH + 1), repeat=2)
    )
    beside = min(
        (step for step in steps if abs(float(step @ forward) - spacing) < 0.25 * spacing),
        key=lambda step: float(step @ step),
        default=None,
    )
    if beside is None:
        return None
    shift = float(beside @ direction) / length % 1
    drop = Fraction(shift).limit_denominator(_LARGEST_DENOMINATOR)
    if abs(shift - drop) > _OFF:
        return None
    beside = beside - round(float(beside @ direction) / length - shift) * side - float(drop) * side
    kind = "half-drop" if upright else "half-brick"
    layout = Layout(kind, drop) if drop % 1 else Layout("straight")
    across, down = (beside, side) if upright else (side, beside)
    return Repeat(across, down, layout) if _is_rectangular(across, down) else None
