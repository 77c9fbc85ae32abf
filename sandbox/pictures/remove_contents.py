"""RemoveContents, drawn: an area erased, and filled with what else is in the picture and fits to its rim best."""

import numpy as np

from .processing.filling import filled_from_around
from .processing.float_images import Pixels, blurred, colours, pixels


def erased(raw: Pixels, mask: Pixels, blur: int) -> Pixels:
    """[H, W, 3]: `raw` [H, W, 3] without what is white in `mask` [H, W]; `blur` is the softness of its rim in pixels.

    Where the softened mask is black it is `raw` to the bit.
    """
    area = mask > 127
    if not area.any():
        return raw
    picture = colours(raw)
    opacity = np.where(area, 1, _rim(area, blur))[..., None]
    filling = filled_from_around(picture, area)
    return np.where(opacity > 0, pixels(picture + (filling - picture) * opacity), raw)


def _rim(area: np.ndarray, blur: int) -> np.ndarray:
    """[H, W]: from nearly 1 beside the area to 0 some pixels away."""
    soft = 2 * blurred(area.astype(np.float32), blur / 3)
    return np.where(soft < 0.02, 0, np.clip(soft, 0, 1))
