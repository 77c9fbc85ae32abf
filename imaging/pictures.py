"""Pictures as files, to send or to keep."""

import io
import math
from concurrent.futures import Executor
from dataclasses import dataclass, field

import numpy as np
import torch
from PIL import Image

from .eight_bit import EightBitRows
from .errors import ImageRefused
from .png import PHOTO, PRINT, PRINT_BY_COLUMNS, QUICK_PRINT, QUICK_PRINT_BY_COLUMNS, Rows, encode_png
from .sizes import LARGEST_SIDE, Size, fit_inside
from .workers import own_pool

# A grainy photograph of 2560 x 2560 pixels, the largest size that is usually sent, stays just below this as PNG.
PICTURE_BYTE_BUDGET = 12_000_000

_MOST_BYTES_OF_A_PIXEL = 3.2
"""In a file of either format: noise, from which nothing can be saved."""

_MEDIA_TYPES = {"lossless": "image/png", "compact": "image/jpeg"}
UPLOAD_FORMATS = tuple(_MEDIA_TYPES)


@dataclass(frozen=True)
class EncodedImage:
    """A picture file in memory. Joined, `chunks` are the file; `notes` say in one line each what was changed for it."""

    media_type: str
    # Megabytes have no place in a log line.
    chunks: tuple[bytes, ...] = field(repr=False)
    width: int
    height: int
    notes: tuple[str, ...]

    @property
    def byte_count(self) -> int:
        """Bytes of the file."""
        return sum(map(len, self.chunks))


def encode_picture(
    name: str,
    entry: torch.Tensor,
    upload_format: str = "lossless",
    max_side: int = LARGEST_SIDE,
    byte_budget: int = PICTURE_BYTE_BUDGET,
    executor: Executor | None = None,
) -> EncodedImage:
    """One entry of `picture_entries` as an RGB file: "lossless" is PNG, "compact" is JPEG of quality 95, 4:4:4.

    A long side above `max_side`, and a file above `byte_budget` (at least 1000 bytes), is scaled down with a Lanczos
    filter, proportions kept, and a note says so. `executor` shares the work of one PNG; it must not be the one this
    call runs in, and without one the package's own two threads are used.
    """
    refuse_unknown_format(upload_format)
    rows = EightBitRows(entry)
    size = fit_inside(*rows.size, max_side)
    reason = f"{max_side} pixels is the longest side that is sent"
    chunks = _file(upload_format, rows, size, executor)
    while (byte_count := sum(map(len, chunks))) > byte_budget and max(size) > 1:
        size = fit_inside(*rows.size, _shrunk(max(size), byte_budget / byte_count))
        reason = f"so that its file stays within {byte_budget / 1e6:.3g} MB"
        chunks = _file(upload_format, rows, size, executor)
    notes = rows.notes(name)
    if size != rows.size:
        notes += (f"{name}: resized from {rows.width} x {rows.height} to {size[0]} x {size[1]}, {reason}",)
    return EncodedImage(_MEDIA_TYPES[upload_format], chunks, *size, notes)


def refuse_unknown_format(upload_format: str) -> None:
    """Raises ImageRefused where it is none of UPLOAD_FORMATS."""
    if upload_format not in UPLOAD_FORMATS:
        raise ImageRefused(
            "upload_format",
            f"“{upload_format}” is no upload format.",
            f"Choose one of: {', '.join(UPLOAD_FORMATS)}.",
        )


def sizes_when_sent(
    entry: torch.Tensor, max_side: int = LARGEST_SIDE, byte_budget: int = PICTURE_BYTE_BUDGET
) -> tuple[Size, Size]:
    """The largest and the smallest size that `encode_picture` may bring an entry to; which one, only the file tells."""
    height, width = entry.shape[:2]
    largest = fit_inside(width, height, max_side)
    most_bytes = math.prod(largest) * _MOST_BYTES_OF_A_PIXEL
    if most_bytes <= byte_budget:
        return largest, largest
    return largest, fit_inside(width, height, _shrunk(max(largest), byte_budget / most_bytes))


def encode_local_png(levels: np.ndarray) -> tuple[bytes, ...]:
    """The PNG in pieces of uint8 [H,W,3], the first of which holds its header, for a file that stays on this computer.

    It takes less time than one to send, and a few more bytes.
    """
    height, width, channels = levels.shape
    recipes = (PHOTO, QUICK_PRINT, QUICK_PRINT_BY_COLUMNS)
    return encode_png(lambda start, stop: levels[start:stop], width, height, channels, recipes, own_pool())


def _shrunk(side: int, byte_ratio: float) -> int:
    """A long side with which the file should have `byte_ratio` (below 1) of the bytes, with a little to spare."""
    return max(1, int(side * 0.98 * math.sqrt(byte_ratio)))


def _file(
    upload_format: str, picture: EightBitRows, size: tuple[int, int], executor: Executor | None
) -> tuple[bytes, ...]:
    rows = picture if size == picture.size else _resized(picture, size)
    if upload_format == "compact":
        return (_jpeg(rows(0, size[1])),)
    return encode_png(rows, *size, 3, (PHOTO, PRINT, PRINT_BY_COLUMNS), executor or own_pool())


def _resized(picture: EightBitRows, size: tuple[int, int]) -> Rows:
    levels = Image.fromarray(picture(0, picture.height)).resize(size, Image.Resampling.LANCZOS)
    resized = np.asarray(levels)
    return lambda start, stop: resized[start:stop]


def _jpeg(levels: np.ndarray) -> bytes:
    # Baseline, not optimised: Pillow then hands out 64 KB at a time and lets other threads run in between.
    file = io.BytesIO()
    Image.fromarray(levels).save(file, "JPEG", quality=95, subsampling="4:4:4")
    return file.getvalue()
