"""Sizes that a picture is enlarged to, and tiles that still repeat once they were enlarged."""

import math
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image

from .decoding import Decoded, batch_notes, decode_picture, refuse_nothing
from .errors import ImageRefused
from .sizes import Size
from .workers import own_pool

_MARGINS = range(32, 65)
"""Pixels of a tile that are laid around it: whatever enlarges it sees beyond an edge what lies there on cloth."""


class _Side(NamedTuple):
    """One side of a tile, in pixels, what is laid on its either end, and what the side alone becomes."""

    length: int
    margin: int
    enlarged: int

    @property
    def asked(self) -> int:
        """What the side and its margins become, in whole pixels."""
        return self.enlarged + 2 * round(self.margin * self.enlarged / self.length)

    def indices(self) -> torch.Tensor:
        return torch.arange(-self.margin, self.length + self.margin) % self.length

    def within(self, got: int) -> tuple[Fraction, Fraction]:
        """Where the side alone begins and ends in the `got` pixels that it and its margins became."""
        scale = Fraction(got, self.length + 2 * self.margin)
        return self.margin * scale, (self.margin + self.length) * scale


class Wrapping(NamedTuple):
    """A tile's sides, with what is laid around them so that they are enlarged as if the tile went on there."""

    x: _Side
    y: _Side

    @property
    def asked(self) -> Size:
        """The size to ask for: that of the enlarged tile with what is around it."""
        return self.x.asked, self.y.asked

    def around(self, tile: torch.Tensor) -> torch.Tensor:
        """The tile [h,w,C] with its margins."""
        return tile[self.y.indices()][:, self.x.indices()]

    def cut(self, image: torch.Tensor) -> torch.Tensor:
        """The tile [H,W,C] in what it and its margins became, of whatever size; to the pixel where that is possible."""
        (left, right), (top, bottom) = self.x.within(image.shape[1]), self.y.within(image.shape[0])
        if self._is_cut_to_the_pixel(image.shape[1], image.shape[0]):
            return image[int(top) : int(bottom), int(left) : int(right)]
        edges = (float(left), float(top), float(right), float(bottom))
        return _resampled(image, (self.x.enlarged, self.y.enlarged), edges)

    def note(self, width: int, height: int) -> str | None:
        """What is to be said of the cut of a picture of this size; None where no pixel of it was changed."""
        if self._is_cut_to_the_pixel(width, height):
            return None
        size = f"{self.x.enlarged} x {self.y.enlarged}"
        if (width, height) != self.asked:
            asked = f"{self.asked[0]} x {self.asked[1]}"
            return f"it came as {width} x {height} instead of {asked}, and the tile was resized to {size}"
        return f"the tile was cut out between pixels, resampled to {size}"

    def _is_cut_to_the_pixel(self, width: int, height: int) -> bool:
        edges = [(side, *side.within(got)) for side, got in ((self.x, width), (self.y, height))]
        return all(
            start.denominator == end.denominator == 1 and end - start == side.enlarged for side, start, end in edges
        )


def wrapping(tile: Size, enlarged: Size) -> Wrapping:
    """The margins with which a tile's edges come nearest to whole pixels of what it becomes."""
    x, y = (_side(length, new) for length, new in zip(tile, enlarged, strict=True))
    return Wrapping(x, y)


def cut_tiles(around: Wrapping, paths: Sequence[Path]) -> Decoded:
    """The tiles in result files, without what was laid around them. Raises UnreadableImage."""
    refuse_nothing(paths)
    images = torch.empty(len(paths), around.y.enlarged, around.x.enlarged, 3)
    masks = torch.empty(images.shape[:3])

    def cut_tile(path: Path, image: torch.Tensor, mask: torch.Tensor) -> tuple[str, ...]:
        decoded, transparency, notes = decode_picture(path)
        image[:] = around.cut(torch.from_numpy(decoded))
        mask[:] = around.cut(torch.from_numpy(transparency)[..., None])[..., 0]
        note = around.note(decoded.shape[1], decoded.shape[0])
        return (*notes, *filter(None, [note]))

    notes = list(own_pool().map(cut_tile, paths, images, masks))
    return Decoded(images, masks, batch_notes(notes))


def enlarged_size(width: int, height: int, factor: float, image: Size, limits: Size, is_tile: bool) -> Size:
    """The size that an image is enlarged to: the one given, or, where both sides are 0, its own times `factor`.

    A single side of 0 follows the other in the proportions of the image. What lies outside `limits`, for a tile
    together with what is laid around it, raises ImageRefused, and says how far the image can be enlarged.
    """
    if not (math.isfinite(factor) and factor > 0):
        raise ImageRefused("factor", f"{factor} enlarges nothing.", "Choose a factor above 0, for example 2.")
    given = [side / old for side, old in zip((width, height), image, strict=True) if side]
    scale = given[0] if given else factor
    size = (width or round(image[0] * scale), height or round(image[1] * scale))
    name = "width" if width else "height" if height else "factor"
    shortest, longest = limits
    if min(size) < shortest:
        raise ImageRefused(
            name,
            f"the result would have {size[0]} x {size[1]} pixels; {shortest} is its shortest side.",
            f"Set width and height to 0, and factor to at least {math.ceil(100 * shortest / min(image)) / 100:g}.",
        )
    asked = wrapping(image, size).asked if is_tile else size
    if max(asked) > longest:
        around = f", {asked[0]} x {asked[1]} with what is laid around a tile" if is_tile else ""
        raise ImageRefused(
            name,
            f"the result would have {size[0]} x {size[1]} pixels{around}; {longest} is its longest side.",
            f"Set width and height to 0, and factor to at most {_highest_factor(image, longest, is_tile):g}.",
        )
    return size


def _side(length: int, enlarged: int) -> _Side:
    def off(margin: int) -> float:
        place = margin * enlarged / length
        return round(abs(place - round(place)), 9)  # equal ones count as equal, whatever floats make of them

    return _Side(length, min(_MARGINS, key=off), enlarged)


def _resampled(image: torch.Tensor, size: Size, part: tuple[float, float, float, float]) -> torch.Tensor:
    channels = (Image.fromarray(channel.contiguous().numpy()) for channel in image.unbind(2))
    resized = [np.asarray(channel.resize(size, Image.Resampling.LANCZOS, part)) for channel in channels]
    return torch.from_numpy(np.stack(resized, axis=-1)).clamp(0, 1)


def _highest_factor(image: Size, longest: int, is_tile: bool) -> float:
    """In hundredths."""
    hundredths = 100 * longest // max(image)
    while is_tile and hundredths > 1 and max(_asked_by(hundredths / 100, image)) > longest:
        hundredths -= 1
    return hundredths / 100


def _asked_by(factor: float, image: Size) -> Size:
    width, height = (max(1, round(length * factor)) for length in image)
    return wrapping(image, (width, height)).asked
