"""Light and shade on cloth, told apart from what is printed on it.

Light is read where the cloth shows its ground, that is its most frequent colour: folds change a colour's brightness
and keep its hue, print changes both or more abruptly. Between such places it is carried on from around.
"""

import numpy as np

from .float_images import FloatImage, blurred, luminance
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


def evenly_lit(tile: FloatImage) -> FloatImage:
    """A tile without what is left of wide light and shade on it; it still continues across its edges."""
    small = resized_wrapped(tile, _TILE_READ_AT, _TILE_READ_AT)
    around = np.tile(small, (3, 3, 1))
    light = blurred(light_on(around, np.ones(around.shape[:2], np.float32)), _TILE_LIGHT_DETAIL * _TILE_READ_AT)
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
