"""How little a print's PNG can cost: filter x level x strategy x strip, on ten kinds; written to print_png.md.

start.py COMFYUI print_png
"""

import io
import itertools
import statistics
import sys
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torchvision.io import encode_png

from ..imaging import encode_picture
from ..imaging.png import Recipe, _above, _average, _deflate, _left_neighbour, _lines, _marked, _unfiltered
from ..tests import prints
from . import peer, pictures
from .tables import table

_TEXT = Path(__file__).with_name("print_png.md")
_SIDE = 576
_SEED = 281126
_STRATEGIES = {
    "default": zlib.Z_DEFAULT_STRATEGY,
    "filtered": zlib.Z_FILTERED,
    "runs": zlib.Z_RLE,
    "Huffman": zlib.Z_HUFFMAN_ONLY,
}
_HARDNESSES = [
    *itertools.product((1, 2, 3, 4, 6), ("default", "filtered")),
    (1, "runs"),
    (1, "Huffman"),  # these two search for nothing, at any level
]
_STRIPS = {"96 KB": 96 * 1024, "768 KB": 768 * 1024, "whole": sys.maxsize}

Levels = np.ndarray
"""uint8 [H, W, 3]"""


class Setting(NamedTuple):
    """One way to write a print."""

    filter: str
    level: str
    strategy: str
    strip: str


class Outcome(NamedTuple):
    """Seconds of processor time, and bytes."""

    cpu: float
    size: int


class Row(NamedTuple):
    """A setting on all prints, each beside the peer's file of that print."""

    setting: Setting
    cpu: list[float]
    size: list[float]

    @property
    def median_cpu(self) -> float:
        return statistics.median(self.cpu)

    @property
    def median_size(self) -> float:
        return statistics.median(self.size)


def main(_: Path) -> None:
    """Called by `start`."""
    began = time.monotonic()
    drawn = ten_prints()
    of_peer = {name: _timed(lambda levels=levels: peer.encode(pictures.as_tensor(levels))) for name, levels in drawn}
    rows = [_row(setting, each, of_peer) for setting, each in _all_settings(drawn)]
    text = _document(rows)
    _TEXT.write_text(text, "utf-8")
    sys.stdout.write(f"{_summary(rows)}\nWritten to {_TEXT} in {time.monotonic() - began:.0f} s.\n")


