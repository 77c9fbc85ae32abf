"""ResizeImage, drawn: Lanczos, and a little more sharpness than that."""

import numpy as np
from PIL import Image

from .processing.float_images import Pixels, blurred, colours, pixels

_SHARPNESS = 0.35


def enlarged(picture: Pixels, size: tuple[int, int]) -> Pixels:
    """[Height, Width, 3] of [h, w, 3]; `size` is width and height."""
    resized = np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS))
    scale = max(size[0] / picture.shape[1], size[1] / picture.shape[0])
    if scale <= 1:
        return resized
    values = colours(resized)
    return pixels(values + _SHARPNESS * (values - blurred(values, 0.5 * scale)))
