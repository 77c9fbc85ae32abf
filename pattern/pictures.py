"""Pictures as the bench takes them: opaque, of whole numbers of levels or not, without values that are no number."""

from __future__ import annotations

import numpy as np
import torch

from .errors import PatternRefused
from .threads import in_slices

SMALLEST_SIDE = 8
_OPAQUE = 1 - 0.5 / 255


def opaque_picture(name: str, entry: torch.Tensor) -> np.ndarray:
    """float32 [H,W,3], 0..1, of an entry [H,W,1..4]; to be read only, as it may be the entry's own memory.

    `name` is the input's id. Transparency, NaN, and sides below SMALLEST_SIDE pixels raise PatternRefused.
    """
    picture = entry.detach().cpu()
    picture = (picture.to(torch.float32) / 255 if picture.dtype == torch.uint8 else picture.to(torch.float32)).numpy()
    height, width, channels = picture.shape
    if min(height, width) < SMALLEST_SIDE:
        raise PatternRefused(
            name,
            f"{width} x {height} pixels are no print.",
            f"Give a picture of at least {SMALLEST_SIDE} pixels a side.",
        )
    low, high = (float(value) for value in torch.from_numpy(picture).aminmax())
    if not (np.isfinite(low) and np.isfinite(high)):
        raise PatternRefused(
            name,
            "some of its values are no number (NaN or infinite).",
            "Look at the node that makes it: its result is broken.",
        )
    if channels in (2, 4):
        if picture[..., -1].min() < _OPAQUE:
            raise PatternRefused(
                name,
                "it is transparent in places, and a print is not.",
                "Lay it over a colour first, for example with ComfyUI's own “ImageCompositeMasked” node.",
            )
        picture = picture[..., :-1]
    if channels == 3 and low >= 0 and high <= 1:
        return picture
    return np.clip(np.broadcast_to(picture, (height, width, 3)), 0, 1)


def eight_bits(picture: np.ndarray) -> np.ndarray:
    """uint8 of a picture [H,W,C], 0..1: the nearest of 256 levels."""
    levels = np.empty(picture.shape, np.uint8)

    def round_(rows: slice) -> None:
        block = picture[rows] * np.float32(255)
        np.copyto(levels[rows], np.rint(block, out=block), casting="unsafe")

    in_slices(len(picture), round_, longest=16)
    return levels
