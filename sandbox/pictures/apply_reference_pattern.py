"""ApplyReferencePattern, drawn: a pattern laid on the cloth inside a mask, in the cloth's own light and shade."""

from functools import cached_property

import numpy as np
from PIL import Image

from .processing.float_images import FloatImage, Pixels, blurred, colours, grid, pixels, resized, sampled_wrapped
from .processing.light import light_on
from .processing.tiling import is_seamless, quilted_into_itself, resized_wrapped

_TILE_SHARE = 0.36
"""Of the masked area's longer side: how wide one tile of the pattern is laid."""
_DETAIL = 1.5
"""Pixels of the tile for one pixel of the picture."""
_QUILTED_SHARE = 0.12
_SLIDE = 12.0
"""How far, in pixels of a picture of 1000, cloth that turns away from the light draws the pattern along."""
_SCALES = (0.94, 1.06)
_RELIEF = 1.25
"""Power of the light: a dark or busy print hides folds that a plain cloth shows."""
_CAST = 0.65
_CHAOS = 0.1


class PatternApplication:
    """What one ApplyReferencePattern asks for; each seed makes one picture of it."""

    def __init__(
        self,
        *,
        raw: Pixels,
        mask: Pixels,
        pattern: Pixels,
        size: tuple[int, int],
        strength: float,
        chaotic: bool,
        color_correction: bool,
    ) -> None:
        """`raw` [h, w, 3], `mask` [h, w] with 255 where it is redrawn, `pattern` [h, w, 3]; `size` is width, height."""
        self._raw = _fitted(raw, size)
        self._mask = _fitted(mask, size)
        self._pattern = pattern
        self._strength = strength
        self._chaotic = chaotic
        self._color_correction = color_correction

    def picture(self, seed: int) -> Pixels:
        """[Height, Width, 3]; where the mask is black it is the raw image to the bit."""
        opacity = self._opacity
        if not opacity.any():
            return self._raw
        laid = self._laid(np.random.default_rng(seed)) * self._light[..., None]
        redrawn = self._picture + (laid - self._picture) * opacity[..., None]
        return np.where(opacity[..., None] > 0, pixels(redrawn), self._raw)

    @cached_property
    def _opacity(self) -> FloatImage:
        """[H, W]: the mask, and how much of the raw cloth the strength lets through; most of the way is made early."""
        return self._cloth * np.float32(1 - (1 - self._strength) ** 3)

    def _laid(self, choice: np.random.Generator) -> FloatImage:
        """[H, W, 3]: the pattern as it would lie on the cloth in even light."""
        height, width = self._cloth.shape
        x, y = grid(height, width)
        offset = choice.uniform(0, self._tile_width, 2)
        scale = choice.uniform(*_SCALES)
        slide_x, slide_y = self._slide
        x, y = x + slide_x, y + slide_y
        if self._chaotic:
            x, y = self._stirred(x, y, choice)
        zoom = np.float32(_DETAIL / scale)
        laid = sampled_wrapped(self._tile, (x + np.float32(offset[0])) * zoom, (y + np.float32(offset[1])) * zoom)
        return laid if self._color_correction and not self._chaotic else laid * self._cast

    def _stirred(self, x: FloatImage, y: FloatImage, choice: np.random.Generator) -> tuple[FloatImage, FloatImage]:
        """Places turned by any angle and drawn about in swirls, so that the pattern no longer lies in rows."""
        angle = choice.uniform(0, 2 * np.pi)
        cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
        height, width = x.shape
        knots = choice.uniform(-1, 1, (5, 5, 2)).astype(np.float32)
        swirl = resized(knots, width, height) * np.float32(_CHAOS * 2 * self._tile_width)
        x, y = x + swirl[..., 0], y + swirl[..., 1]
        return x * cos - y * sin, x * sin + y * cos

    @cached_property
    def _picture(self) -> FloatImage:
        return colours(self._raw)

    @cached_property
    def _cloth(self) -> FloatImage:
        return self._mask.astype(np.float32) / np.float32(255)

    @cached_property
    def _light(self) -> FloatImage:
        return light_on(self._picture, self._cloth) ** np.float32(_RELIEF)

    @cached_property
    def _slide(self) -> tuple[FloatImage, FloatImage]:
        """Pixels by which folds draw the pattern along, in x and y."""
        size = max(self._cloth.shape)
        down, across = np.gradient(blurred(self._light, 0.005 * size))
        reach = np.float32(_SLIDE * size / 1000 * size / 100)
        limit = 0.01 * size
        return tuple(np.clip(slope * reach, -limit, limit) * self._cloth for slope in (across, down))

    @cached_property
    def _cast(self) -> FloatImage:
        """[3]: what the cloth's own colour does to a colour printed on it."""
        flat = (self._picture / np.maximum(self._light, 0.05)[..., None])[self._cloth > 0.5]
        own = flat.mean(axis=0) if len(flat) else np.ones(3, np.float32)
        own = own / max(float(own.max()), 1e-3)
        return (1 - _CAST + _CAST * own).astype(np.float32)

    @cached_property
    def _tile_width(self) -> float:
        """Pixels that one tile takes on the cloth."""
        rows, columns = np.flatnonzero(self._mask.any(axis=1)), np.flatnonzero(self._mask.any(axis=0))
        return max(8.0, _TILE_SHARE * max(np.ptp(rows), np.ptp(columns)))

    @cached_property
    def _tile(self) -> FloatImage:
        tile = _seamless(colours(self._pattern))
        width = max(4, round(self._tile_width * _DETAIL))
        return resized_wrapped(tile, width, max(4, round(width * tile.shape[0] / tile.shape[1])))


def _seamless(pattern: FloatImage) -> FloatImage:
    if is_seamless(pattern):
        return pattern
    tail_x, tail_y = (round(_QUILTED_SHARE * pattern.shape[axis]) for axis in (1, 0))
    return quilted_into_itself(quilted_into_itself(pattern, tail_x, axis=1), tail_y, axis=0)


def _fitted(picture: Pixels, size: tuple[int, int]) -> Pixels:
    if picture.shape[1::-1] == size:
        return picture
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS))
