"""Which part of a picture is an object: told by colours, from places that are known to belong to it or not."""

import numpy as np

from .float_images import FloatImage, blurred, reduced, resized
from .regions import Region, connected, filled, grown, shrunk

_READ_AT, _LEAST_READ = 256, 8
_SHADES = 40
"""Colours that are told apart."""
_ROUNDS = 8
_NEIGHBOURS = 1.2
"""Pixels of the picture as it is read: how far one speaks for others."""
_DOUBT = 0.002
_BENEFIT = 1.3
"""Of a doubt: what a shade has that was seen neither inside nor outside, where such shades belong to the object."""
_STEEPNESS = 1.5
_AGAINST = -1.0
_NARROW = 4
"""Pixels: gaps that are closed, and threads that are cut off."""
_DARK = 0.02
_STEP, _HUE_STEP = 0.1, 0.02
"""Logarithms: up to these, little differences from the ground are told apart finely; great ones, coarsely."""
_DEEPEST_SHADOW, _LIGHTEST_SHADOW = -0.7, 0.02
_SOFT_EDGE = 0.13
"""Of brightness, from one pixel to the next: an edge that is no sharper is that of a shadow."""
_HUE_SPREAD, _HUE_FLOOR = 1.5, 0.008


def object_likelihood(
    picture: FloatImage, inside: Region, ground: Region, left_out: Region | None = None, others_belong: bool = False
) -> FloatImage:
    """[H, W] in 0..1: how likely each pixel belongs to the object on which `inside` stands.

    `ground` is behind the object, and `left_out` in front of it or beside it; both stay outside, with what looks like
    them. What hangs together with nothing of `inside` is no part of the object. `others_belong` says to whom shades
    belong that are neither inside nor outside.
    """
    small = reduced(picture, _READ_AT, _LEAST_READ)
    seeds, behind, beside = (
        _small(np.zeros_like(inside) if region is None else region) for region in (inside, ground, left_out)
    )
    differing = _beside_ground(small, behind & ~seeds)
    behind = _shadow(differing, behind) & ~seeds
    benefit = _BENEFIT if others_belong else 1.0
    found = _likelihood(_shades(_finely(differing)), seeds, behind, beside & ~seeds, benefit)
    return np.clip(resized(found, picture.shape[1], picture.shape[0]), 0, 1)


def _small(region: Region) -> Region:
    return reduced(region.astype(np.float32), _READ_AT, _LEAST_READ) > 0.5


def _likelihood(shades: np.ndarray, inside: Region, ground: Region, left_out: Region, benefit: float) -> FloatImage:
    def told(belongs: Region, not_belongs: Region) -> tuple[FloatImage, Region]:
        evidence = blurred(_evidence(shades, belongs, (not_belongs, left_out), benefit), _NEIGHBOURS)
        return evidence, _whole(evidence, inside, ground | left_out)

    evidence, region = told(inside, ground)
    for _ in range(_ROUNDS - 1):
        evidence, region = told(inside | shrunk(region, 1), ground | ~grown(region, 2))
    soft = 1 / (1 + np.exp(-_STEEPNESS * evidence))
    solid = shrunk(region, 1) | inside
    return np.where(solid, np.maximum(soft, 0.98), np.where(grown(region, 1), soft, 0)).astype(np.float32)


def _whole(evidence: FloatImage, inside: Region, outside: Region) -> Region:
    """The object with its gaps closed and its threads cut off, as far as it hangs together with `inside`."""
    reach = _NARROW // 2
    closed = filled(shrunk(grown((evidence > 0) | inside, reach), reach))
    hole = grown(shrunk(evidence < _AGAINST, reach), reach)
    closed &= ~(hole & ~inside) & ~outside
    opened = grown(shrunk(closed, reach), reach) & closed
    return connected(opened | inside, inside)


def _beside_ground(picture: FloatImage, outside: Region) -> FloatImage:
    """[H, W, 3]: by how much each pixel is brighter than the ground there, and of another hue; logarithms."""
    height, width = picture.shape[:2]
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    shapes = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)
    levels = np.log(np.clip(picture, 0, 1) + _DARK)
    weights, *_ = np.linalg.lstsq(shapes[outside], levels[outside], rcond=None)
    red, green, blue = np.moveaxis(levels - shapes @ weights, 2, 0)
    return np.dstack([(red + green + blue) / 3, red - green, blue - green])


def _shadow(differing: FloatImage, outside: Region) -> Region:
    """What has the hue of the ground and is somewhat darker, without an edge in between."""
    brightness, hue = differing[..., 0], np.abs(differing[..., 1:]).max(axis=2)
    edge = np.hypot(*np.gradient(brightness))
    usual = max(_HUE_FLOOR, _HUE_SPREAD * np.percentile(hue[outside], 95))
    is_dark = (brightness > _DEEPEST_SHADOW) & (brightness < _LIGHTEST_SHADOW)
    return connected((is_dark & (hue < usual) & (edge < _SOFT_EDGE)) | outside, outside)


def _finely(differing: FloatImage) -> FloatImage:
    """Little differences spread, great ones drawn together."""
    return np.arcsinh(differing / (_STEP, _HUE_STEP, _HUE_STEP))


def _shades(traits: FloatImage) -> np.ndarray:
    """[H, W]: the number of the shade that each pixel is nearest to."""
    flat = traits.reshape(-1, 3)
    centres = _far_apart(flat[:: max(1, len(flat) // 4096)])
    for _ in range(6):
        nearest = _nearest(flat, centres)
        counts = np.bincount(nearest, minlength=len(centres))
        sums = np.stack([np.bincount(nearest, flat[:, axis], len(centres)) for axis in range(3)], axis=-1)
        centres = np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], centres)
    return _nearest(flat, centres).reshape(traits.shape[:2])


def _far_apart(traits: np.ndarray) -> np.ndarray:
    """Shades to begin with, each as far as can be from those before."""
    chosen = [traits.mean(axis=0)]
    distance = ((traits - chosen[0]) ** 2).sum(axis=1)
    for _ in range(_SHADES - 1):
        chosen.append(traits[int(distance.argmax())])
        distance = np.minimum(distance, ((traits - chosen[-1]) ** 2).sum(axis=1))
    return np.array(chosen)


def _nearest(traits: np.ndarray, centres: np.ndarray) -> np.ndarray:
    distances = (centres**2).sum(axis=1) - 2 * traits @ centres.T
    return distances.argmin(axis=1)


def _evidence(shades: np.ndarray, belongs: Region, others: tuple[Region, ...], benefit: float) -> FloatImage:
    """[H, W]: above 0 where a pixel's shade is more frequent in what belongs to the object than in all others."""
    own, *foreign = (
        np.bincount(shades[region], minlength=_SHADES) / max(1, region.sum()) for region in (belongs, *others)
    )
    ratio = np.log((benefit * _DOUBT + own) / (_DOUBT + np.maximum.reduce(foreign)))
    return ratio[shades].astype(np.float32)
