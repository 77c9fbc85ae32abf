"""DescribeImages, in words: what kind of picture it is, and its colours."""

import colorsys

import numpy as np

from .processing.float_images import FloatImage, Pixels, blurred, colours, luminance, reduced
from .processing.repeat import find_repeat
from .wording import sentence

_READ_AT = 256
_MOST_COLOURS = 4
_LEAST_SHARE = 0.04
"""Of the picture: a colour that is named."""
_PLAIN = 0.03
"""How much brightness and colour vary on a plain surface."""
_STRIPED = 0.9
"""Of the variety: what lines that run straight through leave of it."""
_GREY, _WHITE, _PALE, _BLACK = 0.12, 0.86, 0.6, 0.16
_HUES = (
    (18, "red"),
    (42, "orange"),
    (68, "yellow"),
    (165, "green"),
    (195, "turquoise"),
    (255, "blue"),
    (300, "purple"),
    (342, "pink"),
    (361, "red"),
)
"""Degrees up to which a hue has its name."""


def description(picture: Pixels, language: str) -> str:
    """A sentence about [H, W, 3] in one of the languages of `wording`."""
    small = np.clip(reduced(colours(picture), _READ_AT, 2), 0, 1)
    return sentence(_motif(small), _named_colours(small), language)


def _motif(picture: FloatImage) -> str:
    variety = picture.reshape(-1, 3).std(axis=0).max()
    if variety < _PLAIN:
        return "plain"
    flat = picture - blurred(picture, 0.25 * max(picture.shape[:2]))
    brightness = luminance(flat)
    for axis in (0, 1):
        if brightness.mean(axis=axis).std() > _STRIPED * brightness.std():
            return "stripes"
    return "print" if find_repeat(picture) else "picture"


def _named_colours(picture: FloatImage) -> list[str]:
    """The names of the most frequent colours, the most frequent first."""
    found: dict[str, float] = {}
    levels, counts = np.unique((picture * 15).round().astype(np.uint8).reshape(-1, 3), axis=0, return_counts=True)
    for level, count in zip(levels, counts, strict=True):
        name = _name(*(level / 15))
        found[name] = found.get(name, 0) + count
    least = _LEAST_SHARE * picture.shape[0] * picture.shape[1]
    names = sorted(found, key=lambda name: -found[name])
    return [name for name in names if found[name] >= least][:_MOST_COLOURS] or names[:1]


def _name(red: float, green: float, blue: float) -> str:
    hue, lightness, _ = colorsys.rgb_to_hls(red, green, blue)
    chroma = max(red, green, blue) - min(red, green, blue)
    if lightness < _BLACK and chroma < 2 * _GREY:
        return "black"
    if chroma < _GREY:
        if lightness > _WHITE:
            return "white"
        return "beige" if lightness > _PALE and red > blue else "grey"
    name = next(name for limit, name in _HUES if hue * 360 < limit)
    if name in ("orange", "yellow"):
        if lightness > 0.72 and chroma < 0.45:
            return "beige"
        if lightness < 0.42 or chroma < 0.3:
            return "brown"
    return "pink" if name == "red" and lightness > 0.65 else name
