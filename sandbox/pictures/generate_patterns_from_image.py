"""GeneratePatternsFromImage, drawn: the print inside a box, flat, and tileable when asked for."""

from collections.abc import Iterator
from functools import cached_property

import numpy as np

from .processing.float_images import FloatImage, Pixels, colours, pixels, resized
from .processing.light import evenly_lit, light_on
from .processing.repeat import Repeat, find_repeat
from .processing.tiling import quilted_into_itself, resized_wrapped
from .processing.unfolding import Cell, Cloth, unfold

Part = tuple[slice, slice]

_PARTS_TRIED = 3
_SEARCHED = 640
_DEEPEST_SHADE, _BRIGHTEST_LIGHT = 0.3, 1.6
_TAIL = 0.15
"""Of a sewn tile's length: how much of what follows it is sewn onto its beginning."""
_LEAST_USED = 0.6
_COMPARED, _LEAST_COMPARED = 192, 16
_LEAST_WINDOW = 0.95
"""Of the box: the smallest part that a seed may choose."""
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
        """Nearly the whole box, in even light."""
        height, width = self._flat.shape[:2]
        share = choice.uniform(_LEAST_WINDOW, 1)
        left, top = choice.uniform(0, 1 - share, 2) * (width, height)
        part = (left, top, left + share * width, top + share * height)
        return resized(self._flat, self._width, self._height, part=part)

    def _tile(self, choice: np.random.Generator) -> FloatImage:
        """A tile that begins at a place of the seed's choice."""
        whole = self._repeats(self._cloth, choice) if self._cloth else self._quilt
        shift = choice.integers(0, (self._height, self._width))
        return np.roll(whole, tuple(shift), axis=(0, 1))

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
        return self._picture / _light_on_all(self._picture)[..., None]

    @cached_property
    def _cloth(self) -> Cloth | None:
        """The box, or the part of it that shows a regular print best, as cloth; None when there is no such print."""
        for part, repeat in _printed_parts(self._flat):
            picture = self._picture[part]
            cloth = unfold(picture, _light_on_all(picture), repeat)
            if cloth is not None:
                return cloth
        return None

    @cached_property
    def _quilt(self) -> FloatImage:
        """As much of the box as comes back to where it began, its edges sewn to each other."""
        right, bottom = (_length_that_comes_back(self._flat, axis) for axis in (1, 0))
        tail_x, tail_y = round(_TAIL * self._width), round(_TAIL * self._height)
        whole = resized(self._flat, self._width + tail_x, self._height + tail_y, part=(0, 0, right, bottom))
        return quilted_into_itself(quilted_into_itself(whole, tail_x, axis=1), tail_y, axis=0)


def _light_on_all(picture: FloatImage) -> FloatImage:
    light = light_on(picture, np.ones(picture.shape[:2], np.float32))
    return np.clip(light, _DEEPEST_SHADE, _BRIGHTEST_LIGHT)


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


def _length_that_comes_back(flat: FloatImage, axis: int) -> float:
    """Pixels along an axis after whose first part (1 of 1 + _TAIL) the picture is most like its beginning."""
    length = flat.shape[axis]
    lines = np.moveaxis(resized(flat, min(flat.shape[1], _COMPARED), min(flat.shape[0], _COMPARED)), axis, 0)
    if len(lines) < _LEAST_COMPARED:
        return length
    candidates = range(round(_LEAST_USED * len(lines)), len(lines) + 1)

    def difference(end: int) -> float:
        start = round(end / (1 + _TAIL))
        return float(np.abs(lines[start:end] - lines[: end - start]).mean())

    return min(candidates, key=difference) * length / len(lines)


def _all_but_one(cells: tuple[Cell, ...], choice: np.random.Generator) -> tuple[Cell, ...]:
    if len(cells) < _LEFT_OUT:
        return cells
    # The first cell is the most complete one: without it there may be gaps.
    left_out = int(choice.integers(1, len(cells)))
    return cells[:left_out] + cells[left_out + 1 :]
