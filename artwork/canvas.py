"""Drawing: antialiased shapes, soft fields and noise as float32 arrays; knows nothing of what is drawn.

Points are (x, y) in pixels, y downwards. A coverage is (H, W) in 0..1. A colour is three numbers 0..1, sRGB.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

Array = np.ndarray
Colour = tuple[float, float, float]

SUPERSAMPLING = 4


def rgb(code: str) -> Colour:
    """The colour of a hex code such as "c8553d"."""
    red, green, blue = (int(code[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return red, green, blue


def grid(height: int, width: int, top: float = 0, left: float = 0) -> tuple[Array, Array]:
    """Pixel centres as y (H, 1) and x (1, W), for a window whose corner is at (left, top)."""
    ys = np.arange(height, dtype=np.float32)[:, None] + np.float32(top + 0.5)
    xs = np.arange(width, dtype=np.float32)[None, :] + np.float32(left + 0.5)
    return ys, xs


def smoothstep(low: float, high: float, value: Array) -> Array:
    """0 below `low`, 1 above `high` (or the other way round when low > high), smooth in between."""
    t = np.clip((value - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def mix(start: Array | float, end: Array | float, share: Array | float) -> Array:
    """`start` where share is 0, `end` where it is 1."""
    return np.asarray(start + (end - start) * share)


def bezier(*control: tuple[float, float], count: int = 32) -> Array:
    """Points (count, 2) on the Bezier curve with these control points (any degree)."""
    points = np.array(control, dtype=np.float64)[:, None, :]
    t = np.linspace(0, 1, count)[None, :, None]
    while len(points) > 1:
        points = points[:-1] * (1 - t) + points[1:] * t
    return points[0]


def swayed(points: Array, seed: int, amount: float) -> Array:
    """The points, each moved by up to `amount` pixels, neighbours together: nothing hung by hand is symmetrical."""
    offsets = np.random.default_rng(seed).uniform(-amount, amount, (7, 2))
    at = np.linspace(0, 6, len(points))[:, None]
    before = np.minimum(at.astype(int), 5)
    return points + mix(offsets[before[:, 0]], offsets[before[:, 0] + 1], smoothstep(0, 1, at - before))


def polyline(*parts: Array | Sequence[tuple[float, float]]) -> Array:
    """Curves and single points joined into one list of points (N, 2)."""
    return np.concatenate([np.asarray(part, dtype=np.float64).reshape(-1, 2) for part in parts])


class Stencil(NamedTuple):
    """A coverage (h, w) in a window of its own, whose corner is at (left, top) of the canvas."""

    top: int
    left: int
    coverage: Array

    def on(self, size: tuple[int, int]) -> Array:
        """The same coverage on a whole canvas (h, w); what lies outside is cut off."""
        height, width = size
        canvas = np.zeros(size, np.float32)
        rows, columns = self.coverage.shape
        top, left = max(self.top, 0), max(self.left, 0)
        bottom, right = min(self.top + rows, height), min(self.left + columns, width)
        if top < bottom and left < right:
            canvas[top:bottom, left:right] = self.coverage[
                top - self.top : bottom - self.top, left - self.left : right - self.left
            ]
        return canvas


def filled(points: Array) -> Stencil:
    """A polygon."""
    return _drawn(points, 1, lambda draw, scaled: draw.polygon(scaled, fill=255))


def stroked(points: Array, thickness: float) -> Stencil:
    """A line of this thickness along the points, with round ends."""
    radius = thickness * SUPERSAMPLING / 2

    def paint(draw: ImageDraw.ImageDraw, scaled: list[tuple[float, float]]) -> None:
        draw.line(scaled, fill=255, width=max(1, round(radius * 2)), joint="curve")
        for x, y in (scaled[0], scaled[-1]):
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)

    return _drawn(points, thickness, paint)


def _drawn(points: Array, margin: float, paint: Callable[[ImageDraw.ImageDraw, list], None]) -> Stencil:
    """Paints at four times the size inside the points' bounding box and averages down."""
    left, top = np.floor(points.min(axis=0) - margin).astype(int)
    right, bottom = np.ceil(points.max(axis=0) + margin).astype(int)
    image = Image.new("L", (int(right - left) * SUPERSAMPLING, int(bottom - top) * SUPERSAMPLING))
    paint(ImageDraw.Draw(image), [tuple(point) for point in (points - (left, top)) * SUPERSAMPLING])
    return Stencil(int(top), int(left), np.asarray(image.reduce(SUPERSAMPLING), np.float32) / 255)


def blur(field: Array, sigma: float) -> Array:
    """Gaussian blur of (H, W); a wide one is done on a reduced copy, which nobody can tell apart."""
    height, width = field.shape
    factor = max(1, int(sigma / 2))
    small = resized(field, -(-height // factor), -(-width // factor))
    for axis in (0, 1):
        small = _blurred_along(small, sigma / factor, axis)
    return resized(small, height, width)


def _blurred_along(field: Array, sigma: float, axis: int) -> Array:
    reach = max(1, round(sigma * 3))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2).astype(np.float32)
    weights /= weights.sum()
    padding = [(reach, reach) if i == axis else (0, 0) for i in (0, 1)]
    padded = np.pad(field, padding, mode="edge")
    length = field.shape[axis]
    result = np.zeros_like(field)
    for offset, weight in enumerate(weights):
        result += weight * (padded[offset : offset + length] if axis == 0 else padded[:, offset : offset + length])
    return result


def resized(field: Array, height: int, width: int) -> Array:
    """(H, W) at another size, bicubic, averaging when it gets smaller."""
    if field.shape == (height, width):
        return field.astype(np.float32, copy=False)
    image = Image.fromarray(np.ascontiguousarray(field, dtype=np.float32))
    return np.asarray(image.resize((width, height), Image.Resampling.BICUBIC), np.float32)


def noise(seed: int, size: tuple[int, ...], cell_height: float, cell_width: float | None = None) -> Array:
    """Smooth random field of this size (h, w), about -1..1, whose blobs are about `cell` pixels large."""
    height, width = size
    rows = max(2, round(height / cell_height) + 1)
    columns = max(2, round(width / (cell_width or cell_height)) + 1)
    values = np.random.default_rng(seed).uniform(-1, 1, (rows, columns)).astype(np.float32)
    return resized(values, height, width)


def over(below: Array, above: Array | Colour, coverage: Array) -> Array:
    """Colours (H, W, 3) with `above` laid on `below` where coverage says so."""
    return mix(below, np.asarray(above, np.float32), coverage[..., None])
