"""JPEG files of prints: quality 95, without loss of colour detail."""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping

import numpy as np
from PIL import Image

from .errors import PatternRefused
from .print_sizes import CENTIMETRES_PER_INCH

_QUALITY = 95
_LONGEST_SIDE = 65_500
_X_RESOLUTION, _Y_RESOLUTION, _RESOLUTION_UNIT = 0x011A, 0x011B, 0x0128
_INCH = 2
_MOST_EXIF = 65_000
"""Bytes: a segment of a JPEG has two bytes for its length."""
_UNIT_OF_JFIF = slice(13, 18)
_CLOSE = 0.001


def encode_jpeg(levels: np.ndarray, dpi: float, profile: bytes, texts: Mapping[int, str]) -> bytes:
    """The JPEG of a picture uint8 [H,W,3]. `texts`, by the numbers of their EXIF tags, are left out unless they fit.

    EXIF holds the resolution as it is, and JFIF, which knows whole numbers alone, holds it where one comes close.
    """
    height, width = levels.shape[:2]
    if max(height, width) > _LONGEST_SIDE:
        raise PatternRefused(
            "format",
            f"{width} x {height} pixels are too many for a JPEG; {_LONGEST_SIDE} is its longest side.",
            "Choose TIFF or PNG.",
        )
    exif = Image.Exif()
    exif[_X_RESOLUTION] = exif[_Y_RESOLUTION] = dpi
    exif[_RESOLUTION_UNIT] = _INCH
    if fits(texts):
        exif.update(texts)
    file = io.BytesIO()
    Image.fromarray(levels).save(
        file, "JPEG", quality=_QUALITY, subsampling="4:4:4", icc_profile=profile, exif=exif.tobytes()
    )
    data = bytearray(file.getvalue())
    data[_UNIT_OF_JFIF] = _jfif_density(dpi)
    return bytes(data)


def fits(texts: Mapping[int, str]) -> bool:
    """Whether a JPEG has room for these texts."""
    return sum(len(text) + 16 for text in texts.values()) <= _MOST_EXIF


def _jfif_density(dpi: float) -> bytes:
    """Dots on an inch (1) or a centimetre (2); where neither is nearly a whole number, that pixels are square (0)."""
    for unit, density in ((1, dpi), (2, dpi / CENTIMETRES_PER_INCH)):
        if abs(round(density) - density) <= _CLOSE / 2 * density:
            return struct.pack(">BHH", unit, round(density), round(density))
    return struct.pack(">BHH", 0, 1, 1)
