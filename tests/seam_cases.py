"""Tiles that repeat and tiles that do not, derived from the drawn prints, with what is known of each.

A print is drawn once, and several tiles are made of it: cut anywhere, and kept whole, or harmed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple

import numpy as np
from scipy import ndimage

from . import prints
from .prints import Array, Cloth, Plane

Family = Callable[[Plane], Array]

LEAST_HARM = 2.0
"""Of 255 levels, on average over the edge: what harms less is not seen, and not counted."""
CHOSEN_ON = (prints.scales, prints.watercolour, prints.leaves)
"""The families on which thresholds may be chosen. The others only judge them."""


KEPT = ("whole", "noisy", "JPEG", "blurred")
HARMED = ("cropped", "broken", "light")


class Laying(NamedTuple):
    """A layout, as the pattern room and as the prints name it."""

    kind: Literal["straight", "half-drop", "half-brick"]
    drop: tuple[int, int]
    is_brick: bool


LAYINGS = (
    Laying("straight", (0, 1), False),
    Laying("half-drop", (1, 2), False),
    Laying("half-drop", (1, 3), False),
    Laying("half-brick", (1, 2), True),
)


class Case(NamedTuple):
    tile: Array
    """[H,W,3], float32, 0..1, of 8 bits"""
    laying: Laying
    family: str
    how: str
    """whole, noisy, JPEG, blurred; cropped, broken, light"""
    harm: float
    """Mean difference to what would continue the edge, in levels of 255 over all of it; 0 of a tile that repeats"""

    @property
    def is_seamless(self) -> bool:
        return self.how in KEPT

    @property
    def counts(self) -> bool:
        return self.is_seamless or self.harm >= LEAST_HARM


def cases(seed: int, prints_a_family: int, families: Sequence[Family] = prints.FAMILIES) -> Iterator[Case]:
    """Eight cases a print, four of them harmed; those that are harmed too little to count are left out."""
    for family in families:
        for index in range(prints_a_family):
            rng = np.random.default_rng([seed, prints.FAMILIES.index(family), index])
            yield from (case for case in _of_one_print(family, LAYINGS[index % len(LAYINGS)], rng) if case.counts)


def _of_one_print(family: Family, laying: Laying, rng: np.random.Generator) -> Iterator[Case]:
    width, height = (int(rng.integers(230, 400)) // 6 * 6 for _ in range(2))
    is_shaded = bool(rng.random() < 0.5)
    cloth = prints.cloth(family, rng, width, height, drop=laying.drop, is_brick=laying.is_brick, is_shaded=is_shaded)

    def cut(of: Cloth) -> Array:
        return of.tile(int(rng.integers(width)), int(rng.integers(height)))

    def case(how: str, tile: Array, harm: float = 0.0) -> Case:
        return Case(prints.eight_bit(tile), laying, family.__name__, how, harm)

    yield case("whole", cut(cloth))
    yield case("noisy", prints.noisy(cut(cloth), rng))
    yield case("JPEG", prints.jpeg(cut(cloth), rng))
    yield case("blurred", cut(_blurred(cloth, rng)))
    for how, harmed in (("cropped", _cropped), ("broken", _broken), ("light", _ramped), ("broken", _broken)):
        yield case(how, *harmed(cut(cloth), rng))


def _blurred(cloth: Cloth, rng: np.random.Generator) -> Cloth:
    sigma = rng.uniform(0.6, 2.5)
    return cloth._replace(picture=ndimage.gaussian_filter(cloth.picture, (sigma, sigma, 0), mode="wrap"))


def _cropped(tile: Array, rng: np.random.Generator) -> tuple[Array, float]:
    """Without 0.5 to 5 % of its lines."""
    axis = int(rng.integers(2))
    length = tile.shape[axis]
    left = length - max(1, round(rng.uniform(0.005, 0.05) * length))
    return np.take(tile, range(left), axis), _levels(np.take(tile, left, axis) - np.take(tile, 0, axis))


def _broken(tile: Array, rng: np.random.Generator) -> tuple[Array, float]:
    """Over 2 to 20 % of one edge something else is seen, a few pixels deep."""
    broken = tile.copy()
    axis = int(rng.integers(2))
    lines, source = np.moveaxis(broken, axis, 0), np.moveaxis(tile, axis, 0)
    count, length = source.shape[:2]
    part, depth = max(3, round(rng.uniform(0.02, 0.2) * length)), int(rng.integers(2, 9))
    begin, other = rng.integers(length - part + 1, size=2)
    row = int(rng.integers(depth, count - depth))
    rows, edge = (slice(0, depth), 0) if rng.random() < 0.5 else (slice(count - depth, count), count - 1)
    lines[rows, begin : begin + part] = source[row : row + depth, other : other + part]
    return broken, _levels(lines[edge] - source[edge])


def _ramped(tile: Array, rng: np.random.Generator) -> tuple[Array, float]:
    """2 to 8 % lighter at one edge than at the opposite one."""
    axis = int(rng.integers(2))
    rise = rng.uniform(0.02, 0.08) * rng.choice([-1, 1])
    light = np.linspace(-rise / 2, rise / 2, tile.shape[axis], dtype=np.float32)
    ramped = tile * (1 + (light[:, None, None] if axis == 0 else light[None, :, None]))
    return ramped, _levels(np.take(tile, 0, axis) * rise)


def _levels(difference: Array) -> float:
    return float(np.abs(difference).max(axis=-1).mean() * 255)
