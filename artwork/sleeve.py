"""A short sleeve, hanging from the shoulder seam over the side of the bodice."""

import numpy as np

from .bodice import SHOULDER_TIP
from .canvas import Array, bezier, filled, noise, polyline, swayed
from .cloth import Crease, creased, length_along, weave
from .panel import CENTRE, Panel, Window, printed

OUTER = bezier(SHOULDER_TIP, (252, 256), (286, 340), (300, 428))
HEM = bezier((300, 428), (268, 452), (226, 460), (186, 444))
INNER = bezier(SHOULDER_TIP, (170, 280), (174, 370), (186, 444))
WINDOW = Window(226, 168, 244, 140)

CREASES = {
    -1: [
        Crease((-204, 236), (-272, 440), (6, 17), 11, bow=6),
        Crease((-200, 250), (-236, 452), (6, 14), 10, bow=4),
        Crease((-194, 300), (-204, 452), (5, 11), 7),
        Crease((-232, 262), (-294, 420), (6, 12), 6, bow=4),
    ],
    1: [
        Crease((206, 238), (258, 446), (6, 16), 11, bow=-6),
        Crease((200, 262), (224, 452), (6, 13), 9, bow=-3),
        Crease((228, 258), (288, 430), (6, 13), 8, bow=-5),
        Crease((192, 320), (200, 450), (5, 10), 6),
    ],
}


def sleeve(side: int) -> Panel:
    """The sleeve on the left (-1) or on the right (1) of the picture."""
    left = CENTRE + 168 if side > 0 else CENTRE - 168 - WINDOW.width
    window = Window(WINDOW.top, left, WINDOW.height, WINDOW.width)
    ys, xs = window.grid()
    hem = np.interp(np.abs(xs), HEM[::-1, 0], HEM[::-1, 1]).astype(np.float32)
    height = _height(ys, xs, side)
    height -= 1.6 * np.exp(-(((hem - 15 - ys) / 1.3) ** 2))
    outline = swayed(polyline(OUTER, HEM, INNER[::-1]), 63 + side, 5) * (side, 1)
    coverage = filled(window.local(outline)).on(window.size)
    return Panel(window, coverage, _cloth(height, side), height, printed=True)


def _height(ys: Array, xs: Array, side: int) -> Array:
    inner = np.interp(ys, INNER[:, 1], INNER[:, 0])
    outer = np.interp(ys, OUTER[:, 1], OUTER[:, 0])
    middle, half = (outer + inner) / 2, np.maximum((outer - inner) / 2, 6)
    aside = np.clip((np.abs(xs) - middle) / half, -1.2, 1.2)
    tube = 46 + 0.28 * half * (1 - np.abs(aside) ** 2.2)
    return (tube + creased(ys, xs, CREASES[side]) + noise(61 + side, tube.shape, 40)).astype(np.float32)


def _cloth(height: Array, side: int) -> Array:
    """The print, turned with the sleeve's grain."""
    across = length_along(height, axis=1, origin=height.shape[1] // 2)
    down = length_along(height, axis=0, origin=0)
    cos, sin = np.cos(np.radians(14)), side * np.sin(np.radians(14))
    colours = printed(across * cos - down * sin + 400, across * sin + down * cos + 300)
    return colours * weave(35 + side, height.shape)[..., None]
