"""The bow that ties the waistband: two loops, two tails, a knot."""

from typing import NamedTuple

import numpy as np

from .bodice import WAIST
from .canvas import Array, bezier, blur, filled, polyline
from .cloth import Crease, creased
from .panel import CENTRE, Panel, Window
from .trims import TRIM, plain

KNOT = (-64.0, WAIST + 4.0)
WINDOW = Window(WAIST - 60, CENTRE - 200, 240, 280)


class Ribbon(NamedTuple):
    """One piece; points and creases lie around the knot."""

    outline: Array
    creases: list[Crease]
    lift: float


LEFT_TAIL = Ribbon(
    polyline(
        bezier((-8, 4), (-14, 40), (-40, 86), (-44, 146)),
        [(-27, 137)],
        bezier((-14, 150), (-12, 100), (8, 50), (4, 6)),
    ),
    [Crease((-2, 8), (-36, 150), (3, 7), 5, bow=-4), Crease((2, 8), (-18, 150), (2, 5), 4, bow=-4)],
    96,
)
RIGHT_TAIL = Ribbon(
    polyline(
        bezier((-2, 4), (2, 40), (26, 70), (22, 112)),
        [(36, 106)],
        bezier((52, 118), (50, 76), (22, 40), (10, 4)),
    ),
    [Crease((2, 8), (32, 118), (3, 7), 5, bow=4), Crease((6, 8), (46, 116), (2, 5), 4, bow=5)],
    98,
)
LEFT_LOOP = Ribbon(
    polyline(bezier((2, -8), (-26, -46), (-84, -34), (-96, 6)), bezier((-96, 6), (-98, 36), (-62, 34), (2, 9))),
    [
        Crease((0, -2), (-84, -18), (3, 9), 8, bow=6),
        Crease((0, 2), (-80, 10), (3, 8), 7, bow=-4),
        Crease((-4, -6), (-54, -30), (2, 5), 4, bow=2),
    ],
    104,
)
RIGHT_LOOP = Ribbon(
    polyline(bezier((-2, -9), (24, -42), (80, -40), (90, -2)), bezier((90, -2), (96, 32), (56, 34), (-2, 9))),
    [
        Crease((0, -2), (84, -20), (3, 9), 8, bow=-6),
        Crease((0, 3), (80, 6), (3, 8), 7, bow=5),
        Crease((4, -6), (50, -30), (2, 5), 4, bow=-2),
    ],
    104,
)
CENTRAL_KNOT = Ribbon(
    polyline(bezier((-13, -13), (-4, -17), (6, -17), (13, -13)), bezier((13, 13), (6, 18), (-6, 18), (-14, 14))),
    [Crease((-4, -20), (-7, 22), (3, 4), 3), Crease((6, -20), (3, 22), (3, 4), 3)],
    116,
)


def bow() -> list[Panel]:
    """The pieces, the lowest first."""
    return [_piece(ribbon) for ribbon in (LEFT_TAIL, RIGHT_TAIL, LEFT_LOOP, RIGHT_LOOP, CENTRAL_KNOT)]


def _piece(ribbon: Ribbon) -> Panel:
    ys, xs = WINDOW.grid()
    coverage = filled(WINDOW.local(ribbon.outline + np.array(KNOT))).on(WINDOW.size)
    height = ribbon.lift + 13 * blur(coverage, 4) + creased(ys - KNOT[1], xs - KNOT[0], ribbon.creases)
    return Panel(WINDOW, coverage, plain(WINDOW, TRIM, 78), height.astype(np.float32), printed=False)
