"""GeneratePatternsFromImage, drawn: the print inside a box, flat, and tileable when asked for.

A tile of a print that repeats for certain is the median of its repeats. Where that is in doubt nothing is averaged: a
piece of the box is cut out and sewn to itself.
"""

from collections.abc import Iterator
from functools import cached_property

import numpy as np

from .processing.contents import Contents
from .processing.float_images import FloatImage, Pixels, colours, pixels, resized
from .processing.light import evenly_lit, light_over, shows_ground
from .processing.pieces import best_piece
from .processing.repeat import Repeat, find_repeat
from .processing.sewing import sewn
from .processing.tiling import quietest_line, resized_wrapped
from .processing.unfolding import Cell, Cloth, keeps_detail, unfold

Part = tuple[slice, slice]

_PARTS_TRIED = 3
_SEARCHED = 640
_LEAST_WINDOW = 0.95
"""Of the box: the smallest part that a seed may choose."""
_LEAST_SHOWN = 0.6
"""Of the box: what a picture of another shape must show of it; one that cannot is filled with repeats."""
_UNSEEN_STRETCH = 1.1
_PLACES_TRIED = 17
_LEFT_OUT = 4
"""A seed looks at all good repeats of a print but one, when there are at least this many."""


class PatternExtraction:
    """What one GeneratePatternsFromImage asks for; each seed makes one picture of it."""

    def __init__(self, crop: Pixels, size: tuple[int, int], tiling: bool) -> None:
        """`crop` [h, w, 3] is what the box holds; `size` is the result's width and height."""
        self._crop = crop
        self._width, self._height = size
        self._tiling = tiling

    def picture(self, seed: int) -> Pixels:
        """[Height, Width, 3]; the same seed gives the same picture."""
        choice = np.random.default_rng(seed)
        return pixels(self._tile(choice) if self._tiling else self._window(choice))

    def _window(self, choice: np.random.Generator) -> FloatImage:
        """Nearly the whole box, in even light; where the picture is much longer than the box, the print goes on."""
        left, top, width, height = self._part
        if width * height < _LEAST_SHOWN * self._flat.shape[0] * self._flat.shape[1]:
            return self._tile(choice)
        share = choice.uniform(_LEAST_WINDOW, 1)
        move_x, move_y = choice.uniform(0, 1 - share, 2) * (width, height)
        left, top = left + move_x, top + move_y
        part = (left, top, left + share * width, top + share * height)
        return resized(self._flat, self._width, self._height, part=part)

    @cached_property
    def _part(self) -> tuple[float, float, float, float]:
        """Left, top, width and height of the part that is most like the box, of those of about the picture's shape."""
        rows, columns = self._flat.shape[:2]
        shape = (self._width / self._height) / (columns / rows)
        across, down = (min(1.0, side if side >= 1 else side * _UNSEEN_STRETCH) for side in (shape, 1 / shape))
        ways = np.linspace(0, 1, _PLACES_TRIED)
        left, top = ways * (1 - across), ways * (1 - down)
        likest = int(Contents(self._flat).unlikeness(left, top, left + across, top + down).argmin())
        return float(left[likest] * columns), float(top[likest] * rows), across * columns, down * rows

    def _tile(self, choice: np.random.Generator) -> FloatImage:
        """A tile that begins at a place of the seed's choice."""
        whole = self._repeats(self._cloth, choice) if self._cloth else self._quilt
        row, column = -choice.integers(0, (self._height, self._width))
        if self._cloth is None:
            row, column = quietest_line(whole, row, axis=0), quietest_line(whole, column, axis=1)
        return np.roll(whole, (-row, -column), axis=(0, 1))

    def _repeats(self, cloth: Cloth, choice: np.random.Generator) -> FloatImage:
        """A whole number of repeats of the print."""
        across, down = self._counts(cloth)
        width, height = -(-self._width // across), -(-self._height // down)
        tile = evenly_lit(cloth.tile(width, height, _all_but_one(cloth.cells, choice)))
        return resized_wrapped(np.tile(tile, (down, across, 1)), self._width, self._height)

    def _counts(self, cloth: Cloth) -> tuple[int, int]:
        """How many repeats go across and down: about as many as in the box, and few as are stretched little."""
        step_x, step_y = cloth.repeat.lengths
        rows, columns = cloth.light.shape
        wanted_x, wanted_y = columns / step_x, rows / step_y

        def misfit(across: int, down: int) -> float:
            stretch = (self._width / across / step_x) / (self._height / down / step_y)
            return 4 * abs(np.log(stretch)) + abs(np.log(across / wanted_x)) + abs(np.log(down / wanted_y))

        counts = [(i, j) for i in range(1, int(wanted_x) + 2) for j in range(1, int(wanted_y) + 2)]
        return min(counts, key=lambda count: misfit(*count))

    @cached_property
    def _picture(self) -> FloatImage:
        return colours(self._crop)

    @cached_property
    def _flat(self) -> FloatImage:
        return self._picture / light_over(self._picture)[..., None]

    @cached_property
    def _cloth(self) -> Cloth | None:
        """The box, or the part of it that shows a regular print best, as cloth; None when there is no such print."""
        for part, repeat in _printed_parts(self._flat):
            picture = self._picture[part]
            light = light_over(picture)
            cloth = unfold(picture, light, repeat, on_ground=shows_ground(picture, light))
            if cloth is not None and keeps_detail(cloth, self._flat):
                return cloth
        return None

    @cached_property
    def _quilt(self) -> FloatImage:
        """The piece of the box that is sewn to itself best, as often as fills the picture."""
        piece = best_piece(self._flat, self._width, self._height)
        width, height = -(-self._width // piece.across), -(-self._height // piece.down)
        tile = resized_wrapped(sewn(self._flat, piece, width, height), width, height)
        return resized_wrapped(np.tile(tile, (piece.down, piece.across, 1)), self._width, self._height)


def _printed_parts(flat: FloatImage) -> Iterator[tuple[Part, Repeat]]:
    """Parts of a picture that repeat, and their repeats: the whole first, then the most regular ones of its parts."""
    if repeat := find_repeat(flat):
        yield np.s_[:, :], repeat
    factor = min(1.0, _SEARCHED / max(flat.shape))
    height, width = round(flat.shape[0] * factor), round(flat.shape[1] * factor)
    small = resized(flat, width, height)
    found = [(part, repeat) for part in _parts(width, height) if (repeat := find_repeat(small[part]))]
    found.sort(key=lambda pair: -pair[1].likeness * _detail(small[pair[0]]))
    for (rows, columns), repeat in found[:_PARTS_TRIED]:
        yield (_stretched(rows, 1 / factor), _stretched(columns, 1 / factor)), repeat.scaled(1 / factor)


def _detail(picture: FloatImage) -> float:
    """How much there is to see: a wall is as regular as a print."""
    return float(np.abs(picture - np.median(picture, axis=(0, 1))).mean())


def _parts(width: int, height: int) -> Iterator[Part]:
    """Halves and thirds of a picture, each overlapping the next by half."""
    for share in (2, 3):
        rows, columns = height // share, width // share
        for row in range(2 * share - 1):
            for column in range(2 * share - 1):
                top, left = row * rows // 2, column * columns // 2
                yield np.s_[top : top + rows, left : left + columns]


def _stretched(part: slice, factor: float) -> slice:
    return slice(round(part.start * factor), round(part.stop * factor))


def _all_but_one(cells: tuple[Cell, ...], choice: np.random.Generator) -> tuple[Cell, ...]:
    if len(cells) < _LEFT_OUT:
        return cells
    # The first cell is the most complete one: without it there may be gaps.
    left_out = int(choice.integers(1, len(cells)))
    return cells[:left_out] + cells[left_out + 1 :]
