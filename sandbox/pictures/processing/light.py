"""Light and shade on cloth, told apart from what is printed on it.

Light is read where the cloth shows its ground, that is its most frequent colour: folds change a colour's brightness
and keep its hue, print changes both or more abruptly. Between such places it is carried on from around.
"""

import numpy as np
from PIL import Image

from .float_images import FloatImage, blurred, luminance, resized
from .tiling import resized_wrapped

_FINEST = 1.2
_BARE_ENOUGH = 0.2
"""Of the cloth: with less of its ground to be seen, light is read more coarsely, lest other colours pass for shade."""
_COARSEST_SHARE = 0.12
_HUE_TOLERANCE = 0.06
_SHADE_TOLERANCE = 0.45
_WELL_LIT_PERCENT = 75
_TILE_READ_AT = 64
_TILE_LIGHT_DETAIL = 0.06
_DARK = np.float32(0.004)
_DEEPEST_SHADE, _BRIGHTEST_LIGHT = 0.3, 1.6
_LEAST_GROUND, _MOST_GROUND = 0.5, 0.95
"""Of a picture: the part that has the hue of a ground which is told from its print by that."""
_UNEVEN_GROUND = 0.12
"""Of its brightness: by how much a ground may differ once the light found is taken off it."""
_SHADE_FLOOR = np.float32(0.02)
_SLOPE_READ_AT = 8
"""Fields across and down: so few that texture is averaged away."""
_DOUBTED, _TRUSTED = 0.7, 0.85
"""Of the unevenness of a picture's brightness: what a steady change must explain to be taken for light."""
_STEEPEST = 0.4
"""Logarithm of the most that a place is darker or brighter than the average."""


def light_on(picture: FloatImage, cloth: FloatImage) -> FloatImage:
    """[H, W], 1 where the cloth is well lit: what the print's brightness is multiplied with.

    `picture` [H, W, 3], `cloth` [H, W] in 0..1 says where the cloth is; beyond it the light is carried on.
    """
    brightness = luminance(picture)
    coarse = _COARSEST_SHARE * max(brightness.shape)
    rough = _carried_on(brightness, cloth, [coarse])
    ground = cloth * _likeness_to_ground(picture, np.log((brightness + _DARK) / (rough + _DARK)), cloth)
    bare = float(ground.sum() / max(cloth.sum(), 1))
    light = _carried_on(brightness, ground, _sigmas(coarse, _FINEST * (1 + (_BARE_ENOUGH / max(bare, 0.02)) ** 2)))
    return light / max(_well_lit(light, cloth), float(_DARK))


def light_over(picture: FloatImage) -> FloatImage:
    """[H, W], about 1: the light on a picture [H, W, 3] of anything.

    Fine light is read only where an even ground is told from what is on it by its hue. Elsewhere brightness may be
    what the picture shows, and light is what changes steadily from one side to the other.
    """
    everywhere = np.ones(picture.shape[:2], np.float32)
    light = np.clip(light_on(picture, everywhere), _DEEPEST_SHADE, _BRIGHTEST_LIGHT)
    return light if shows_ground(picture, light) else _slope(picture)


def shows_ground(picture: FloatImage, light: FloatImage) -> bool:
    """Whether a good part of the picture, and not all of it, is of one hue, and even in this light."""
    everywhere = np.ones_like(light)
    ground = _likeness_to_ground(picture, np.zeros_like(light), everywhere)
    share = float(ground.mean())
    if not _LEAST_GROUND <= share <= _MOST_GROUND:
        return False
    shade = np.log(luminance(picture / light[..., None]) + _SHADE_FLOOR)
    uneven = (((shade - np.average(shade, weights=ground)) * ground) ** 2).mean() / (ground**2).mean()
    return float(np.sqrt(uneven)) <= _UNEVEN_GROUND


