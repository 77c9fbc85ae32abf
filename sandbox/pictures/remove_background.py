"""RemoveBackground, drawn: the main object cut out, the one in the box or the one in the middle."""

import numpy as np

from .processing.float_images import Pixels, colours
from .processing.matte import MatteSettings, matte
from .processing.objects import object_likelihood
from .processing.regions import Region, border

_FRAME = 0.04
"""Of the shorter side: what is no part of an object in the middle."""
_MIDDLE_WIDTH, _MIDDLE_HEIGHT = 0.3, 0.4
_BOX_CORE = 0.5
"""Of the box: what belongs to the object for certain."""


def cut_out(raw: Pixels, box: tuple[int, int, int, int] | None, settings: MatteSettings) -> Pixels:
    """[H, W, 4]: `raw` [H, W, 3] with the object's opacity; `box` is left, top, right, bottom."""
    picture = colours(raw)
    inside, outside = _seeds(raw.shape[:2], box)
    opacity = matte(picture, object_likelihood(picture, inside, outside), settings)
    return np.dstack([raw, np.rint(opacity * 255).astype(np.uint8)])


def _seeds(shape: tuple[int, int], box: tuple[int, int, int, int] | None) -> tuple[Region, Region]:
    height, width = shape
    if box is None:
        middle = _part(shape, (0, 0, width, height), _MIDDLE_WIDTH, _MIDDLE_HEIGHT)
        return middle, border(shape, max(1, round(_FRAME * min(shape))))
    around = ~_part(shape, box, 1, 1)
    if not around.any():
        around = border(shape, 1)
    return _part(shape, box, _BOX_CORE, _BOX_CORE), around


def _part(shape: tuple[int, int], box: tuple[int, int, int, int], across: float, down: float) -> Region:
    """The middle part of a box, in shares of its width and height."""
    left, top, right, bottom = box
    cut_x, cut_y = (right - left) * (1 - across) / 2, (bottom - top) * (1 - down) / 2
    region = np.zeros(shape, bool)
    region[int(top + cut_y) : int(np.ceil(bottom - cut_y)), int(left + cut_x) : int(np.ceil(right - cut_x))] = True
    return region
