"""TIFF files of 8 bits, LZW, in strips.

Pillow's encoder keeps the interpreter lock for the whole of a picture: for seconds, over large cloth, in which ComfyUI
could answer nobody. So it is given some rows at a time, and the file around them is written here.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

_STRIP_BYTES = 256 * 1024
_HEADER_BYTES = 8
_LZW = 5
_RGB, _PALETTE = 2, 3
_HORIZONTAL_DIFFERENCES = 2
_STRIP_OFFSETS, _STRIP_BYTE_COUNTS, _PREDICTOR = 273, 279, 317
_INCH = 2


class _Field(NamedTuple):
    tag: int
    type: int
    count: int
    data: bytes


def encode_tiff(
    levels: np.ndarray, palette: np.ndarray | None, dpi: float, profile: bytes, texts: Mapping[int, str]
) -> tuple[bytes, ...]:
    """The TIFF in pieces of a picture [H,W,3], or of an index [H,W] into a palette [n,3]; all uint8.

    `texts` are ASCII, by the numbers of their tags.
    """
    height, width = levels.shape[:2]
    rows = max(1, _STRIP_BYTES // levels[0].nbytes)
    lines = (levels if palette is not None else _differences(levels)).reshape(height, -1)
    strips = [_strip(lines[top : top + rows]) for top in range(0, height, rows)]
    ends = np.cumsum([_HEADER_BYTES, *map(len, strips)])
    channels = 1 if palette is not None else 3
    fields = [
        _longs(256, width),
        _longs(257, height),
        _shorts(258, *[8] * channels),
        _shorts(259, _LZW),
        _shorts(262, _RGB if palette is None else _PALETTE),
        _longs(_STRIP_OFFSETS, *ends[:-1]),
        _shorts(277, channels),
        _longs(278, rows),
        _longs(_STRIP_BYTE_COUNTS, *map(len, strips)),
        _rational(282, dpi),
        _rational(283, dpi),
        _shorts(284, 1),
        _shorts(296, _INCH),
        _Field(34675, 7, len(profile), profile),
        *(_text(tag, text) for tag, text in texts.items()),
    ]
    if palette is None:
        fields.append(_shorts(_PREDICTOR, _HORIZONTAL_DIFFERENCES))
    else:
        fields.append(_colour_map(palette))
    padding = b"\0" * (ends[-1] % 2)
    start = int(ends[-1]) + len(padding)
    return (struct.pack("<2sHI", b"II", 42, start), *strips, padding, _directory(sorted(fields), start))


def _differences(levels: np.ndarray) -> np.ndarray:
    """Of each pixel [H,W,3] from its left neighbour, as TIFF's predictor wants them."""
    differences = levels.copy()
    differences[:, 1:] -= levels[:, :-1]
    return differences


def _strip(lines: np.ndarray) -> bytes:
    """Lines of bytes compressed, out of a grey TIFF of their own."""
    file = io.BytesIO()
    Image.fromarray(lines).save(file, "TIFF", compression="tiff_lzw", strip_size=lines.nbytes)
    data = file.getvalue()
    directory = ImageFileDirectory_v2(data[:_HEADER_BYTES])
    file.seek(directory.next)
    directory.load(file)
    (offset,), (length,) = directory[_STRIP_OFFSETS], directory[_STRIP_BYTE_COUNTS]
    return data[offset : offset + length]


def _colour_map(palette: np.ndarray) -> _Field:
    """All reds, all greens, all blues, in 16 bits; TIFF wants room for 256 of each."""
    levels = np.zeros((3, 256), np.uint16)
    levels[:, : len(palette)] = palette.T.astype(np.uint16) * 257
    return _shorts(320, *levels.ravel().tolist())


def _shorts(tag: int, *values: int) -> _Field:
    return _Field(tag, 3, len(values), struct.pack(f"<{len(values)}H", *values))


def _longs(tag: int, *values: int) -> _Field:
    return _Field(tag, 4, len(values), struct.pack(f"<{len(values)}I", *values))


def _rational(tag: int, value: float) -> _Field:
    fraction = Fraction(value).limit_denominator(100_000)
    return _Field(tag, 5, 1, struct.pack("<II", fraction.numerator, fraction.denominator))


def _text(tag: int, text: str) -> _Field:
    data = text.encode("ascii") + b"\0"
    return _Field(tag, 2, len(data), data)


def _directory(fields: list[_Field], start: int) -> bytes:
    """The list of fields, which stands at `start`; what does not fit into four bytes stands behind it."""
    entries, behind = [], b""
    place = start + 2 + 12 * len(fields) + 4
    for field in fields:
        value = field.data
        if len(value) > 4:
            value = struct.pack("<I", place + len(behind))
            behind += field.data + b"\0" * (len(field.data) % 2)
        entries.append(struct.pack("<HHI", field.tag, field.type, field.count) + value.ljust(4, b"\0"))
    return struct.pack("<H", len(fields)) + b"".join(entries) + b"\0\0\0\0" + behind
