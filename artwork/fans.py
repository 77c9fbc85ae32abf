"""The reference pattern: art-deco fans, row over row like fish scales."""

from typing import NamedTuple

import numpy as np

from .canvas import Array, Colour, Stencil, grid, rgb
from .tile import Tile

SIZE = 768
RADIUS = 96
ROOT = 0.97
"""Where a fan's ribs spring from, in radii below the centre of its scale."""
SUPERSAMPLING = 2

INK = rgb("1d4a56")
TEAL = rgb("3d8c8c")
CORAL = rgb("e0705a")
BLUSH = rgb("f5c9b3")
CREAM = rgb("fbf3e2")
GOLD = rgb("d3a048")


class Scheme(NamedTuple):
    """The colours of one fan."""

    ground: Colour
    petal: Colour
    heart: Colour
    bead: Colour


SCHEMES = (
    Scheme(CREAM, TEAL, BLUSH, CORAL),
    Scheme(TEAL, CREAM, GOLD, BLUSH),
    Scheme(BLUSH, CORAL, CREAM, INK),
    Scheme(INK, BLUSH, CORAL, CREAM),
)


def fans() -> Array:
    """The tile, (SIZE, SIZE, 3), an even number of rows high."""
    tile = Tile(SIZE, INK)
    sprites = [_fan(scheme) for scheme in SCHEMES]
    scale = _reduced(_scale()[..., None])[..., 0]
    for row in range(SIZE // RADIUS):
        for column in range(SIZE // (2 * RADIUS)):
            left = column * 2 * RADIUS + (row % 2) * RADIUS
            tile.stamp(Stencil(row * RADIUS, left, scale), sprites[(column + row) % len(sprites)])
    tile.age(seed=5, strength=0.012)
    return tile.colours


def _scale() -> Array:
    """Coverage of one fish scale: a disc without the two discs of the next row."""
    y, x = _plane()
    below_left, below_right = (_within(np.hypot(x + aside, y - 1), 1) for aside in (1, -1))
    return _within(np.hypot(x, y), 1) * (1 - below_left) * (1 - below_right)


def _fan(scheme: Scheme) -> Array:
    """The colours (2 * RADIUS, 2 * RADIUS, 3) of one fan: ribs out of its foot, a rim of beads around."""
    y, x = _plane()
    rim = np.hypot(x, y)
    reach = np.hypot(x, ROOT - y)
    angle = np.arctan2(x, ROOT - y)
    fan = np.empty((*rim.shape, 3), np.float32)
    fan[:] = scheme.ground
    _beads(fan, rim, np.arctan2(x, -y), scheme)
    _petals(fan, reach, angle, scheme)
    _foot(fan, reach, angle, scheme)
    _lay(fan, GOLD, _between(rim, 0.955, 0.985))
    _lay(fan, GOLD, _between(rim, 0.775, 0.79))
    return _reduced(fan)


def _beads(fan: Array, rim: Array, angle: Array, scheme: Scheme) -> None:
    """Beads, and small ones between them, on the band inside the rim."""
    for radius, size, shift, colour in ((0.872, 0.042, 0, scheme.bead), (0.872, 0.016, 0.5, GOLD)):
        step = np.pi / 13
        around = ((angle / step + shift + 0.5) % 1 - 0.5) * step * radius
        _lay(fan, colour, _within(np.hypot(around, rim - radius), size))


def _petals(fan: Array, reach: Array, angle: Array, scheme: Scheme) -> None:
    """Seven petals from the foot to the inner line, each with a heart and a golden edge."""
    step = np.radians(15)
    index = np.clip(np.round(angle / step), -3, 3)
    centre = index * step
    length = (ROOT * np.cos(centre) + np.sqrt(np.maximum(0.72**2 - (ROOT * np.sin(centre)) ** 2, 0.01))) * 0.985
    aside = np.abs(angle - centre) * reach
    shapes = ((1.0, 1.0, GOLD), (0.985, 0.88, scheme.petal), (0.9, 0.5, scheme.heart), (0.72, 0.16, scheme.petal))
    for scale, width, colour in shapes:
        share = np.clip(reach / (length * scale), 0, 1)
        half = width * step * 0.5 * length * 0.97 * share * np.sqrt(np.clip(1 - share**5, 0, 1))
        _lay(fan, colour, _edge(half - aside) * _within(reach, length * scale))


def _foot(fan: Array, reach: Array, angle: Array, scheme: Scheme) -> None:
    """A half moon where the petals meet."""
    _lay(fan, scheme.ground, _within(reach, 0.52))
    _lay(fan, GOLD, _between(reach, 0.47, 0.49))
    _lay(fan, scheme.bead, _within(reach, 0.4))
    _lay(fan, scheme.heart, _within(reach, 0.3))
    _lay(fan, GOLD, _within(reach, 0.2))
    step = np.radians(12)
    around = ((angle / step + 0.5) % 1 - 0.5) * step * 0.35
    _lay(fan, scheme.heart, _within(np.hypot(around, reach - 0.35), 0.02))


def _plane() -> tuple[Array, Array]:
    """y (n, 1) and x (1, n) in radii around the centre of the disc."""
    count = 2 * RADIUS * SUPERSAMPLING
    y, x = grid(count, count)
    return y / (count / 2) - 1, x / (count / 2) - 1


def _edge(inside: Array) -> Array:
    """Coverage for a distance to the edge, in radii, positive inside."""
    return np.clip(inside * RADIUS * SUPERSAMPLING + 0.5, 0, 1)


def _within(distance: Array, radius: Array | float) -> Array:
    return _edge(radius - distance)


def _between(distance: Array, low: float, high: float) -> Array:
    return _within(distance, high) - _within(distance, low)


def _lay(fan: Array, colour: Colour, coverage: Array) -> None:
    fan += (np.asarray(colour, np.float32) - fan) * coverage[..., None]


def _reduced(sprite: Array) -> Array:
    """The mean of every SUPERSAMPLING x SUPERSAMPLING block."""
    count = sprite.shape[0] // SUPERSAMPLING
    return sprite.reshape(count, SUPERSAMPLING, count, SUPERSAMPLING, -1).mean(axis=(1, 3))
