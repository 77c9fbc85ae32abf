"""What laying out cloth costs beside writing its memory once, and what a print file costs in each format."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import torch

from ..imaging import encode_picture
from ..pattern import FORMATS, Layout, eight_bits, encode_print, lay_out
from . import pictures
from .clock import Contestant, Cost, interleaved

CLOTH_SIDE = 8192
TILE_SIDE = 2048
LAYOUTS = (Layout("straight"), Layout("half-drop"), Layout("mirror"))


class Laying(NamedTuple):
    """One layout: laid out to `CLOTH_SIDE`² from a tile of `TILE_SIDE`², and as much new memory filled once."""

    layout: str
    laid: Cost
    written: Cost

    @property
    def ratio(self) -> float:
        """At most 1.5 is wanted."""
        return self.laid.wall / self.written.wall


class Saving(NamedTuple):
    """One format: from the floats of a print of `TILE_SIDE`² to the bytes of its file."""

    kind: str
    file_format: str
    cost: Cost
    byte_count: int


def laying_rows(seconds: float) -> Iterator[Laying]:
    tile = pictures.image_tensor("print", TILE_SIDE)
    for layout in LAYOUTS:
        costs = interleaved({"laid": _laid(tile, layout), "written": _write}, seconds)
        yield Laying(str(layout), costs["laid"], costs["written"])


def saving_rows(seconds: float) -> Iterator[Saving]:
    """A photo, a print, and a print in at most 64 flat colours, which alone an indexed TIFF can hold."""
    for kind in ("photo", "print", "flat print"):
        picture = _picture(kind)
        for file_format in FORMATS:
            if file_format == "indexed TIFF" and kind != "flat print":
                continue
            made = _file(picture, file_format)
            cost = interleaved({file_format: _discard(lambda f=file_format, p=picture: _file(p, f))}, seconds)
            yield Saving(kind, file_format, cost[file_format], made)


def _picture(kind: str) -> np.ndarray:
    picture = pictures.image_tensor(kind.removeprefix("flat "), TILE_SIDE)[0].numpy()
    return np.floor(picture * 3.99) / np.float32(4) if kind == "flat print" else picture


def _laid(tile: torch.Tensor, layout: Layout) -> Contestant:
    def run() -> None:
        straight = torch.from_numpy(layout.straight_tile(tile[0].numpy()))
        lay_out(straight.unsqueeze(0), CLOTH_SIDE, CLOTH_SIDE)

    return run


def _write() -> None:
    torch.full((CLOTH_SIDE, CLOTH_SIDE, 3), 0.5)


def _file(picture: np.ndarray, file_format: str) -> int:
    return encode_print("images", eight_bits(picture), file_format, 150, {}, _png).byte_count


def _png(levels: np.ndarray) -> tuple[bytes, ...]:
    return encode_picture("images", torch.from_numpy(levels), "lossless", max(levels.shape)).chunks


def _discard(work: Callable[[], object]) -> Contestant:
    def run() -> None:
        work()

    return run
