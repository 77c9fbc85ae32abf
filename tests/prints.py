"""Prints of six families, drawn so that they repeat in a known way, and what can go wrong with their tiles.

Written from what prints look like, without the pack's own measures.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from PIL import Image
from scipy import ndimage

Array = np.ndarray
Part = tuple[Array, ...]
"""Rows and columns of a picture."""


class Cloth(NamedTuple):
    """One straight repeat of a print: `columns` tiles beside each other, each `drop` pixels lower than the last."""

    picture: Array
    """[H, columns * W, 3], 0..1"""
    columns: int
    is_brick: bool
    """The print is the other way round: rows, each further right."""

    def tile(self, across: int = 0, down: int = 0) -> Array:
        """One tile, cut anywhere."""
        return self.cut(across, down, self.picture.shape[1] // self.columns, self.picture.shape[0])

    def cut(self, across: int, down: int, width: int, height: int) -> Array:
        """Any part of the cloth."""
        rows = np.arange(down, down + height) % self.picture.shape[0]
        columns = np.arange(across, across + width) % self.picture.shape[1]
        part = self.picture[rows][:, columns]
        return np.ascontiguousarray(part.swapaxes(0, 1) if self.is_brick else part)


class Plane:
    """The places of a torus, of which each thing is drawn in every tile."""

    def __init__(self, rng: np.random.Generator, width: int, height: int, columns: int, step: int) -> None:
        self.rng = rng
        self.tile = (width, height)
        self.width, self.height = width * columns, height
        self.y, self.x = np.mgrid[0 : self.height, 0 : self.width].astype(np.float32)
        self.copies = [(column * width, column * step) for column in range(columns)]

    def around(self, x: float, y: float, reach: float) -> Iterator[tuple[Part, Array, Array]]:
        """What is within reach of a place, in each tile, and how far it is to the right [1,n] and down [m,1]."""
        for across, below in self.copies:
            right = (self.x[:1] - x - across + self.width / 2) % self.width - self.width / 2
            down = (self.y[:, :1] - y - below + self.height / 2) % self.height - self.height / 2
            rows, columns = (np.flatnonzero(np.abs(away) <= reach) for away in (down, right))
            yield np.ix_(rows, columns), right[:, columns], down[rows]

    def filled(self, colour: Array) -> Array:
        return np.tile(colour, (self.height, self.width, 1))

    def place(self) -> tuple[float, float]:
        return self.rng.uniform(0, self.tile[0]), self.rng.uniform(0, self.tile[1])

    def noise(self, grain: float) -> Array:
        """Smooth, mean 0, deviation 1; `grain` is the size of its features in pixels."""
        white = self.rng.normal(size=(self.height, self.width)).astype(np.float32)
        alike = sum(np.roll(white, (down, across), (0, 1)) for across, down in self.copies)
        smooth = ndimage.gaussian_filter(alike, grain / 2, mode="wrap")
        return (smooth - smooth.mean()) / smooth.std()

    def colours(self, count: int) -> Array:
        """Colours that are told apart."""
        found = [self.rng.uniform(0.05, 0.95, 3)]
        while len(found) < count:
            new = self.rng.uniform(0.05, 0.95, 3)
            if min(np.abs(new - old).max() for old in found) > 0.22:
                found.append(new)
        return np.array(found, np.float32)


def _inside(distance: Array) -> Array:
    """Coverage, antialiased, of what is `distance` pixels inside an outline."""
    return np.clip(distance + 0.5, 0, 1)[..., None]


def _painted(picture: Array, part: Part, colour: Array, coverage: Array) -> Array:
    """The picture with a colour over a part of it, which is drawn in place."""
    under = picture[part]
    over = under + (colour - under) * coverage
    picture = picture.astype(over.dtype, copy=False)
    picture[part] = over
    return picture


def camouflage(plane: Plane) -> Array:
    """Flat, winding areas."""
    grain = plane.rng.uniform(10, 40)
    colours = plane.colours(4)
    picture = np.broadcast_to(colours[0], (plane.height, plane.width, 3))
    for colour in colours[1:]:
        field = plane.noise(grain)
        steepness = np.hypot(*np.gradient(field)) + 1e-3
        picture = picture + (colour - picture) * _inside((field - plane.rng.uniform(0, 0.9)) / steepness)
    return picture


def dots(plane: Plane) -> Array:
    """Round things, some of them rings."""
    colours = plane.colours(5)
    picture = plane.filled(colours[0])
    for _ in range(plane.rng.integers(3, 30)):
        radius = plane.rng.uniform(0.03, 0.16) * min(plane.tile)
        outer, inner = colours[plane.rng.integers(1, 5, 2)]
        for part, right, down in plane.around(*plane.place(), radius + 1):
            away = np.hypot(right, down)
            picture = _painted(picture, part, outer, _inside(radius - away))
            picture = _painted(picture, part, inner, _inside(radius * 0.6 - away))
    return picture


def checks(plane: Plane) -> Array:
    """Bands that cross: upright ones, and ones that lie."""
    colours = plane.colours(5)
    picture = np.broadcast_to(colours[0], (plane.height, plane.width, 3))
    width, height = plane.tile
    for _ in range(plane.rng.integers(3, 9)):
        lies = plane.rng.random() < 0.5
        length = np.gcd.reduce([height, *(down for _, down in plane.copies)]) if lies else width
        times = plane.rng.integers(1, 4)
        along = (plane.y if lies else plane.x) * times + plane.rng.uniform(0, length)
        aside = np.abs(along % length - length / 2) / times
        band = _inside(plane.rng.uniform(0.02, 0.2) * length / times - aside)
        picture = picture + (colours[plane.rng.integers(1, 5)] - picture) * band * plane.rng.choice([1, 0.5])
    return picture


def leaves(plane: Plane) -> Array:
    """Twigs with leaves, turned every way."""
    colours = plane.colours(6)
    picture = plane.filled(colours[0])
    for _ in range(plane.rng.integers(4, 16)):
        angle, length = plane.rng.uniform(0, 2 * np.pi), plane.rng.uniform(0.08, 0.25) * min(plane.tile)
        colour, vein = colours[plane.rng.integers(1, 6, 2)]
        for part, right, down in plane.around(*plane.place(), 1.1 * length + 3):
            along = right * np.cos(angle) + down * np.sin(angle)
            aside = np.abs(down * np.cos(angle) - right * np.sin(angle))
            width = 0.3 * length * np.clip(1 - (along / length) ** 2, 0, None)
            leaf = np.minimum(width, length - np.abs(along)) - aside
            picture = _painted(picture, part, colour, _inside(leaf))
            picture = _painted(picture, part, vein, _inside(np.minimum(1.2, 0.8 * length - np.abs(along)) - aside))
    return picture


def scales(plane: Plane) -> Array:
    """Rims and rays, row over row."""
    colours = plane.colours(5)
    picture = plane.filled(colours[0])
    width, height = plane.tile
    across, rows = plane.rng.integers(1, 4), 2 * plane.rng.integers(1, 3)
    radius = width / across / 2
    for row in range(rows):
        for column in range(across):
            x, y = (column + row % 2 / 2) * width / across, row * height / rows
            for part, right, down in plane.around(x, y, radius + 1):
                away, angle = np.hypot(right, down), np.arctan2(right, down)
                for share, colour in ((1, 1), (0.93, 2), (0.75, 3), (0.4, 4)):
                    picture = _painted(picture, part, colours[colour], _inside(radius * share - away))
                rays = np.minimum(np.abs(np.sin(6 * angle)) * away / 6 - 1, radius * 0.93 - away)
                under = picture[part]
                picture[part] = under + (colours[1] - under) * (1 - _inside(rays)) * _inside(radius * 0.93 - away)
    return picture


def watercolour(plane: Plane) -> Array:
    """Soft clouds of colour, with some brush in them."""
    grain = plane.rng.uniform(6, 40)
    clouds = np.stack([plane.noise(grain * plane.rng.uniform(0.7, 1.5)) for _ in range(3)], axis=-1)
    brush = plane.noise(plane.rng.uniform(2, 6))[..., None]
    return np.clip(plane.colours(1)[0] * 0.6 + 0.2 + 0.13 * clouds + plane.rng.uniform(0, 0.05) * brush, 0, 1)


FAMILIES: tuple[Callable[[Plane], Array], ...] = (camouflage, dots, checks, leaves, scales, watercolour)


def cloth(
    family: Callable[[Plane], Array],
    rng: np.random.Generator,
    width: int,
    height: int,
    *,
    drop: tuple[int, int] = (0, 1),
    is_brick: bool = False,
    is_shaded: bool = False,
) -> Cloth:
    """A print whose tile has this size, for a drop n/m whose m divides the height (of a brick: the width)."""
    if is_brick:
        width, height = height, width
    numerator, columns = drop
    plane = Plane(rng, width, height, columns, height * numerator // columns)
    picture = family(plane)
    if is_shaded:
        light = 1 + rng.uniform(0.03, 0.08) * plane.noise(rng.uniform(20, 60))
        picture = picture * light[..., None] + rng.uniform(0, 0.015) * plane.noise(1.5)[..., None]
    return Cloth(np.clip(picture, 0, 1).astype(np.float32), columns, is_brick)


def cross_stitch(rng: np.random.Generator, stitches: int, side: int) -> Array:
    """A tile of so many stitches a side, each of so many pixels a side: diamonds of other colours on a plain ground."""
    colours = rng.integers(0, 256, (6, 3)) / 255
    chart = np.zeros((stitches, stitches), int)
    for _ in range(stitches):
        reach = int(rng.integers(1, 5))
        down, across = np.mgrid[-reach : reach + 1, -reach : reach + 1]
        row, column = (place[abs(down) + abs(across) <= reach] for place in (down, across))
        y, x = rng.integers(stitches, size=2)
        chart[(row + y) % stitches, (column + x) % stitches] = rng.integers(1, 6)
    return np.kron(colours[chart], np.ones((side, side, 1))).astype(np.float32)


def eight_bit(picture: Array) -> Array:
    return np.rint(np.clip(picture, 0, 1) * 255).astype(np.float32) / 255


def noisy(picture: Array, rng: np.random.Generator) -> Array:
    return picture + rng.normal(0, rng.uniform(0.005, 0.03), picture.shape)


def jpeg(picture: Array, rng: np.random.Generator) -> Array:
    file = io.BytesIO()
    Image.fromarray(np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)).save(
        file, "JPEG", quality=int(rng.integers(75, 96))
    )
    return np.asarray(Image.open(file), np.float32) / 255
