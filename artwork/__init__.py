"""The example pictures of the pack, drawn by our own code: a garment, the mask of its print, another pattern.

Each is drawn once, in about a second, and every call hands out a copy that the caller may change.
"""

from functools import cache

import numpy as np

from .dress import photograph
from .fans import fans

__all__ = ["garment", "garment_mask", "pattern"]


def garment() -> np.ndarray:
    """A printed summer dress on a hanger: (1152, 896, 3) float32, sRGB 0..1."""
    return photograph().colours.copy()


def garment_mask() -> np.ndarray:
    """Where the dress's printed cloth is seen: (1152, 896) float32, 1 = print; edges are antialiased."""
    return photograph().printed.copy()


def pattern() -> np.ndarray:
    """Art-deco fans: (768, 768, 3) float32, sRGB 0..1; each edge continues at the opposite one."""
    return _pattern().copy()


_pattern = cache(fans)
