"""The print of the garment: block-printed sprigs in a half-drop repeat."""

from functools import cache

import numpy as np

from .canvas import Array, Colour, bezier, polyline, rgb
from .tile import Tile

REPEAT = 128
"""Width and height of one repeat, in pixels of the garment's picture."""
DETAIL = 3
"""Pixels of the tile for one pixel of the picture."""

GROUND = rgb("f3ece0")
TERRACOTTA = rgb("bf5b3f")
ROSE = rgb("e2a288")
MUSTARD = rgb("d9a23f")
SAGE = rgb("8a9d78")
MOSS = rgb("5d7555")
INDIGO = rgb("44587d")


@cache
def sprigs() -> Array:
    """One repeat, (REPEAT * DETAIL, REPEAT * DETAIL, 3)."""
    tile = Tile(REPEAT * DETAIL, GROUND)
    _sprig(Brush(tile, (32, 36), tilt=-12, flipped=False))
    _sprig(Brush(tile, (96, 100), tilt=-12, flipped=True))
    _filler(Brush(tile, (96, 33), tilt=25, flipped=False))
    _filler(Brush(tile, (32, 97), tilt=25, flipped=True))
    tile.age(seed=11, strength=0.01)
    return tile.colours


class Brush:
    """Draws shapes given around (0, 0), in pixels of the picture, turned and placed on the tile."""

    def __init__(self, tile: Tile, place: tuple[float, float], tilt: float, flipped: bool, scale: float = 1.22) -> None:
        angle = np.radians(tilt)
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        self._turn = turn * ([-scale, scale] if flipped else [scale, scale])
        self._place = np.array(place)
        self._tile = tile

    def fill(self, points: Array, colour: Colour) -> None:
        self._tile.fill(self._on_tile(points), colour)

    def stroke(self, points: Array, thickness: float, colour: Colour) -> None:
        self._tile.stroke(self._on_tile(points), thickness * DETAIL, colour)

    def _on_tile(self, points: Array) -> Array:
        return (points @ self._turn + self._place) * DETAIL


def _sprig(brush: Brush) -> None:
    stem = bezier((4, 36), (-9, 14), (10, 2), (1, -16))
    brush.stroke(stem, 1.7, MOSS)
    for share, side, length, colour in (
        (0.10, 1, 17, MOSS),
        (0.22, -1, 20, SAGE),
        (0.38, 1, 20, SAGE),
        (0.52, -1, 17, MOSS),
        (0.64, 1, 14, MOSS),
    ):
        root = stem[round(share * (len(stem) - 1))]
        _leaf(brush, root, angle=-90 + side * 52, length=length, colour=colour)
    _bud(brush, stem[20], (17, -9))
    _bud(brush, stem[16], (-19, -3))
    _flower(brush, (1, -19), 14.5)


def _leaf(brush: Brush, root: Array, angle: float, length: float, colour: Colour) -> None:
    half = length * 0.23
    upper = bezier((0, 0), (length * 0.3, -half * 2), (length * 0.75, -half * 1.3), (length, 0))
    lower = bezier((length, 0), (length * 0.7, half * 1.2), (length * 0.3, half * 1.6), (0, 0))
    brush.fill(_turned(polyline(upper, lower), angle) + root, colour)
    rib = bezier((length * 0.18, 0), (length * 0.5, -half * 0.15), (length * 0.84, 0))
    brush.stroke(_turned(rib, angle) + root, 0.8, GROUND)


def _bud(brush: Brush, root: Array, reach: tuple[float, float]) -> None:
    tip = root + reach
    brush.stroke(bezier(tuple(root), (root[0] + reach[0] * 0.7, root[1]), tuple(tip)), 1.2, MOSS)
    flank = bezier((0, 3.5), (-5.5, 0), (-1.5, -5), (0, -7.5))
    drop = polyline(flank, flank[::-1] * (-1, 1))
    brush.fill(_turned(drop, np.sign(reach[0]) * 24) + tip, INDIGO)


def _flower(brush: Brush, centre: tuple[float, float], radius: float) -> None:
    for step in range(6):
        petal = _petal(radius)
        brush.fill(_turned(petal, step * 60) + centre, TERRACOTTA)
        brush.fill(_turned(_petal(radius * 0.66), step * 60) + centre, ROSE)
        vein = np.array([(radius * 0.3, 0.0), (radius * 0.62, 0.0)])
        brush.stroke(_turned(vein, step * 60) + centre, 0.9, TERRACOTTA)
    brush.fill(_disc(radius * 0.3) + centre, MUSTARD)
    for step in range(6):
        dot = _turned(np.array([(radius * 0.17, 0.0)]), step * 60 + 30) + centre
        brush.fill(_disc(0.75) + dot, TERRACOTTA)


def _filler(brush: Brush) -> None:
    _leaf(brush, np.array((0.0, 5.0)), -125, 12, SAGE)
    _leaf(brush, np.array((0.0, 5.0)), -55, 12, SAGE)
    brush.stroke(bezier((0, 13), (1, 9), (0, 3)), 1.2, SAGE)
    for dot in ((0, -6), (-6.5, -11), (6.5, -11)):
        brush.fill(_disc(2.3) + dot, MUSTARD)


def _petal(length: float) -> Array:
    half = length * 0.40
    upper = bezier((0, 0), (length * 0.35, -half * 1.25), (length * 1.05, -half * 1.3), (length, 0))
    return polyline(upper, upper[::-1] * (1, -1))


def _disc(radius: float) -> Array:
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1) * radius


def _turned(points: Array, degrees: float) -> Array:
    angle = np.radians(degrees)
    return points @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
