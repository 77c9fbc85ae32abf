"""ExtractContents, drawn: what the include points stand on, cut out."""

from collections.abc import Sequence

import numpy as np

from .processing.float_images import FloatImage, Pixels, colours, reduced, resized
from .processing.matte import MatteSettings, matte
from .processing.objects import object_likelihood
from .processing.regions import Region, border, connected, disc, grown, shrunk

_POINT = 0.012
"""Of the longer side: the radius of what a point speaks for."""
_FRAME = 0.02
_READ_AT = 256
_DARK, _EDGE, _OTHER_HUE = 0.02, 0.03, 0.004
"""Logarithms of colours: from one pixel to the next, and from what a point stands on."""
_GROUND_SHARE = 0.4
"""Of the picture's edge: what reaches so much of it is not an object but the ground."""
_SEAM = 0.06
"""Of the longer side: what is so far inside a rough outline belongs to the object for certain."""

Points = Sequence[tuple[int, int]]


def extract(raw: Pixels, include: Points, exclude: Points, settings: MatteSettings) -> Pixels:
    """[H, W, 4]: `raw` [H, W, 3] with the opacity of what the points (x, y) stand on."""
    picture = colours(raw)
    inside, left_out = (_around(raw.shape[:2], points) for points in (include, exclude))
    opacity = matte(picture, _likelihood(picture, inside, left_out & ~inside), settings)
    return np.dstack([raw, np.rint(opacity * 255).astype(np.uint8)])


def _likelihood(picture: FloatImage, inside: Region, left_out: Region) -> FloatImage:
    frame = border(inside.shape, max(1, round(_FRAME * min(inside.shape))))
    ground = _even_area(picture, inside) & ~left_out
    if (ground & frame).sum() > _GROUND_SHARE * frame.sum():
        return ground.astype(np.float32)
    if left_out.any():
        return object_likelihood(picture, inside, frame, left_out)
    rough = object_likelihood(picture, inside, frame, others_belong=True)
    core = shrunk(rough > 0.5, max(1, round(_SEAM * max(inside.shape))))
    return object_likelihood(picture, inside | connected(core, inside), frame)


def _around(shape: tuple[int, int], points: Points) -> Region:
    region = np.zeros(shape, bool)
    for x, y in points:
        region |= disc(shape, x, y, max(1.5, _POINT * max(shape)))
    return region


def _even_area(picture: FloatImage, inside: Region) -> Region:
    """What has the hue of the points, and is reached from them without going over an edge."""
    small = np.clip(reduced(picture, _READ_AT, 2), 0, 1)
    start = resized(inside.astype(np.float32), small.shape[1], small.shape[0]) > 0
    levels = np.log(small + _DARK)
    edges = np.stack([np.abs(step) for step in np.gradient(levels, axis=(0, 1))]).max(axis=(0, 3))
    hues = levels - levels.mean(axis=2, keepdims=True)
    is_alike = np.abs(hues - np.median(hues[start], axis=0)).max(axis=2) < _OTHER_HUE
    reached = grown(connected(((edges < _EDGE) & is_alike) | start, start), 1)
    return resized(reached.astype(np.float32), inside.shape[1], inside.shape[0]) > 0.5
