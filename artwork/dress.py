"""The picture of the garment: a summer dress on a wooden hanger, photographed in a studio."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from .bodice import bodice
from .bow import bow
from .canvas import Array, blur, mix, over
from .cloth import lit, occlusion, shaded
from .hanger import hanger
from .panel import Panel
from .skirt import skirt
from .sleeve import sleeve
from .studio import photographed, shadow, wall
from .trims import lining, neck_binding, waistband

HEIGHT, WIDTH = 1152, 896


class Photograph(NamedTuple):
    colours: Array
    """(HEIGHT, WIDTH, 3)"""
    printed: Array
    """(HEIGHT, WIDTH), 1 where printed cloth is seen"""


@cache
def photograph() -> Photograph:
    layers = dressed()
    colours = layers.on(shaded(wall(HEIGHT, WIDTH), shadow(layers.coverage)))
    return Photograph(photographed(colours), layers.printed)


@cache
def dressed() -> Layers:
    """The dress on its hanger, before nothing. To be read only."""
    layers = Layers()
    behind = [lining(), *hanger()]
    front = [skirt(), bodice(), waistband(), *bow(), sleeve(-1), sleeve(1), neck_binding()]
    for panel in behind + front:
        layers.lay(panel)
    return layers


class Layers:
    """Panels laid one on the other, each lit by itself, then darkened where they stand in each other's light."""

    def __init__(self) -> None:
        self.colours = np.zeros((HEIGHT, WIDTH, 3), np.float32)
        self.height = np.zeros((HEIGHT, WIDTH), np.float32)
        self.coverage = np.zeros((HEIGHT, WIDTH), np.float32)
        self.printed = np.zeros((HEIGHT, WIDTH), np.float32)

    def lay(self, panel: Panel) -> None:
        at = panel.window.slices
        share = panel.coverage
        colours = shaded(panel.colours, lit(panel.height))
        touched = shaded(self.colours[at], 1 - 0.45 * blur(share, 2.5))
        # Where nothing lies below yet the panel is taken whole: thinned colours and heights would show as a dark rim.
        alone = (self.coverage[at] <= 0) & (share > 0)
        self.colours[at] = np.where(alone[..., None], colours, over(touched, colours, share))
        self.height[at] = np.where(alone, panel.height, mix(self.height[at], panel.height, share))
        self.coverage[at] = mix(self.coverage[at], 1.0, share)
        self.printed[at] = mix(self.printed[at], float(panel.printed), share)

    def on(self, below: Array) -> Array:
        light = occlusion(self.height)
        return over(below, shaded(self.colours, light), self.coverage)
