"""What laying out cloth costs beside writing its memory once, and what a print file costs in each format."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import torch

from ..imaging import encode_local_png
from ..pattern import FORMATS, Layout, eight_bits, encode_print, lay_out
from . import pictures
from .clock import Contestant, Cost, interleaved

CLOTH_SIDES = (2048, 8192)
TILES_A_SIDE = 4
PRINT_SIDE = 2048
LAYOUTS = (Layout("straight"), Layout("half-drop"), Layout("mirror"))


class Laying(NamedTuple):
    """One layout, of which TILES_A_SIDE² tiles are laid out to a cloth, and as much new memory filled once."""

    side: int
    """Of the cloth, in pixels."""
    layout: str
    laid: Cost
    written: Cost

    @property
    def ratio(self) -> float:
        return self.laid.wall / self.written.wall


class Saving(NamedTuple):
    """One format: from the floats of a print of `PRINT_SIDE`² to the bytes of its file."""

    kind: str
    file_format: str
    cost: Cost
    byte_count: int


def laying_rows(seconds: float) -> Iterator[Laying]:
    for side in CLOTH_SIDES:
        tile = pictures.image_tensor("print", side // TILES_A_SIDE)
        for layout in LAYOUTS:
            costs = interleaved({"laid": _laid(tile, layout, side), "written": _written(side)}, seconds)
            yield Laying(side, str(layout), costs["laid"], costs["written"])


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
    picture = pictures.image_tensor(kind.removeprefix("flat "), PRINT_SIDE)[0].numpy()
    return np.floor(picture * 3.99) / np.float32(4) if kind == "flat print" else picture


def _laid(tile: torch.Tensor, layout: Layout, side: int) -> Contestant:
    def run() -> None:
        straight = torch.from_numpy(layout.straight_tile(tile[0].numpy()))
        lay_out(straight.unsqueeze(0), side, side)

    return run


def _written(side: int) -> Contestant:
    def run() -> None:
        torch.full((side, side, 3), 0.5)

    return run


def _file(picture: np.ndarray, file_format: str) -> int:
    return encode_print("images", eight_bits(picture), file_format, 150, {}, encode_local_png).byte_count


def _discard(work: Callable[[], object]) -> Contestant:
    def run() -> None:
        work()

    return run
