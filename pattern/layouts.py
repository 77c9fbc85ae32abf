"""Layouts: how a tile repeats on cloth, column beside column and row over row."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, NamedTuple, get_args

import numpy as np

from .errors import PatternRefused
from .threads import in_slices

Kind = Literal["straight", "half-drop", "half-brick", "mirror", "turned"]
LAYOUTS: tuple[Kind, ...] = get_args(Kind)
_BY_NAME: dict[str, Kind] = {kind: kind for kind in LAYOUTS}
_DROPPED: tuple[Kind, ...] = ("half-drop", "half-brick")

_FRACTION = re.compile(r"\s*(\d{1,3})\s*/\s*(\d{1,3})\s*")
_FORM = "Write a fraction between 0 and 1, for example 1/2 or 1/3."


def parse_drop(text: str) -> Fraction:
    """By which part of the tile each column lies lower, or each row further right: n/m between 0 and 1."""
    return _fraction("drop", text)


def _fraction(name: str, text: str) -> Fraction:
    if not (found := _FRACTION.fullmatch(text)):
        raise PatternRefused(name, f"“{text[:40]}” is no fraction.", _FORM)
    numerator, denominator = map(int, found.groups())
    if not 0 < numerator < denominator:
        raise PatternRefused(name, f"{text.strip()} is not between 0 and 1.", _FORM)
    return Fraction(numerator, denominator)


class Joint(NamedTuple):
    """Two tiles [H,W,C] that lie side by side (axis 1) or one above the other (axis 0), the first one first."""

    axis: int
    first: np.ndarray
    second: np.ndarray


@dataclass(frozen=True)
class Layout:
    """straight; half-drop: each column lies lower by `drop` of the height; half-brick: each row further right by it.

    mirror: every other column and row is mirrored. turned: every other tile, as on a chessboard, by 180 degrees.
    """

    kind: Kind
    drop: Fraction = Fraction(1, 2)

    def __str__(self) -> str:
        return f"{self.kind} {self.drop}" if self.is_dropped else self.kind

    @property
    def is_dropped(self) -> bool:
        """Whether `drop` says anything of it."""
        return self.kind in _DROPPED

    @property
    def period(self) -> tuple[int, int]:
        """After how many columns and rows the cloth begins anew."""
        match self.kind:
            case "straight":
                return 1, 1
            case "half-drop":
                return self.drop.denominator, 1
            case "half-brick":
                return 1, self.drop.denominator
            case _:
                return 2, 2

    def straight_tile(self, tile: np.ndarray) -> np.ndarray:
        """The smallest tile that makes the same cloth when it is laid straight; it may be the tile itself."""
        columns, rows = self.period
        if columns == rows == 1:
            return tile
        tile = np.ascontiguousarray(tile)  # what was scaled before has its channels apart from each other in memory
        height, width = tile.shape[:2]
        straight = np.empty((rows * height, columns * width, tile.shape[2]), tile.dtype)
        for row in range(rows):
            for column in range(columns):
                place = straight[row * height : (row + 1) * height, column * width : (column + 1) * width]
                _copy(self.placed(tile, column, row), place)
        return straight

    def placed(self, tile: np.ndarray, column: int, row: int) -> np.ndarray:
        """The tile as it lies there. A half-drop's column, and a half-brick's row, begins with a part of it."""
        match self.kind:
            case "half-drop":
                return np.roll(tile, self.offset(tile.shape[0], column), axis=0)
            case "half-brick":
                return np.roll(tile, self.offset(tile.shape[1], row), axis=1)
            case "mirror":
                return tile[:: 1 - 2 * (row % 2), :: 1 - 2 * (column % 2)]
            case "turned" if (column + row) % 2:
                return tile[::-1, ::-1]
            case _:
                return tile

    def offset(self, length: int, index: int) -> int:
        """Whole pixels by which a column or row of tiles of this length is shifted."""
        return index * length * self.drop.numerator // self.drop.denominator % length

    def steps(self, height: int, width: int) -> tuple[int, ...]:
        """Pixels between a column or row and the next; two, which come in turn, where they cannot be equal."""
        length = {"half-drop": height, "half-brick": width}.get(self.kind)
        if length is None:
            return ()
        offsets = [self.offset(length, index) for index in range(self.drop.denominator + 1)]
        return tuple(sorted({(after - before) % length for before, after in itertools.pairwise(offsets)}))

    def joints(self, tile: np.ndarray) -> list[Joint]:
        """Each way in which an edge of the tile meets another one, once."""
        steps = self.steps(*tile.shape[:2])
        match self.kind:
            case "half-drop":
                return [*(Joint(1, tile, np.roll(tile, step, axis=0)) for step in steps), Joint(0, tile, tile)]
            case "half-brick":
                return [Joint(1, tile, tile), *(Joint(0, tile, np.roll(tile, step, axis=1)) for step in steps)]
            case "mirror":
                return [*_both_ways(1, tile, tile[:, ::-1]), *_both_ways(0, tile, tile[::-1])]
            case "turned":
                return [joint for axis in (1, 0) for joint in _both_ways(axis, tile, tile[::-1, ::-1])]
            case _:
                return [Joint(1, tile, tile), Joint(0, tile, tile)]


def _copy(tile: np.ndarray, place: np.ndarray) -> None:
    """Copies whole pixels: the channels one by one, where their order is another, take twice as long."""
    pixel = np.dtype((np.void, tile.shape[2] * tile.itemsize))

    def copy(rows: slice) -> None:
        place[rows].view(pixel)[...] = tile[rows].view(pixel)

    in_slices(len(tile), copy, longest=64)


def _both_ways(axis: int, one: np.ndarray, other: np.ndarray) -> tuple[Joint, Joint]:
    return Joint(axis, one, other), Joint(axis, other, one)


def parse_layout(layout: str, drop: str) -> Layout:
    """A layout by its name, or by its name and fraction, as "half-drop 1/3", which `drop` then does not change.

    `drop` is read only by a half-drop and a half-brick.
    """
    name, _, own_drop = layout.strip().partition(" ")
    kind = _BY_NAME.get(name)
    if kind is None or (own_drop and kind not in _DROPPED):
        raise PatternRefused(
            "layout", f"“{layout[:40]}” is no layout.", f"Give {', '.join(LAYOUTS[:-1])} or {LAYOUTS[-1]}."
        )
    if kind not in _DROPPED:
        return Layout(kind)
    return Layout(kind, _fraction("layout", own_drop) if own_drop else parse_drop(drop))
