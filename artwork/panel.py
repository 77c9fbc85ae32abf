"""A piece of the garment in its window of the picture, and the print on it."""

from typing import NamedTuple

import numpy as np

from .canvas import Array, grid
from .sprigs import DETAIL, REPEAT, sprigs

CENTRE = 448
"""The garment's middle line, in pixels of the picture."""


class Window(NamedTuple):
    """Where a panel lies in the picture; its arrays are (height, width)."""

    top: int
    left: int
    height: int
    width: int

    @property
    def size(self) -> tuple[int, int]:
        return self.height, self.width

    @property
    def slices(self) -> tuple[slice, slice]:
        return slice(self.top, self.top + self.height), slice(self.left, self.left + self.width)

    def grid(self) -> tuple[Array, Array]:
        """y (h, 1) from the picture's top, x (1, w) from the garment's middle."""
        return grid(self.height, self.width, self.top, self.left - CENTRE)

    def local(self, points: Array) -> Array:
        """Points around the garment's middle line, as pixels of the window."""
        return points + np.array((CENTRE - self.left, -self.top))


class Panel(NamedTuple):
    """A piece of cloth, not yet lit."""

    window: Window
    coverage: Array
    """(h, w)"""
    colours: Array
    """(h, w, 3)"""
    height: Array
    """(h, w), in pixels towards the viewer; goes on beyond the coverage, so that edges are lit like the rest"""
    printed: bool


def printed(across: Array, down: Array) -> Array:
    """Colours (h, w, 3) of printed cloth; `across` and `down` (h, w) say which point of the cloth each pixel shows."""
    tile = sprigs()
    size = REPEAT * DETAIL
    step_across, step_down = _steps(across), _steps(down)
    colours = np.zeros((*across.shape, 3), np.float32)
    offsets = (-0.33, 0.0, 0.33)
    for oy in offsets:
        for ox in offsets:
            column = (across + oy * step_across[0] + ox * step_across[1]) * DETAIL
            row = (down + oy * step_down[0] + ox * step_down[1]) * DETAIL
            colours += tile[np.floor(row).astype(np.int32) % size, np.floor(column).astype(np.int32) % size]
    return colours / len(offsets) ** 2


def _steps(field: Array) -> list[Array]:
    """Change of the field from pixel to pixel, down and across; a jump between two folds is no slope."""
    return [np.clip(step, -2, 2) for step in np.gradient(field)]
