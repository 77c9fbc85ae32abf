"""A tile laid out as cloth. Pixels are copied, never resampled."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from .errors import PatternRefused
from .layouts import Layout
from .print_sizes import CENTIMETRES_PER_INCH, described, pixels, refuse_no_size

LONGEST_SIDE = 16384
MOST_PIXELS = LONGEST_SIDE**2
"""Of all that is laid at once: 3 GB of floats."""
MOST_TILES = 1000
"""Beside each other, or one below the other."""


@dataclass(frozen=True)
class Extent:
    """How much cloth: `columns` x `rows` tiles, or, where it is given, a size in centimetres.

    `dpi` is how many pixels of a tile lie on an inch; 0 is not given, as are a width and a height of 0. A width or a
    height without `dpi` tells it: the columns, or the rows, take up so much.
    """

    columns: int
    rows: int
    width_cm: float = 0
    height_cm: float = 0
    dpi: float = 0

    def __post_init__(self) -> None:
        refuse_no_size(width_cm=self.width_cm, height_cm=self.height_cm, dpi=self.dpi)
        for name in ("columns", "rows"):
            if not 1 <= (count := getattr(self, name)) <= MOST_TILES:
                raise PatternRefused(name, f"{count} is outside 1 to {MOST_TILES}.", "Give a number of tiles.")

    def resolution(self, width: int, height: int) -> float:
        """Pixels an inch of a tile of this size in pixels; 0 where nothing tells it."""
        if self.dpi:
            return self.dpi
        if self.width_cm:
            return self.columns * width / (self.width_cm / CENTIMETRES_PER_INCH)
        return self.rows * height / (self.height_cm / CENTIMETRES_PER_INCH) if self.height_cm else 0

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Width and height in pixels of the cloth of a tile of this size."""
        dpi = self.resolution(width, height)
        return (
            self._side("width_cm", self.width_cm, "columns", self.columns * width, dpi),
            self._side("height_cm", self.height_cm, "rows", self.rows * height, dpi),
        )

    def _side(self, name: str, length: float, count_name: str, of_tiles: int, dpi: float) -> int:
        side = pixels(length, dpi) if length else of_tiles
        if not 1 <= side <= LONGEST_SIDE:
            raise PatternRefused(
                name if length else count_name,
                f"this side of the cloth would have {side} pixels; it may have 1 to {LONGEST_SIDE}.",
                "Lay out more of it, or raise dpi." if side < 1 else "Lay out less of it, or give a smaller tile.",
            )
        return side


def refuse_too_much(count: int, tile: tuple[int, int], layout: Layout, cloth: tuple[int, int]) -> None:
    """Raises PatternRefused where the straight tiles, or the cloths, of so many tiles (width, height) are too large."""
    columns, rows = layout.period
    width, height = columns * tile[0], rows * tile[1]
    if count * width * height > MOST_PIXELS:
        raise PatternRefused(
            "drop" if layout.is_dropped else "tile",
            f"the tile that repeats straight would have {width} x {height} pixels{_together(count)}; "
            f"{MOST_PIXELS / 1e6:.0f} million can be laid.",
            "Give a smaller tile, or a fraction with a smaller number below the line."
            if layout.is_dropped
            else "Give a smaller tile.",
        )
    if count * cloth[0] * cloth[1] > MOST_PIXELS:
        raise PatternRefused(
            "tile",
            f"the cloth would have {cloth[0]} x {cloth[1]} pixels{_together(count)}; "
            f"{MOST_PIXELS / 1e6:.0f} million can be laid.",
            "Lay out less of it, or give fewer tiles at once.",
        )


def _together(count: int) -> str:
    return f", {count} times" if count > 1 else ""


def lay_out(straight: torch.Tensor, width: int, height: int) -> torch.Tensor:
    """Cloth [B,height,width,C] of straight tiles [B,H,W,C], from their top left corner; the last tiles may be cut."""
    cloths = torch.empty((len(straight), height, width, straight.shape[3]), dtype=straight.dtype)
    for cloth, tile in zip(cloths, straight, strict=True):
        _lay(cloth, tile)
    return cloths


def _lay(cloth: torch.Tensor, tile: torch.Tensor) -> None:
    """One row of tiles, and then copies of that, which are whole lines of memory."""
    height, width = min(len(tile), len(cloth)), cloth.shape[1]
    band = cloth[:height]
    for left in range(0, width, tile.shape[1]):
        place = band[:, left : left + tile.shape[1]]
        place.copy_(tile[:height, : place.shape[1]])
    for top in range(height, len(cloth), height):
        place = cloth[top : top + height]
        place.copy_(band[: len(place)])


def report_cloth(tile: tuple[int, int], layout: Layout, extent: Extent) -> tuple[str, ...]:
    """Lines that tell how much cloth a tile (width, height) makes, and how it is laid."""
    width, height = extent.size(*tile)
    columns, rows = layout.period
    lines = [
        f"Cloth: {width} x {height} pixels, {width / tile[0]:.3g} x {height / tile[1]:.3g} tiles, {layout}.",
        f"It repeats straight every {columns * tile[0]} x {rows * tile[1]} pixels.",
    ]
    if dpi := extent.resolution(*tile):
        lines.append(f"Printed size: {described(width, height, dpi)}; one tile {described(*tile, dpi)}.")
    if len(steps := layout.steps(tile[1], tile[0])) > 1:
        side, lie = ("height", "columns lie") if layout.kind == "half-drop" else ("width", "rows lie")
        lines.append(
            f"{layout.drop} of the {side} is no whole number of pixels: the {lie} {' and '.join(map(str, steps))} "
            f"pixels from each other in turn. A {side} that {layout.drop.denominator} divides makes them even."
        )
    return tuple(lines)
