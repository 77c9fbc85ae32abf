"""The wooden hanger, its hook, and the peg it hangs on."""

import numpy as np

from .canvas import Array, Colour, Stencil, bezier, blur, filled, noise, polyline, rgb, stroked
from .panel import CENTRE, Panel, Window

WOOD = rgb("c08a55")
METAL = rgb("a9a49b")
WINDOW = Window(40, CENTRE - 224, 224, 448)

ARM = polyline(
    bezier((0, 152), (26, 152), (52, 172), (88, 188), (202, 244)),
    bezier((202, 244), (206, 252), (192, 256), (96, 206), (40, 186), (0, 184)),
)
"""The right half of the outline, around the garment's middle line."""
HOOK = polyline(
    [(0, 158), (0, 122)],
    bezier((0, 122), (0, 104), (25, 108), (25, 84)),
    bezier((25, 84), (25, 52), (-25, 52), (-25, 86)),
)


def hanger() -> list[Panel]:
    """Peg, hook and arms, the farthest first."""
    turn = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    peg = np.stack([np.cos(turn), np.sin(turn)], axis=1) * 15 + [0, 78]
    arms = polyline(ARM, ARM[::-1] * (-1, 1))
    grain = 1 + 0.10 * noise(25, WINDOW.size, 3.5, 120) + 0.05 * noise(26, WINDOW.size, 1.5, 60)
    plain = np.ones_like(grain)
    return [
        _turned(filled(WINDOW.local(peg)), WOOD, grain, roundness=6, depth=22),
        _turned(stroked(WINDOW.local(HOOK), 5.5), METAL, plain, roundness=1.6, depth=7),
        _turned(filled(WINDOW.local(arms)), WOOD, grain, roundness=6, depth=26),
    ]


def _turned(shape: Stencil, colour: Colour, grain: Array, roundness: float, depth: float) -> Panel:
    coverage = shape.on(WINDOW.size)
    colours = np.asarray(colour, np.float32) * grain[..., None]
    return Panel(WINDOW, coverage, colours, 20 + depth * blur(coverage, roundness), printed=False)
