"""ApplyReferenceStyle, drawn: a picture in the palette of another one, with its texture."""

from functools import cached_property

import numpy as np

from .processing.float_images import FloatImage, Pixels, blurred, colours, luminance, pixels, resized

_LEVELS = 256
_TEXTURE = 0.6
_COARSEST = 0.004
"""Of the longer side: what is finer than this is texture."""
_PIECE = 0.5
"""Of the style's sides: the part that a seed takes its texture from."""


class StyleApplication:
    """What one ApplyReferenceStyle asks for; each seed makes one picture of it."""

    def __init__(self, raw: Pixels, style: Pixels, size: tuple[int, int], strength: float) -> None:
        """`raw` [h, w, 3], `style` [h, w, 3]; `size` is the result's width and height, `strength` 0..1."""
        self._raw = resized(colours(raw), *size)
        self._style = colours(style)
        self._strength = np.float32(strength)

    def picture(self, seed: int) -> Pixels:
        """[Height, Width, 3]; with strength 0 it is the raw image."""
        textured = self._recoloured + self._texture(np.random.default_rng(seed))[..., None]
        return pixels(self._raw + self._strength * (textured - self._raw))

    @cached_property
    def _recoloured(self) -> FloatImage:
        """The colours of the style, as often as they are there, in the order of the raw image's."""
        raw, style = (_opponents(picture).reshape(-1, 3) for picture in (self._raw, self._style))
        axes = np.linalg.eigh(np.cov(style.T, bias=True))[1]
        matched = np.stack([_matched(own, other) for own, other in zip((raw @ axes).T, (style @ axes).T, strict=True)])
        return np.clip(_rgb((matched.T @ axes.T).reshape(self._raw.shape)), 0, 1).astype(np.float32)

    def _texture(self, choice: np.random.Generator) -> FloatImage:
        """[H, W]: what is fine in the brightness of a piece of the style."""
        height, width = self._raw.shape[:2]
        rows, columns = self._style.shape[:2]
        left, top = choice.uniform(0, 1 - _PIECE, 2) * (columns, rows)
        part = (left, top, left + _PIECE * columns, top + _PIECE * rows)
        grey = luminance(resized(self._style, width, height, part=part))
        return _TEXTURE * (grey - blurred(grey, _COARSEST * max(width, height)))


def _opponents(picture: FloatImage) -> FloatImage:
    """Brightness and two differences of colour, which are told apart by eye about alike."""
    red, green, blue = np.moveaxis(picture, 2, 0)
    return np.dstack([(red + green + blue) / 3, red - green, (red + green) / 2 - blue])


def _rgb(opponents: FloatImage) -> FloatImage:
    brightness, red_green, yellow_blue = np.moveaxis(opponents, 2, 0)
    blue = brightness - 2 / 3 * yellow_blue
    yellow = blue + yellow_blue
    return np.dstack([yellow + red_green / 2, yellow - red_green / 2, blue])


def _matched(values: FloatImage, others: FloatImage) -> FloatImage:
    """Values with the distribution of others."""
    levels = np.linspace(0, 1, _LEVELS)
    own, wanted = np.quantile(values, levels), np.quantile(others, levels)
    own += np.arange(_LEVELS) * 1e-9  # strictly rising, as np.interp needs it
    return np.interp(values, own, wanted)
