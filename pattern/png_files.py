"""What a PNG of a print holds beside its pixels, and PNGs of few colours."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence

import numpy as np

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_BEHIND_HEADER = len(_SIGNATURE) + 12 + 13
_METRES_PER_INCH = 0.0254
_PALETTE_COLOURS = 3
_LEVEL = 4
_BLOCK_ROWS = 256


def stored_dpi(dpi: float) -> float:
    """A PNG counts whole pixels on a metre."""
    return _per_metre(dpi) * _METRES_PER_INCH


def with_print_facts(png: Sequence[bytes], dpi: float, profile: bytes, texts: Mapping[str, str]) -> tuple[bytes, ...]:
    """A PNG in pieces, the first of which holds its whole header, with resolution, colour profile and texts."""
    facts = [
        _chunk(b"pHYs", struct.pack(">IIB", _per_metre(dpi), _per_metre(dpi), 1)),
        _chunk(b"iCCP", b"sRGB\0\0" + zlib.compress(profile)),
        *(_chunk(b"tEXt", key.encode("latin-1") + b"\0" + text.encode("latin-1")) for key, text in texts.items()),
    ]
    return (png[0][:_BEHIND_HEADER], *facts, png[0][_BEHIND_HEADER:], *png[1:])


def encode_indexed_png(index: np.ndarray, palette: np.ndarray) -> tuple[bytes, ...]:
    """The PNG in pieces of an index [H,W] into the palette [n,3], both uint8; it has exactly these n entries."""
    height, width = index.shape
    deflate = zlib.compressobj(_LEVEL)
    data = []
    for top in range(0, height, _BLOCK_ROWS):
        rows = index[top : top + _BLOCK_ROWS]
        data.append(deflate.compress(np.pad(rows, ((0, 0), (1, 0))).data))
    data.append(deflate.flush())
    return (
        _SIGNATURE + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, _PALETTE_COLOURS, 0, 0, 0)),
        _chunk(b"PLTE", palette.tobytes()),
        _chunk(b"IDAT", b"".join(data)),
        _chunk(b"IEND", b""),
    )


def _per_metre(dpi: float) -> int:
    return round(dpi / _METRES_PER_INCH)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return b"".join((len(data).to_bytes(4, "big"), kind, data, zlib.crc32(data, zlib.crc32(kind)).to_bytes(4, "big")))