def _slope(picture: FloatImage) -> FloatImage:
    """[H, W]: the light that changes steadily, as far as it explains the picture's brightness, which stays as it is."""
    height, width = picture.shape[:2]
    brightness = luminance(picture) + _SHADE_FLOOR
    columns, rows = min(width, _SLOPE_READ_AT), min(height, _SLOPE_READ_AT)
    shade = np.log(resized(brightness, columns, rows, Image.Resampling.BOX))
    steady = _steady_part(shade)
    explained = float(steady.var() / max(shade.var(), 1e-9))
    trust = np.clip((explained - _DOUBTED) / (_TRUSTED - _DOUBTED), 0, 1)
    light = resized(np.exp(np.clip(trust * steady, -_STEEPEST, _STEEPEST)).astype(np.float32), width, height)
    return light * ((brightness / light).mean() / brightness.mean())


def _steady_part(field: FloatImage) -> FloatImage:
    """The parabola [h, w] through a field that comes nearest to it, 0 on average."""
    rows, columns = field.shape
    y, x = np.meshgrid(np.linspace(-1, 1, rows), np.linspace(-1, 1, columns), indexing="ij")
    shapes = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1).reshape(-1, 6)
    weights, *_ = np.linalg.lstsq(shapes, field.ravel(), rcond=None)
    nearest = (shapes @ weights).reshape(rows, columns)
    return nearest - nearest.mean()


def evenly_lit(tile: FloatImage) -> FloatImage:
    """A tile without what is left of wide light and shade on its ground; it still continues across its edges."""
    small = resized_wrapped(tile, _TILE_READ_AT, _TILE_READ_AT)
    around = np.tile(small, (3, 3, 1))
    light = light_on(around, np.ones(around.shape[:2], np.float32))
    if not shows_ground(around, light):
        return tile
    light = blurred(light, _TILE_LIGHT_DETAIL * _TILE_READ_AT)
    middle = slice(_TILE_READ_AT, 2 * _TILE_READ_AT)
    return tile / resized_wrapped(light[middle, middle, None], tile.shape[1], tile.shape[0])


def _well_lit(light: FloatImage, cloth: FloatImage) -> float:
    lit = light[cloth > 0.5]
    return float(np.percentile(lit, _WELL_LIT_PERCENT)) if lit.size else 1.0


def _sigmas(coarse: float, finest: float) -> list[float]:
    """From coarse to the finest, each about a third of the one before."""
    count = max(2, round(np.log(coarse / finest) / np.log(3)) + 1)
    return list(np.geomspace(coarse, finest, count))


def _carried_on(values: FloatImage, weights: FloatImage, sigmas: list[float]) -> FloatImage:
    """Values where they have weight; elsewhere what is around, from as near as there is any weight."""
    result = np.full_like(values, float((values * weights).sum() / max(weights.sum(), 1e-6)))
    for sigma in sigmas:
        mass = blurred(weights, sigma)
        trust = np.float32(0.05)
        result = (blurred(values * weights, sigma) + trust * result) / (mass + trust)
    return result


def _likeness_to_ground(picture: FloatImage, shade: FloatImage, cloth: FloatImage) -> FloatImage:
    """[H, W] in 0..1: how near each pixel's hue and shade are to the cloth's most frequent ones."""
    red, green, blue = (np.log(picture[..., channel] + _DARK) for channel in range(3))
    likeness = np.ones_like(shade)
    for feature, tolerance in (
        (red - green, _HUE_TOLERANCE),
        (blue - green, _HUE_TOLERANCE),
        (shade, _SHADE_TOLERANCE),
    ):
        distance = (feature - _most_frequent(feature, cloth, tolerance)) / tolerance
        likeness *= np.exp(-0.5 * distance * distance)
    return likeness


def _most_frequent(feature: FloatImage, cloth: FloatImage, tolerance: float) -> float:
    low, high = float(feature.min()), float(feature.max())
    bins = max(3, min(512, int((high - low) / (tolerance / 2))))
    counts, edges = np.histogram(feature, bins=bins, range=(low, high + 1e-3), weights=cloth)
    counts = np.convolve(counts, (0.25, 0.5, 0.25), mode="same")
    place = int(np.argmax(counts))
    return float((edges[place] + edges[place + 1]) / 2)
