"""Prints as they are photographed: with light that falls off, noise and JPEG, a little turned and in perspective.

How they repeat is known, from the way in which they are drawn, and from the drawn print before it is photographed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import ndimage, signal

from . import prints

Array = np.ndarray

LAYOUTS = (("straight", (0, 1)), ("half-drop", (1, 2)), ("half-drop", (1, 3)), ("half-brick", (1, 2)))
LONGEST_SIDE = 640
_SAME, _ALMOST = 0.9995, 0.99
"""Of its variance: what a drawn print shares with its moved copy where it repeats; where grain and JPEG hide that it
does not."""
_STRIPED = 0.95
_PLAIN = 0.02
"""Deviation: what has less contrast in it is no print."""


class Photo(NamedTuple):
    picture: Array
    """float32 [H,W,3], 0..1"""
    lattices: tuple[Array, ...]
    """Steps (x, y) in pixels of the photo's middle, as columns, that are a right answer: the finest lattices that the
    drawn print repeats on, exactly and as far as can be seen, and the one that it was drawn on."""
    story: str


def photo(index: int, *, is_tilted: bool = False) -> Photo:
    """A print of 2 to 8 repeats a side; `is_tilted`: turned by up to 1 degree, and up to 2 % of perspective."""
    rng = np.random.default_rng([int(is_tilted), index])
    family = prints.FAMILIES[index % len(prints.FAMILIES)]
    kind, drop = LAYOUTS[index // len(prints.FAMILIES) % len(LAYOUTS)]
    while True:
        width, height = (int(rng.integers(8, 24)) * 6 for _ in range(2))
        cloth = prints.cloth(family, rng, width, height, drop=drop, is_brick=kind == "half-brick")
        if cloth.picture.std((0, 1)).max() > _PLAIN and not is_striped(cloth):
            break
    size = [min(int(side * rng.uniform(2, 8)), max(LONGEST_SIDE, 2 * side)) for side in (width, height)]
    picture, steps = _taken(cloth, size, rng, is_tilted)
    numerator, denominator = drop
    drawn = (
        [[width, width * numerator / denominator], [0, height]]
        if cloth.is_brick
        else [[width, 0], [height * numerator / denominator, height]]
    )
    story = f"{index}: {family.__name__}, {kind} {numerator}/{denominator}, {width} x {height} of {size[0]} x {size[1]}"
    right = (finest_lattice(cloth), finest_lattice(cloth, _ALMOST), np.array(drawn))
    return Photo(picture, tuple(steps @ lattice for lattice in right), story)


def finest_lattice(cloth: prints.Cloth, least: float = _SAME) -> Array:
    """The two shortest steps (x, y), as columns, on which the drawn print is the same."""
    steps = _repeats(cloth, least)
    first = steps[0]
    aside = np.abs(first[0] * steps[:, 1] - first[1] * steps[:, 0])
    others = steps[aside > 0.5]
    return np.stack([first, others[np.lexsort([np.hypot(*others.T), np.rint(aside[aside > 0.5])])[0]]], axis=1)


def is_striped(cloth: prints.Cloth) -> bool:
    """Whether any step at all will do, straight down or to the side."""
    alike = _alike(cloth)
    return bool(max(alike[0].min(), alike[:, 0].min()) > _STRIPED)


def _alike(cloth: prints.Cloth) -> Array:
    """How like the drawn print is to itself, after each step on its torus; 1 after none."""
    picture = cloth.picture.swapaxes(0, 1) if cloth.is_brick else cloth.picture
    power = sum(np.abs(np.fft.fft2(channel - channel.mean())) ** 2 for channel in np.moveaxis(picture, 2, 0))
    alike = np.fft.ifft2(power).real
    return alike / alike[0, 0]


def _repeats(cloth: prints.Cloth, least: float) -> Array:
    """All steps [n, (x, y)] on which the drawn print is the same, the shortest first."""
    alike = _alike(cloth)
    height, width = alike.shape
    # Between pixels, too: motifs may stand at half ones.
    alike = np.asarray(signal.resample(alike, 2 * height, axis=0))
    alike = np.asarray(signal.resample(alike, 2 * width, axis=1))
    is_peak = alike >= ndimage.maximum_filter(alike, 9, mode="wrap")
    down, across = np.nonzero(is_peak & (alike > least))
    within = np.stack([across, down], axis=1) / 2
    steps = np.concatenate([within - [x, y] for x in (-width, 0, width) for y in (-height, 0, height)])
    steps = steps[np.hypot(*steps.T) > 0]
    return steps[np.argsort(np.hypot(*steps.T), kind="stable")]


def _taken(cloth: prints.Cloth, size: list[int], rng: np.random.Generator, is_tilted: bool) -> tuple[Array, Array]:
    """The photo, and the matrix that makes steps of the cloth to steps in its middle."""
    width, height = size
    edge = 24 + max(size) // 12 if is_tilted else 0
    big = (width + 2 * edge, height + 2 * edge)
    flat = cloth.cut(*rng.integers(0, 100, 2), *(big[::-1] if cloth.is_brick else big))
    steps = np.eye(2)
    if is_tilted:
        angle, (right, down) = np.radians(rng.uniform(-1, 1)), rng.uniform(-0.02, 0.02, 2)
        turned = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        flat, steps = tilted(flat, size, turned, np.array([right / width * 2, down / height * 2])), turned.T
    x, y = np.linspace(-1, 1, width)[None, :, None], np.linspace(-1, 1, height)[:, None, None]
    light = 1 + rng.uniform(-0.12, 0.12) * x + rng.uniform(-0.12, 0.12) * y - rng.uniform(0, 0.1) * (x**2 + y**2)
    return prints.jpeg(prints.noisy(flat * light, rng), rng), steps


def tilted(flat: Array, size: list[int], turned: Array, slant: Array) -> Array:
    """What a camera sees that is turned, and slants to the cloth; `slant` is the change of distance a pixel."""
    height, width = flat.shape[:2]
    y, x = np.mgrid[0 : size[1], 0 : size[0]].astype(float)
    places = np.stack([x - size[0] / 2, y - size[1] / 2])
    seen = np.einsum("ij,jyx->iyx", turned, places) / (1 + np.einsum("j,jyx->yx", slant, places))
    across, down = seen[0] + width / 2, seen[1] + height / 2
    return np.stack(
        [
            ndimage.map_coordinates(channel, [down, across], order=1, mode="nearest")
            for channel in np.moveaxis(flat, 2, 0)
        ],
        axis=-1,
    )


def unrepeated(index: int) -> Array:
    """The photo of what does not repeat: one tile, larger than the picture, noise, clouds, a gradient, one leaf."""
    rng = np.random.default_rng([2, index])
    width, height = (int(side) for side in rng.integers(200, LONGEST_SIDE, 2))
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    once = (prints.camouflage, prints.dots, prints.leaves, prints.watercolour)
    match index % 8:
        case 4:
            picture = rng.uniform(0, 1, (height, width, 3))
        case 5:
            grain = rng.uniform(15, 80)
            clouds = ndimage.gaussian_filter(rng.normal(size=(height, width, 3)), (grain, grain, 0))
            picture = 0.5 + 0.2 * clouds / clouds.std()
        case 6:
            picture = np.stack([0.5 + 0.3 * x, 0.5 + 0.3 * y, 0.5 + 0.2 * x * y], axis=-1)
        case 7:
            leaf = np.clip(20 * (0.2 - x**2 - 6 * (y - x / 3) ** 2), 0, 1)[..., None]
            picture = 0.8 + leaf * (np.array([0.2, 0.5, 0.3]) - 0.8)
        case kind:
            whole = prints.cloth(once[kind], rng, (width // 6 + 8) * 6, (height // 6 + 8) * 6)
            picture = whole.picture[:height, :width]
    return prints.jpeg(prints.noisy(picture, rng), rng)


def is_same_lattice(found: Array, right: Array) -> bool:
    """Whether the steps (columns) make the same lattice, each within 1 % or 1 pixel."""
    times = np.rint(np.linalg.solve(right, found))
    if round(abs(np.linalg.det(times))) != 1:
        return False
    off = np.hypot(*(found - right @ times))
    return bool((off <= np.maximum(1, 0.01 * np.hypot(*found))).all())
