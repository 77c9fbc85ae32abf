"""The forms in which a cut-out may be given, as no page says which one it is."""

import numpy as np
from numpy.typing import NDArray

from .quirks import Quirks

Pixels = NDArray[np.uint8]


def as_given(made: Pixels, quirks: Quirks) -> list[Pixels]:
    """The pictures that are given for one that was made: [H, W, 4] is a cut-out, [H, W] a mask that was asked for."""
    if made.ndim == 2:
        return [_mask(made, quirks)]
    if made.shape[2] != 4 or quirks.cut_outs == "transparent":
        return [made]
    mask = _mask(made[..., 3], quirks)
    if quirks.cut_outs == "mask":
        return [mask]
    return [_on_white(made), mask] if quirks.cut_outs == "with mask" else [_on_white(made)]


def _mask(opacity: Pixels, quirks: Quirks) -> Pixels:
    return np.uint8(255) - opacity if quirks.masks_black_on_object else opacity


def _on_white(made: Pixels) -> Pixels:
    opacity = made[..., 3:].astype(np.float32) / 255
    return np.rint(255 + (made[..., :3].astype(np.float32) - 255) * opacity).astype(np.uint8)
