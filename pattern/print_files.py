"""The file that a printer takes: its pixels with their size on cloth and their colour profile."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from PIL import ImageCms

from .colours import Colours, keys_of, levels_of, used_keys
from .errors import PatternRefused
from .jpeg_files import encode_jpeg, fits
from .png_files import encode_indexed_png, stored_dpi, with_print_facts
from .print_sizes import described
from .printers import outside_limits
from .tiff_files import encode_tiff

FORMATS = ("PNG", "TIFF", "indexed TIFF", "JPEG")
MOST_ENTRIES = 256
_SUFFIXES = {"PNG": ".png", "TIFF": ".tif", "indexed TIFF": ".tif", "JPEG": ".jpg"}
_SAMPLED_ROWS = 8
_CLOSE = 0.001

# The tags in which ComfyUI writes them into other files, too: Make and Model.
_TAGS = {"workflow": 0x010F, "prompt": 0x0110}

EncodePng = Callable[[np.ndarray], Sequence[bytes]]
"""The PNG in pieces of uint8 [H,W,3], the first of which holds its whole header."""


class PrintFile(NamedTuple):
    """A file in memory: joined, `chunks` are it. `suffix` begins with a dot."""

    chunks: tuple[bytes, ...]
    suffix: str
    report: tuple[str, ...]
    """Lines: its size, and what is to be said of it."""

    @property
    def byte_count(self) -> int:
        return sum(map(len, self.chunks))


class _Indexed(NamedTuple):
    """`palette` uint8 [n,3], by ascending keys, and `index` uint8 [H,W] into it."""

    palette: np.ndarray
    index: np.ndarray


def encode_print(
    name: str, levels: np.ndarray, file_format: str, dpi: float, texts: Mapping[str, str], encode_png: EncodePng
) -> PrintFile:
    """The file of a print uint8 [H,W,3]. `texts` (ASCII) are "prompt" and "workflow", or none.

    A PNG of at most MOST_ENTRIES colours gets a palette of exactly these, an indexed TIFF of more is refused: by
    `name`, the id of the print's input.
    """
    if file_format not in FORMATS:
        raise PatternRefused("format", f"“{file_format}” is no format.", f"Choose one of: {', '.join(FORMATS)}.")
    notes: list[str] = []
    match file_format:
        case "PNG":
            chunks = _png(levels, dpi, texts, encode_png, notes)
        case "JPEG":
            chunks = (_jpeg(levels, dpi, texts, notes),)
        case "TIFF":
            chunks = encode_tiff(levels, None, dpi, srgb_profile(), _tagged(texts))
        case _:
            indexed = _indexed(levels)
            if indexed is None:
                raise PatternRefused(
                    name,
                    f"it has more than {MOST_ENTRIES} colours, and an indexed TIFF has no room for more.",
                    "Lead it through “Reduce Colours (PICPIK)” first, or choose TIFF.",
                )
            chunks = encode_tiff(indexed.index, indexed.palette, dpi, srgb_profile(), _tagged(texts))
            notes.append(_entries(indexed))
    size = sum(map(len, chunks))
    height, width = levels.shape[:2]
    line = f"{width} x {height} pixels, {described(width, height, dpi)}, {file_format}, {size / 1e6:.3g} MB"
    return PrintFile(chunks, _SUFFIXES[file_format], (line, *notes, *outside_limits(file_format, dpi, size)))


@functools.cache
def srgb_profile() -> bytes:
    """The ICC profile of sRGB, which ComfyUI's pictures are in."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _png(
    levels: np.ndarray, dpi: float, texts: Mapping[str, str], encode_png: EncodePng, notes: list[str]
) -> tuple[bytes, ...]:
    indexed = _indexed(levels)
    if indexed is not None:
        notes.append(_entries(indexed))
    if abs(stored_dpi(dpi) - dpi) > _CLOSE * dpi:
        notes.append(f"PNG counts whole pixels on a metre: {stored_dpi(dpi):g} dpi are written. TIFF is exact.")
    png = encode_png(levels) if indexed is None else encode_indexed_png(indexed.index, indexed.palette)
    return with_print_facts(png, dpi, srgb_profile(), texts)


def _jpeg(levels: np.ndarray, dpi: float, texts: Mapping[str, str], notes: list[str]) -> bytes:
    if not fits(_tagged(texts)):
        notes.append("The workflow is too long for a JPEG and was left out. PNG and TIFF hold it.")
    return encode_jpeg(levels, dpi, srgb_profile(), _tagged(texts))


def _tagged(texts: Mapping[str, str]) -> dict[int, str]:
    """As ComfyUI writes them where there are no named texts."""
    return {_TAGS[key]: f"{key}:{text}" for key, text in texts.items()}


def _entries(indexed: _Indexed) -> str:
    count = len(indexed.palette)
    return f"{count} {'colour' if count == 1 else 'colours'}, each an entry of its palette"


def _indexed(levels: np.ndarray) -> _Indexed | None:
    """None where there are more than MOST_ENTRIES colours."""
    step = max(1, len(levels) // _SAMPLED_ROWS)
    if len(np.unique(keys_of(levels[::step]))) > MOST_ENTRIES:  # soon said of a photograph
        return None
    keys = keys_of(levels)
    colours = Colours(keys, used_keys(keys))
    if len(colours.distinct) > MOST_ENTRIES:
        return None
    return _Indexed(levels_of(colours.distinct), colours.spread(np.arange(len(colours.distinct), dtype=np.uint8)))
