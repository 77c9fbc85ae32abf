"""The edge of an object, as opacity: sharp, or as fine as hair."""

from dataclasses import dataclass

import numpy as np

from .float_images import FloatImage, blurred
from .regions import Region, shrunk

_SMOOTH_OUTLINE = 0.005
"""Of the longer side: what an outline without hair does not follow."""
_SHARP_EDGE = 0.8
"""Pixels: a cut without hair is softened by this."""
_AROUND = 2.0
"""Times the width of an edge: how far away its colours are looked for."""
_ALIKE = 0.3
"""Squared distance of two colours that are not told apart."""
_RAGGED = 1.7
"""Times the outline of a disc of the same area: a longer one is taken for hair."""


@dataclass(frozen=True)
class MatteSettings:
    """As the pages of RemoveBackground and ExtractContents have them: pixels, levels 0..255; auto, on or off."""

    erode_size: int
    foreground_threshold: int
    background_threshold: int
    hair_optimization: str


def matte(picture: FloatImage, likelihood: FloatImage, settings: MatteSettings) -> FloatImage:
    """[H, W] in 0..1, 1 on the object, for a picture [H, W, 3] and how likely each of its pixels belongs to it."""
    is_hair = settings.hair_optimization == "on" or (settings.hair_optimization == "auto" and _is_ragged(likelihood))
    if not is_hair:
        level = (settings.foreground_threshold + settings.background_threshold) / 2 / 255
        smooth = blurred((likelihood > level).astype(np.float32), _SMOOTH_OUTLINE * max(likelihood.shape)) > 0.5
        return np.clip(blurred(smooth.astype(np.float32), _SHARP_EDGE), 0, 1)
    certain = shrunk(likelihood > settings.foreground_threshold / 255, settings.erode_size)
    elsewhere = shrunk(likelihood < settings.background_threshold / 255, settings.erode_size)
    between = _between(picture, likelihood, certain, elsewhere, max(2, settings.erode_size))
    return np.where(certain, 1, np.where(elsewhere, 0, between)).astype(np.float32)


def _between(picture: FloatImage, likelihood: FloatImage, certain: Region, elsewhere: Region, width: int) -> FloatImage:
    """How far each pixel's colour is on the way from the background near it to the object near it."""
    object_colour, background = (_colours_near(picture, region, _AROUND * width) for region in (certain, elsewhere))
    way = object_colour - background
    length = (way**2).sum(axis=2)
    share = ((picture - background) * way).sum(axis=2) / np.maximum(length, 1e-6)
    trust = length / (length + _ALIKE)
    return np.clip(trust * share + (1 - trust) * likelihood, 0, 1)


def _colours_near(picture: FloatImage, region: Region, reach: float) -> FloatImage:
    weight = region.astype(np.float32)
    near = blurred(weight, reach)[..., None]
    return (blurred(picture * weight[..., None], reach) + 1e-6 * picture) / (near + 1e-6)


def _is_ragged(likelihood: FloatImage) -> bool:
    """Whether the outline is much longer than that of a plain shape."""
    region = likelihood > 0.5
    outline = (region[1:] != region[:-1]).sum() + (region[:, 1:] != region[:, :-1]).sum()
    return bool(outline > _RAGGED * 4 * np.sqrt(max(region.sum(), 1)))
