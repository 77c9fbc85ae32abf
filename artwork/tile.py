"""A square tile on which shapes that leave one edge come in again at the opposite one."""

import numpy as np

from .canvas import Array, Colour, Stencil, filled, over, resized, stroked


class Tile:
    """Colours (size, size, 3) that grow shape by shape; all shapes are in pixels of the tile."""

    def __init__(self, size: int, ground: Colour) -> None:
        self.size = size
        self.colours = np.empty((size, size, 3), np.float32)
        self.colours[:] = ground

    def fill(self, points: Array, colour: Colour) -> None:
        self.stamp(filled(points), colour)

    def stroke(self, points: Array, thickness: float, colour: Colour) -> None:
        self.stamp(stroked(points, thickness), colour)

    def stamp(self, stencil: Stencil, colour: Array | Colour) -> None:
        """Lays a colour, or colours (h, w, 3), on through a stencil that is no larger than the tile."""
        rows, columns = stencil.coverage.shape
        place = np.ix_(
            np.arange(stencil.top, stencil.top + rows) % self.size,
            np.arange(stencil.left, stencil.left + columns) % self.size,
        )
        self.colours[place] = over(self.colours[place], colour, stencil.coverage)

    def age(self, seed: int, strength: float) -> None:
        """Lightens and darkens the tile unevenly, as ink on cloth or paper does."""
        uneven = tileable_noise(seed, self.size, self.size / 12) + tileable_noise(seed + 1, self.size, 3)
        self.colours = np.clip(self.colours * (1 + strength * uneven[..., None]), 0, 1)


def tileable_noise(seed: int, size: int, cell: float) -> Array:
    """Smooth noise (size, size), about -1..1, that continues across the edges."""
    cells = max(2, round(size / cell))
    values = np.random.default_rng(seed).uniform(-1, 1, (cells, cells)).astype(np.float32)
    return resized(np.tile(values, (3, 3)), size * 3, size * 3)[size : 2 * size, size : 2 * size]
