"""A PNG encoder that writes strips.

The codec path, in one paragraph. A PNG is one deflate stream over filtered rows, and its price is decided by two
things: which filter, and how hard deflate searches for repeats. In photographs and generated pictures the search finds
nothing but noise: the average filter followed by Huffman coding alone gives files as small as level 6, at a tenth of
its time. In flat prints repeats are everything, and there a level 4 search wins, after the filter that subtracts the
left neighbour or, up to a fifth smaller, the one above; which of the two, depends on the print. So the picture is cut
into strips of about 768 KB; on four rows from the middle of each strip all three recipes are tried, and the strip is
written with the one that made the fewest bytes. Filters are plain numpy on bytes, deflate is the standard library's,
and both run outside the interpreter lock, so two threads work on strips while the event loop goes on. Strips share no
history: each ends on a byte boundary (a sync flush), their checksums are combined by arithmetic, and what a strip
becomes depends on its pixels only. The same pixels therefore give the same bytes, whatever the number of threads.
Pillow's encoder at its default takes sixteen times the processor time on photographs and three times on flat prints. On
those, level 1 would take two thirds of the time of level 4 and write a sixteenth more: on a designer's uplink that is
time lost, not won.
"""

import zlib
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import NamedTuple

import numpy as np

Rows = Callable[[int, int], np.ndarray]
"""Gives rows start..stop of a picture as uint8 [n, W, channels]."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOUR_TYPES = {1: 0, 3: 2}
_STRIP_BYTES = 768 * 1024
_TRIAL_ROWS = 4
_ADLER_BASE = 65521
# Deflate with a 32 KB window; the level in these bytes is only a hint for readers.
_ZLIB_HEADER = b"\x78\x01"


def _unfiltered(lines: np.ndarray, _step: int) -> np.ndarray:
    return _marked(0, lines[1:])


def _left_neighbour(lines: np.ndarray, step: int) -> np.ndarray:
    filtered = _marked(1, lines[1:])
    filtered[:, 1 + step :] -= lines[1:, :-step]
    return filtered


def _above(lines: np.ndarray, _step: int) -> np.ndarray:
    filtered = _marked(2, lines[1:])
    filtered[:, 1:] -= lines[:-1]
    return filtered


def _average(lines: np.ndarray, step: int) -> np.ndarray:
    filtered = _marked(3, lines[1:])
    filtered[:, 1 : 1 + step] -= lines[:-1, :step] >> 1
    left, above = lines[1:, :-step], lines[:-1, step:]
    # (left + above) // 2 without leaving 8 bits
    mean = left ^ above
    mean >>= 1
    mean += left & above
    filtered[:, 1 + step :] -= mean
    return filtered


def _marked(filter_type: int, lines: np.ndarray) -> np.ndarray:
    """A copy of the lines, with the byte in front that names the filter."""
    filtered = np.empty((lines.shape[0], lines.shape[1] + 1), np.uint8)
    filtered[:, 0] = filter_type
    filtered[:, 1:] = lines
    return filtered


class Recipe(NamedTuple):
    """A filter (lines with the line above in front, bytes per pixel -> filtered lines) and how to deflate after it."""

    filter: Callable[[np.ndarray, int], np.ndarray]
    level: int
    strategy: int


PHOTO = Recipe(_average, 1, zlib.Z_HUFFMAN_ONLY)
PRINT = Recipe(_left_neighbour, 4, zlib.Z_DEFAULT_STRATEGY)
PRINT_BY_COLUMNS = Recipe(_above, 4, zlib.Z_DEFAULT_STRATEGY)
# Four fifths of the time for 2 to 9 % more bytes: for files that no uplink waits for.
QUICK_PRINT = PRINT._replace(level=3)
QUICK_PRINT_BY_COLUMNS = PRINT_BY_COLUMNS._replace(level=3)
# A pure mask is runs of one value.
MASK = Recipe(_unfiltered, 6, zlib.Z_RLE)


def encode_png(
    rows: Rows, width: int, height: int, channels: int, recipes: Sequence[Recipe], executor: Executor
) -> tuple[bytes, ...]:
    """The PNG file in pieces: 8 bits, grey (1 channel) or RGB (3). `executor` must not be the one this call runs in."""
    strip_rows = max(1, _STRIP_BYTES // (1 + width * channels))

    def strip(start: int) -> _Strip:
        stop = min(height, start + strip_rows)
        return _encode_strip(_lines(rows, start, stop), channels, recipes, last=stop == height)

    pieces = [_SIGNATURE + _chunk(b"IHDR", _header(width, height, channels)) + _chunk(b"IDAT", _ZLIB_HEADER)]
    checksum = 1
    for idat, adler, length in executor.map(strip, range(0, height, strip_rows)):
        pieces.append(idat)
        checksum = _joined_adler(checksum, adler, length)
    pieces.append(_chunk(b"IDAT", checksum.to_bytes(4, "big")) + _chunk(b"IEND", b""))
    return tuple(pieces)


class _Strip(NamedTuple):
    idat: bytes
    adler: int
    length: int


def _lines(rows: Rows, start: int, stop: int) -> np.ndarray:
    """Rows start..stop as lines of bytes, behind the line above them (zeros above the first)."""
    lines = rows(max(0, start - 1), stop)
    lines = lines.reshape(lines.shape[0], -1)
    return lines if start else np.concatenate([np.zeros_like(lines[:1]), lines])


def _encode_strip(lines: np.ndarray, step: int, recipes: Sequence[Recipe], last: bool) -> _Strip:
    recipe = _smallest_on_trial(lines, step, recipes)
    filtered = recipe.filter(lines, step)
    data = _deflate(filtered, recipe, zlib.Z_FINISH if last else zlib.Z_SYNC_FLUSH)
    return _Strip(_chunk(b"IDAT", data), zlib.adler32(filtered.data), filtered.nbytes)


def _smallest_on_trial(lines: np.ndarray, step: int, recipes: Sequence[Recipe]) -> Recipe:
    if len(recipes) == 1:
        return recipes[0]
    top = max(0, (len(lines) - 1 - _TRIAL_ROWS) // 2)
    sample = lines[top : top + 1 + _TRIAL_ROWS]
    return min(recipes, key=lambda recipe: len(_deflate(recipe.filter(sample, step), recipe, zlib.Z_FINISH)))


def _deflate(filtered: np.ndarray, recipe: Recipe, flush: int) -> bytes:
    deflate = zlib.compressobj(recipe.level, zlib.DEFLATED, -zlib.MAX_WBITS, 9, recipe.strategy)
    return deflate.compress(filtered.data) + deflate.flush(flush)


def _header(width: int, height: int, channels: int) -> bytes:
    return width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes((8, _COLOUR_TYPES[channels], 0, 0, 0))


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(data, zlib.crc32(kind))
    return b"".join((len(data).to_bytes(4, "big"), kind, data, checksum.to_bytes(4, "big")))


def _joined_adler(first: int, second: int, second_length: int) -> int:
    """The Adler-32 of two texts, from the Adler-32 of each (RFC 1950, section 8.2)."""
    first_sum, first_weighted = first & 0xFFFF, first >> 16
    second_sum, second_weighted = second & 0xFFFF, second >> 16
    total = (first_sum + second_sum - 1) % _ADLER_BASE
    weighted = (first_weighted + second_weighted + second_length * (first_sum - 1)) % _ADLER_BASE
    return weighted << 16 | total
