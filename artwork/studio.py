"""What is behind the garment: a wall in soft light, and the shadow on it."""

import numpy as np

from .canvas import Array, blur, grid, noise, rgb

WALL = rgb("d6cdc2")


def wall(height: int, width: int) -> Array:
    """Plaster, (H, W, 3), with a pool of light on its upper left."""
    y, x = grid(height, width)
    size = height, width
    pool = np.exp(-(((x / width - 0.36) / 0.62) ** 2) - ((y / height - 0.36) / 0.58) ** 2)
    plaster = 1 + 0.010 * noise(21, size, 90) + 0.006 * noise(22, size, 14) + 0.006 * noise(23, size, 3)
    return np.asarray(WALL, np.float32) * ((0.93 + 0.15 * pool) * plaster)[..., None]


def shadow(coverage: Array) -> Array:
    """Light (H, W) left on the wall behind what hangs before it: a near shadow and a wide one, to the lower right."""
    near = _moved(blur(coverage, 9), 12, 16)
    far = _moved(blur(coverage, 34), 30, 44)
    return (1 - 0.40 * near) * (1 - 0.34 * far)


def photographed(colours: Array) -> Array:
    """What window and camera add: light that fades to the lower right, darker corners, a fine grain."""
    height, width = colours.shape[:2]
    y, x = grid(height, width)
    down, right = y / height, x / width
    window = 1.06 - 0.11 * right - 0.05 * down
    corners = 1 - 0.11 * (2 * (down - 0.5) ** 2 + 2 * (right - 0.5) ** 2) ** 1.4
    grain = np.random.default_rng(91).normal(0, 0.006, (height, width)).astype(np.float32)
    return np.clip(colours * (window * corners)[..., None] + grain[..., None], 0, 1)


def _moved(field: Array, down: int, right: int) -> Array:
    """The field moved to the lower right; nothing comes in from the other edges."""
    moved = np.zeros_like(field)
    moved[down:, right:] = field[:-down, :-right]
    return moved
