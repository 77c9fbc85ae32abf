"""The upper part of the dress: a round neck, set-in sleeves, soft drapes down to the waist."""

import numpy as np

from .canvas import Array, bezier, filled, mix, noise, polyline, smoothstep, swayed
from .cloth import Crease, creased, length_along, weave
from .panel import CENTRE, Panel, Window, printed

WAIST = 568
NECK_POINT = (92.0, 188.0)
SHOULDER_TIP = (204.0, 236.0)
ARMPIT = (200.0, 416.0)
WAIST_SIDE = (160.0, 572.0)

NECKLINE = bezier((-92, 188), (-82, 288), (82, 288), (92, 188), count=64)
SIDE = polyline(
    bezier(SHOULDER_TIP, (184, 300), (182, 360), ARMPIT),
    bezier(ARMPIT, (190, 470), (164, 510), WAIST_SIDE),
)
"""The right edge from the shoulder over the armhole to the waist."""
WINDOW = Window(176, CENTRE - 216, 412, 432)
GIVE = 0.3
"""How much of the length that folds take up shows in the print; the rest is taken by the weave, which gives."""

CREASES = [
    # down from the shoulders
    Crease((-158, 240), (-104, 500), (9, 24), 9, bow=-12),
    Crease((-118, 226), (-70, 430), (7, 24), 6, bow=-9),
    Crease((-186, 262), (-150, 420), (6, 16), 7, bow=-5),
    Crease((150, 238), (112, 500), (9, 25), 9, bow=9),
    Crease((114, 224), (74, 400), (7, 24), 5, bow=9),
    Crease((184, 262), (156, 410), (6, 16), 7, bow=5),
    # under the neckline, from side to side
    Crease((-84, 262), (70, 300), (10, 16), 4, bow=-20),
    Crease((100, 300), (-60, 350), (9, 20), 4, bow=18),
    # from under the arms towards the middle
    Crease((198, 410), (88, 346), (7, 22), 8, bow=-9),
    Crease((194, 436), (72, 476), (7, 20), 7, bow=7),
    Crease((186, 470), (100, 530), (6, 15), 6, bow=4),
    Crease((-198, 408), (-92, 340), (7, 22), 8, bow=9),
    Crease((-194, 442), (-78, 492), (7, 20), 7, bow=-7),
    Crease((-182, 486), (-110, 536), (6, 14), 5, bow=-4),
    # up from the gathered waist
    Crease((-138, 576), (-132, 460), (6, 15), 10, bow=3),
    Crease((-108, 576), (-92, 430), (6, 17), 8.5, bow=-4),
    Crease((-76, 576), (-72, 486), (5, 12), 8.5),
    Crease((-46, 576), (-38, 430), (6, 17), 6.5, bow=5),
    Crease((-14, 576), (-12, 506), (5, 11), 6.5),
    Crease((18, 576), (12, 466), (6, 15), 6.5, bow=-4),
    Crease((48, 576), (52, 480), (5, 13), 8.5, bow=3),
    Crease((78, 576), (66, 446), (6, 17), 7, bow=5),
    Crease((106, 576), (108, 490), (5, 12), 9.5),
    Crease((138, 576), (126, 446), (6, 17), 10, bow=-4),
]


def bodice() -> Panel:
    ys, xs = WINDOW.grid()
    height = _height(ys, xs)
    across = mix(xs, length_along(height, axis=1, origin=WINDOW.width // 2), GIVE)
    down = mix(ys, length_along(height, axis=0, origin=0) + WINDOW.top, GIVE)
    colours = printed(across, down - 26) * weave(31, WINDOW.size)[..., None]
    return Panel(WINDOW, _coverage(), colours, height, printed=True)


def half_width(ys: Array) -> Array:
    """Distance of the right edge from the middle at each height."""
    return np.interp(ys, SIDE[:, 1], SIDE[:, 0]).astype(np.float32)


def _coverage() -> Array:
    outline = polyline(NECKLINE, swayed(SIDE, 43, 2.5), swayed(SIDE[::-1], 44, 2.5) * (-1, 1))
    return filled(WINDOW.local(outline)).on(WINDOW.size)


def _height(ys: Array, xs: Array) -> Array:
    side = np.clip(np.abs(xs) / half_width(ys), 0, 1.2)
    body = 30 + 74 * (1 - side**2.6)
    rest = 2.6 * noise(41, WINDOW.size, 70) + 0.5 * noise(42, WINDOW.size, 22)
    return body + _shoulder(ys, xs) + 1.3 * creased(ys, xs, CREASES) + rest


def _shoulder(ys: Array, xs: Array) -> Array:
    """The cloth rolls back over the hanger."""
    slope = (SHOULDER_TIP[1] - NECK_POINT[1]) / (SHOULDER_TIP[0] - NECK_POINT[0])
    below = ys - (NECK_POINT[1] + (np.abs(xs) - NECK_POINT[0]) * slope)
    return -26 * np.exp(-np.maximum(below, 0) / 16) * smoothstep(60, 100, np.abs(xs))