def ten_prints() -> list[tuple[str, Levels]]:
    """Two by two tiles of each kind."""
    rng = np.random.default_rng(_SEED)
    half = _SIDE // 2
    families = (prints.camouflage, prints.dots, prints.checks, prints.leaves, prints.scales, prints.watercolour)
    tiles = {family.__name__: prints.cloth(family, rng, half, half).tile() for family in families}
    tiles["leaves, shaded"] = prints.cloth(prints.leaves, rng, half, half, is_shaded=True).tile()
    tiles["dots after JPEG"] = prints.jpeg(tiles["dots"], rng)
    tiles["cross-stitch"] = prints.cross_stitch(rng, half // 8, 8)
    drawn = [(name, np.tile(np.rint(tile * 255).astype(np.uint8), (2, 2, 1))) for name, tile in tiles.items()]
    return [*drawn, ("the pack's own", pictures.print_(_SIDE))]


def _all_settings(drawn: Sequence[tuple[str, Levels]]) -> Iterator[tuple[Setting, dict[str, Outcome]]]:
    for strip, (name, filter_) in itertools.product(_STRIPS, _FILTERS.items()):
        filtered = {kind: _filtered(levels, filter_, _STRIPS[strip]) for kind, levels in drawn}
        for level, strategy in _HARDNESSES:
            recipe = Recipe(filter_, level, _STRATEGIES[strategy])
            outcomes = {kind: _deflated(*each, recipe) for kind, each in filtered.items()}
            yield Setting(name, str(level), strategy, strip), outcomes
    for name, encode in _ENCODERS.items():
        yield name, {kind: _timed(lambda levels=levels, encode=encode: encode(levels)) for kind, levels in drawn}


def _filtered(levels: Levels, filter_: Callable[[np.ndarray, int], np.ndarray], strip: int) -> tuple[list, float]:
    """The filtered strips, and the seconds of processor time that took."""
    lines = _lines(lambda start, stop: levels[start:stop], 0, len(levels))
    rows = max(1, min(len(levels), strip // (lines.shape[1] + 1)))
    cpu = time.process_time()
    strips = [filter_(lines[top : top + rows + 1], 3) for top in range(0, len(levels), rows)]
    return strips, time.process_time() - cpu


def _deflated(strips: Sequence[np.ndarray], filter_cpu: float, recipe: Recipe) -> Outcome:
    cpu = time.process_time()
    size = sum(len(_deflate(strip, recipe, zlib.Z_FINISH)) for strip in strips)
    return Outcome(filter_cpu + time.process_time() - cpu, size)


def _timed(encode: Callable[[], bytes | str]) -> Outcome:
    cpu = time.process_time()
    encoded = encode()
    cpu = time.process_time() - cpu
    size = len(encoded) * 3 // 4 if isinstance(encoded, str) else len(encoded)  # what is text is base64
    return Outcome(cpu, size)


def _row(setting: Setting, outcomes: dict[str, Outcome], of_peer: dict[str, Outcome]) -> Row:
    pairs = [(outcomes[kind], of_peer[kind]) for kind in of_peer]
    return Row(
        setting, [ours.cpu / theirs.cpu for ours, theirs in pairs], [ours.size / theirs.size for ours, theirs in pairs]
    )


# -- filters and encoders


def _paeth(lines: np.ndarray, step: int) -> np.ndarray:
    filtered = _marked(4, lines[1:])
    pixels = lines.astype(np.int16)
    beside = np.pad(pixels[:, :-step], ((0, 0), (step, 0)))
    left, above, corner = beside[1:], pixels[:-1], beside[:-1]
    by_left, by_above, by_corner = abs(above - corner), abs(left - corner), abs(left + above - 2 * corner)
    nearest = np.where(
        (by_left <= by_above) & (by_left <= by_corner), left, np.where(by_above <= by_corner, above, corner)
    )
    filtered[:, 1:] -= nearest.astype(np.uint8)
    return filtered


def _best_of_each_row(lines: np.ndarray, step: int) -> np.ndarray:
    """As libpng chooses: the filter whose bytes, taken as signed, have the least sum."""
    tried = np.stack([filter_(lines, step) for filter_ in (_unfiltered, _left_neighbour, _above, _average, _paeth)])
    sums = np.abs(tried[:, :, 1:].view(np.int8).astype(np.int16)).sum(axis=2, dtype=np.int64)
    return np.ascontiguousarray(tried[sums.argmin(axis=0), np.arange(tried.shape[1])])


_FILTERS = {
    "none": _unfiltered,
    "left": _left_neighbour,
    "above": _above,
    "average": _average,
    "Paeth": _paeth,
    "best of each row": _best_of_each_row,
}


def _by_the_pack(levels: Levels) -> bytes:
    return b"".join(encode_picture("image", pictures.as_tensor(levels)[0]).chunks)


def _by_torchvision(level: int) -> Callable[[Levels], bytes]:
    def encode(levels: Levels) -> bytes:
        return encode_png(torch.from_numpy(levels).permute(2, 0, 1).contiguous(), level).numpy().tobytes()

    return encode


def _by_pyav(prediction: str, level: int) -> Callable[[Levels], bytes]:
    import av

    def encode(levels: Levels) -> bytes:
        file = io.BytesIO()
        with av.open(file, "w", format="image2pipe") as container:
            stream = container.add_stream("png", options={"pred": prediction, "compression_level": str(level)})
            stream.height, stream.width, stream.pix_fmt = *levels.shape[:2], "rgb24"
            for packet in (*stream.encode(av.VideoFrame.from_ndarray(levels, "rgb24")), *stream.encode()):
                container.mux(packet)
        return file.getvalue()

    return encode


_OURS = Setting("the pack, from floats", "4", "default", "768 KB")
_ENCODERS: dict[Setting, Callable[[Levels], bytes]] = {
    _OURS: _by_the_pack,
    **{Setting("torchvision (libpng)", str(level), "", "whole"): _by_torchvision(level) for level in (1, 3, 6)},
    **{
        Setting(f"PyAV (libavcodec), {prediction}", str(level), "", "whole"): _by_pyav(prediction, level)
        for prediction, level in itertools.product(("up", "mixed"), (1, 3))
    },
}

# -- what is told of them


def _document(rows: Sequence[Row]) -> str:
    parts = [
        "# What a print's PNG can cost",
        f"Written by `benchmarks/print_png.py` with the bench: ten kinds of prints of {_SIDE}², the same pixels to "
        "everybody; processor time and bytes beside what ComfyUI's partner nodes make of that print (Pillow), median "
        "and worst of the ten. The rows with a strategy are the filter and deflate alone, from bytes; the pack and the "
        "peer begin with floats. Only what is there anyway is tried: the standard library's zlib, and what ComfyUI "
        "brings along.",
        _summary(rows),
        table(
            "filter | level | strategy | strip | CPU | worst | bytes | worst",
            (_cells(row) for row in sorted(rows, key=lambda row: row.median_cpu)),
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _summary(rows: Sequence[Row]) -> str:
    ours = next(row for row in rows if row.setting == _OURS)
    others = [row for row in rows if row is not ours]
    sizes = {"than the peer": 1.0, "than the pack's own": ours.median_size, "than 1.1 x the peer's": 1.1}
    lines = [f"The pack's own: {_figures(ours)}."]
    for than, size in sizes.items():
        small = [row for row in others if row.median_size <= size]
        if not small:
            lines.append(f"None has no more bytes {than}.")
            continue
        row = min(small, key=lambda row: row.median_cpu)
        lines.append(f"Cheapest with no more bytes {than}: {', '.join(filter(None, row.setting))}: {_figures(row)}.")
    return "\n".join(f"- {line}" for line in lines)


def _figures(row: Row) -> str:
    return f"{row.median_cpu:.2f} x the peer's processor time, {row.median_size:.3f} x its bytes"


def _cells(row: Row) -> list[str]:
    return [
        *row.setting,
        f"{row.median_cpu:.2f}",
        f"{max(row.cpu):.2f}",
        f"{row.median_size:.3f}",
        f"{max(row.size):.3f}",
    ]
