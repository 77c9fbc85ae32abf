"""How much parts of a picture are like the whole: in colour, in contrast and in detail."""

import numpy as np

from .float_images import FloatImage, luminance, resized

_READ_AT = 64
_QUITE_ANOTHER_COLOUR = 0.25
_NEXT_TO_NOTHING = 0.01


class Contents:
    """What a picture [H, W, 3] shows, for comparing any number of its parts with it."""

    def __init__(self, picture: FloatImage) -> None:
        rows, columns = (min(length, _READ_AT) for length in picture.shape[:2])
        small = resized(picture, columns, rows)
        brightness = luminance(small)
        detail = np.hypot(*np.gradient(brightness)) if min(rows, columns) > 1 else np.zeros_like(brightness)
        shown = np.dstack([small, brightness**2, detail]).astype(np.float64)
        self._rows, self._columns = rows, columns
        self._sums = np.pad(shown, ((1, 0), (1, 0), (0, 0))).cumsum(axis=0).cumsum(axis=1)
        self._whole = self._traits(np.float64(0), np.float64(0), np.float64(1), np.float64(1))

    def unlikeness(self, left: np.ndarray, top: np.ndarray, right: np.ndarray, bottom: np.ndarray) -> np.ndarray:
        """0 for parts like the whole, about 1 for quite other ones; edges in shares of width and height, any shape."""
        colour, contrast, detail = self._traits(left, top, right, bottom)
        whole_colour, whole_contrast, whole_detail = self._whole
        moved = np.sqrt(((colour - whole_colour) ** 2).sum(axis=-1)) / _QUITE_ANOTHER_COLOUR
        return moved + (_times(contrast, whole_contrast) + _times(detail, whole_detail)) / 2

    def _traits(self, left, top, right, bottom) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Mean colour, standard deviation of brightness, and mean detail."""
        x0, x1, y0, y1 = (
            np.rint(edge * length).astype(int)
            for edge, length in ((left, self._columns), (right, self._columns), (top, self._rows), (bottom, self._rows))
        )
        area = np.maximum((x1 - x0) * (y1 - y0), 1)[..., None]
        sums = self._sums
        means = (sums[y1, x1] - sums[y0, x1] - sums[y1, x0] + sums[y0, x0]) / area
        colour = means[..., :3]
        variance = means[..., 3] - luminance(colour) ** 2
        return colour, np.sqrt(np.maximum(variance, 0)), means[..., 4]


def _times(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """How many times as large the larger is, as a logarithm."""
    return np.abs(np.log((one + _NEXT_TO_NOTHING) / (other + _NEXT_TO_NOTHING)))
