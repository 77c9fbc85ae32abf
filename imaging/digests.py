"""What a picture or a mask is known by, whatever file is made of it."""

import hashlib

import numpy as np
import torch

from .eight_bit import EightBitRows
from .masks import bands, mask_levels, painted

# Small enough to stay in the processor's cache between conversion and hashing.
_PIECE_BYTES = 768 * 1024


def picture_digest(entry: torch.Tensor) -> str:
    """SHA-256, hexadecimal, of one entry of `picture_entries`: its size and its pixels as rows of 8-bit RGB.

    Whatever `EightBitRows` reads alike has the same digest: uint8 and the floats that stand for the same levels, views
    and copies. It is never changed: results that were paid for are found by it.
    """
    rows = EightBitRows(entry)
    digest = hashlib.sha256(f"RGB {rows.width} x {rows.height}\n".encode())
    step = max(1, _PIECE_BYTES // (3 * rows.width))
    for start in range(0, rows.height, step):
        digest.update(np.ascontiguousarray(rows(start, min(rows.height, start + step))).data)
    return digest.hexdigest()


def mask_digest(entry: torch.Tensor) -> str:
    """The same of one entry of `mask_entries`: its size, and for each pixel a byte, 1 where it is painted, else 0."""
    levels, _ = mask_levels("mask", entry)
    height, width = levels.shape
    digest = hashlib.sha256(f"mask {width} x {height}\n".encode())
    for band in bands(levels):
        digest.update(np.ascontiguousarray(painted(band)).data)
    return digest.hexdigest()
