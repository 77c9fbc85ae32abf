"""Photographs that nobody here drew, straight and in perspective, and how much of one is left in a picture made of it.

Widths and heights are in pixels, pictures are bytes [H, W, 3].
"""

import numpy as np
from PIL import Image
from skimage import data
from skimage.transform import ProjectiveTransform, warp

BRICK, GRASS, GRAVEL, CHELSEA, COFFEE, ASTRONAUT = NAMES = (
    "brick",
    "grass",
    "gravel",
    "chelsea",
    "coffee",
    "astronaut",
)
LUMA = (0.299, 0.587, 0.114)


def photograph(name, perspective=0.0):
    """In colour, or grey in three channels; with `perspective` (to about 0.4) as seen from below and one side."""
    picture = getattr(data, name)()
    if picture.ndim == 2:
        picture = np.repeat(picture[..., None], 3, axis=2)
    if not perspective:
        return picture
    height, width = picture.shape[:2]
    narrow, low = perspective / 2 * width, perspective / 4 * height
    corners = np.array([(narrow, 0), (width - narrow, low), (width, height), (0, height - low)])
    seen = np.array([(0, 0), (width, 0), (width, height), (0, height)])
    tilted = warp(picture / 255, _projection(seen, corners), order=3, mode="reflect")
    return np.rint(np.clip(tilted, 0, 1) * 255).astype(np.uint8)


def _projection(places, goals):
    """The ProjectiveTransform that moves the four places to the goals, from the eight equations that say so."""
    rows, right = [], []
    for (x, y), (u, v) in zip(places, goals, strict=True):
        rows += [(x, y, 1, 0, 0, 0, -u * x, -u * y), (0, 0, 0, x, y, 1, -v * x, -v * y)]
        right += [u, v]
    return ProjectiveTransform(np.append(np.linalg.solve(rows, right), 1).reshape(3, 3))


def cut(picture, left, top, width, height):
    return picture[top : top + height, left : left + width]


def scaled(picture, width, height):
    return np.asarray(Image.fromarray(picture).resize((width, height), Image.Resampling.LANCZOS))


def contrast_left(box, result):
    """Shares of the box's contrast: of its forms, of its fine detail, and of its upright and its level edges.

    The result is looked at with as many pixels as the box has, so that enlarging it makes it no poorer.
    """
    height, width = box.shape[:2]
    factor = np.sqrt(height * width / (result.shape[0] * result.shape[1]))
    small = scaled(result, round(result.shape[1] * factor), round(result.shape[0] * factor))
    of_result, of_box = _contrasts(small), _contrasts(box)
    return {kind: of_result[kind] / of_box[kind] for kind in of_box}


def colour_shift(box, result):
    """By how many of 255 levels the mean of a channel, and the channels' percentiles on average, have moved."""
    one, other = (picture.reshape(-1, 3).astype(float) for picture in (box, result))
    ranks = np.arange(2, 100, 2)
    percentiles = np.abs(np.percentile(one, ranks, axis=0) - np.percentile(other, ranks, axis=0)).mean(axis=0)
    return max(np.abs(one.mean(axis=0) - other.mean(axis=0)).max(), percentiles.max())


def step_over_edge(result, axis, depth=1):
    """The step from the last `depth` lines to the first ones; 1 is what 19 of 20 such steps inside do not reach."""
    lines = np.moveaxis(result.astype(float), axis, 0)
    going_round = np.concatenate([lines[-depth:], lines, lines[:depth]])
    sums = np.cumsum(np.concatenate([np.zeros_like(lines[:1]), going_round]), axis=0)
    strips = (sums[depth:] - sums[:-depth]) / depth
    steps = np.abs(strips[depth:] - strips[:-depth]).mean(axis=(1, 2))
    return steps[0] / np.percentile(steps[depth:-depth], 95)


def _contrasts(picture):
    grey = picture.astype(float) @ LUMA
    return {
        "forms": (grey - blurred(grey, 0.12 * min(grey.shape))).std(),
        "detail": (grey - blurred(grey, 1.5)).std(),
        "upright edges": np.abs(np.diff(grey, axis=1)).mean(),
        "level edges": np.abs(np.diff(grey, axis=0)).mean(),
    }


def blurred(grey, sigma):
    """By a Gaussian, in the frequencies of the picture mirrored at its edges."""
    for axis in (0, 1):
        lines = np.moveaxis(grey, axis, 0)
        waves = np.fft.rfft(np.concatenate([lines, lines[::-1]]), axis=0)
        kept = np.exp(-2 * (np.pi * sigma * np.fft.rfftfreq(2 * len(lines))) ** 2)
        grey = np.moveaxis(np.fft.irfft(waves * kept[:, None], 2 * len(lines), axis=0)[: len(lines)], 0, axis)
    return grey
