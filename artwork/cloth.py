"""How cloth looks: folds as a height field, the way light falls on them, and the print that follows them.

Heights are in pixels towards the viewer, over a window (H, W) of the picture. Light comes from the upper left.
"""

from typing import NamedTuple

import numpy as np

from .canvas import Array, blur, mix, noise, smoothstep

KEY_DIRECTION = np.array((-0.58, -0.38, 0.72), np.float32)
KEY = np.array((0.80, 0.775, 0.735), np.float32)
FILL_DIRECTION = np.array((0.75, 0.15, 0.64), np.float32)
FILL = np.array((0.10, 0.11, 0.125), np.float32)
SKY = np.array((0.225, 0.232, 0.25), np.float32)
GAMMA = 1 / 2.2
LIGHT_DROP = 0.75
"""How far the key light sinks on its way of one pixel to the right."""
STEEPEST = 1.6
"""Slope at which a fold turns out of sight: what is steeper is lit as if it were this steep."""


class Crease(NamedTuple):
    """One fold that runs from (x, y) to (x, y), widening on its way; `bow` bends it sideways, in pixels."""

    start: tuple[float, float]
    end: tuple[float, float]
    width: tuple[float, float]
    height: float
    bow: float = 0.0


def creased(ys: Array, xs: Array, creases: list[Crease]) -> Array:
    """The sum of tapered ridges, each steeper on the side away from the light."""
    height = np.zeros(np.broadcast_shapes(ys.shape, xs.shape), np.float32)
    for crease in creases:
        run = np.subtract(crease.end, crease.start)
        length = float(np.hypot(*run))
        ex, ey = run / length
        dx, dy = xs - crease.start[0], ys - crease.start[1]
        along = (dx * ex + dy * ey) / length
        across = dx * -ey + dy * ex - crease.bow * 4 * along * (1 - along)
        width = mix(crease.width[0], crease.width[1], np.clip(along, 0, 1))
        steep = 1 + 0.35 * np.tanh(across / width * np.sign(-ey))
        taper = smoothstep(-0.12, 0.25, along) * smoothstep(1.12, 0.55, along)
        height += crease.height * taper * np.exp(-((across / width * steep) ** 2))
    return height


def length_along(height: Array, axis: int, origin: int) -> Array:
    """Length of the cloth from row or column `origin`, in pixels: longer than the way across where it slopes."""
    slope = np.gradient(height, axis=axis)
    length = np.cumsum(np.sqrt(1 + np.minimum(slope * slope, 4)), axis=axis, dtype=np.float32)
    return length - np.take(length, [origin], axis=axis)


def weave(seed: int, size: tuple[int, int]) -> Array:
    """Relative brightness (h, w) of a slub linen: threads both ways, some thicker than others."""
    warp = noise(seed, size, 26, 1.3)
    weft = noise(seed + 1, size, 1.3, 26)
    return 1 + 0.017 * warp + 0.020 * weft


def lit(height: Array) -> Array:
    """Light (H, W, 3) that reaches a surface; about 0.9 where it faces the viewer."""
    slope_y, slope_x = np.gradient(height)
    slope_y, slope_x = np.clip(slope_y, -STEEPEST, STEEPEST), np.clip(slope_x, -STEEPEST, STEEPEST)
    steepness = 1 / np.sqrt(1 + slope_x * slope_x + slope_y * slope_y)

    def towards(direction: Array, wrap: float) -> Array:
        facing = (-slope_x * direction[0] - slope_y * direction[1] + direction[2]) * steepness
        return np.maximum((facing + wrap) / (1 + wrap), 0)

    key = towards(KEY_DIRECTION, 0.15)[..., None] * KEY
    fill = towards(FILL_DIRECTION, 0.3)[..., None] * FILL
    return key + fill + SKY * (0.55 + 0.45 * steepness)[..., None]


def occlusion(height: Array) -> Array:
    """Light (H, W) left over in hollows, under edges and in the shadows that folds throw, 0..1."""
    hollow = np.ones_like(height)
    for sigma, strength in ((3.5, 0.07), (10, 0.032), (28, 0.012)):
        depth = np.maximum(blur(height, sigma) - height, 0)
        hollow *= 1 / (1 + strength * depth)
    return hollow * (1 - 0.42 * thrown_shadow(height))


def thrown_shadow(height: Array) -> Array:
    """Shadow (H, W) that higher places throw to their right."""
    ramp = np.arange(height.shape[1], dtype=np.float32) * LIGHT_DROP
    raised = height + ramp
    below = np.maximum.accumulate(raised, axis=1) - raised
    return blur(smoothstep(0, 9, below), 1.6)


def shaded(colours: Array, light: Array) -> Array:
    """sRGB colours (H, W, 3) under a light (H, W, 3) or (H, W); dim places also get richer in colour."""
    if light.ndim == 2:
        light = light[..., None]
    light = np.maximum(light, 0)
    level = light.mean(axis=2, keepdims=True)
    richer = 1 + 0.22 * np.clip(1 - level, 0, 1)
    return colours**richer * light**GAMMA
