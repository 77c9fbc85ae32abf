"""The plain parts of the dress: neck binding, waistband, the lining one sees in the neck, its label."""

import numpy as np

from .bodice import NECK_POINT, NECKLINE, SHOULDER_TIP, WAIST, WAIST_SIDE
from .canvas import Array, Colour, bezier, blur, filled, noise, over, polyline, rgb, stroked
from .cloth import weave
from .panel import CENTRE, Panel, Window

TRIM = rgb("3d5170")
LINING = rgb("ded3c2")
LABEL = rgb("f4efe6")
NECK = Window(176, CENTRE - 112, 120, 224)
WAISTBAND = Window(WAIST - 30, CENTRE - 180, 70, 360)
BACK_NECK = bezier((-92, 188), (-62, 222), (62, 222), (92, 188), count=48)


def lining() -> Panel:
    """The inside of the back, with the binding of the back neck and a label."""
    outline = polyline(NECKLINE, BACK_NECK[::-1])
    coverage = _inside(NECK, outline)
    colours = plain(NECK, LINING, 71)
    colours = over(colours, TRIM, stroked(NECK.local(BACK_NECK + np.array((0, 5))), 13).on(NECK.size))
    colours = over(colours, LABEL, _inside(NECK, np.array([(-21, 226), (21, 226), (21, 247), (-21, 247)])))
    for y, half in ((233, 12), (239, 8)):
        line = NECK.local(np.array([(-half, y), (half, y)]))
        colours = over(colours, TRIM, 0.7 * stroked(line, 1.6).on(NECK.size))
    _, xs = NECK.grid()
    height = np.broadcast_to(44 - 14 * np.exp(-((xs / 60) ** 2)), coverage.shape)
    return Panel(NECK, coverage, colours, height.astype(np.float32), printed=False)


def neck_binding() -> Panel:
    """A ribbed band along the neckline."""
    band = stroked(NECK.local(NECKLINE), 15).on(NECK.size) * _below_shoulders()
    ribs = np.zeros_like(band)
    for inner, outer in _ribs():
        line = NECK.local(np.array([inner, outer]))
        ribs = np.maximum(ribs, stroked(line, 1.3).on(NECK.size))
    height = 78 + 9 * blur(band, 3.5) - 1.1 * ribs
    colours = plain(NECK, TRIM, 73) * (1 - 0.22 * ribs[..., None])
    return Panel(NECK, band, colours, height, printed=False)


def waistband() -> Panel:
    """A straight band that covers the seam between bodice and skirt."""
    ys, xs = WAISTBAND.grid()
    side = np.clip(xs / (WAIST_SIDE[0] + 3), -1, 1)
    middle = WAIST - 4 + 9 * (1 - side * side)
    away = np.abs(ys - middle)
    coverage = np.clip(12.5 - away, 0, 1) * np.clip(WAIST_SIDE[0] + 3.5 - np.abs(xs), 0, 1)
    puckers = noise(75, WAISTBAND.size, 40, 12)
    height = 36 + 56 * (1 - np.abs(side) ** 2.6) + 5 * (1 - (away / 12.5) ** 4) + 0.9 * puckers
    height -= 1.2 * np.exp(-(((away - 9) / 1.1) ** 2))
    colours = plain(WAISTBAND, TRIM, 76)
    return Panel(WAISTBAND, coverage.astype(np.float32), colours, height.astype(np.float32), printed=False)


def _below_shoulders() -> Array:
    """The binding ends where it turns over the shoulders."""
    ys, xs = NECK.grid()
    slope = (SHOULDER_TIP[1] - NECK_POINT[1]) / (SHOULDER_TIP[0] - NECK_POINT[0])
    line = NECK_POINT[1] - 2 + (np.abs(xs) - NECK_POINT[0]) * slope
    return np.clip(ys - line + 0.5, 0, 1).astype(np.float32)


def _ribs() -> list[tuple[Array, Array]]:
    """Short lines across the binding, 4.5 pixels apart."""
    steps = np.diff(NECKLINE, axis=0)
    lengths = np.concatenate([[0], np.cumsum(np.hypot(*steps.T))])
    at = np.arange(2, lengths[-1], 4.5)
    points = np.stack([np.interp(at, lengths, NECKLINE[:, i]) for i in (0, 1)], axis=1)
    ahead = np.stack([np.interp(at + 1, lengths, NECKLINE[:, i]) for i in (0, 1)], axis=1)
    run = ahead - points
    normal = np.stack([-run[:, 1], run[:, 0]], axis=1) / np.maximum(np.hypot(*run.T), 1e-6)[:, None]
    return list(zip(points - normal * 7, points + normal * 7, strict=True))


def plain(window: Window, colour: Colour, seed: int) -> Array:
    return np.asarray(colour, np.float32) * weave(seed, window.size)[..., None]


def _inside(window: Window, points: Array) -> Array:
    return filled(window.local(points)).on(window.size)
