"""Boxes around a part of a picture: from the widget, from ComfyUI's detection nodes, or around a painted region.

On ComfyUI's BOUNDING_BOX travel a dict {x, y, width, height} in pixels, a list of such dicts, or a list of such lists
with one list for each picture of a batch.
"""

import math
from collections.abc import Mapping
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
import torch

from .errors import ImageRefused
from .masks import mask_levels, painted, why_empty

_SIDES = ("x", "y", "width", "height")
# Far beyond any picture, and far below where sums of such numbers overflow.
_LARGEST_NUMBER = 1e9

SMALLEST_BOX_SIDE = 16
"""Pixels: in less there is nothing to see, and such a task would be paid for in vain."""

_IN_PIXELS = "Give a box in pixels: x, y, width and height inside the picture, or 0, 0, 0, 0 for no box."


class Box(NamedTuple):
    """Whole pixels, from the top left corner up to, but not including, the bottom right one."""

    x1: int
    y1: int
    x2: int
    y2: int


def box_entries(box: object) -> list[Any]:
    """A BOUNDING_BOX taken apart, one entry per picture; a single box or a flat list of boxes is one entry for all."""
    if isinstance(box, (list, tuple)) and box and all(isinstance(frame, (list, tuple)) for frame in box):
        return list(box)
    return [box]


def resolve_box(name: str, box: object, width: int, height: int) -> tuple[Box, tuple[str, ...]]:
    """The box of one picture, from one entry of `box_entries`, and notes on what was changed.

    Four zeros are the whole picture. Several boxes become the one around all of them, as in ComfyUI's own “Crop By
    Bounding Boxes”. Numbers may be written as text; edges are rounded to the nearest pixel; what hangs over the edge
    of the picture is cut off. A box without area, wholly outside, below SMALLEST_BOX_SIDE in what is left of it, or
    with anything but numbers in it raises ImageRefused.
    """
    boxes = list(box) if isinstance(box, (list, tuple)) else [box]
    if not boxes:
        raise _refused(name, "there is no box, nothing was detected or drawn.")
    numbers = [_numbers(name, one) for one in boxes]
    if numbers == [(0, 0, 0, 0)]:
        return Box(0, 0, width, height), ()
    around, notes = _around(name, numbers)
    found, notes = _cut_to_picture(name, around, notes, width, height)
    if _is_small(found, (width, height)):
        are_fractions = all(0 <= number <= 1 for one in numbers for number in one)
        hint = "Its numbers look like fractions of the picture. " if are_fractions else ""
        raise ImageRefused(name, f"the box is {_too_small(found)}", hint + _IN_PIXELS)
    return found, notes


def region_box(name: str, mask: torch.Tensor, width: int, height: int) -> tuple[Box, tuple[str, ...]]:
    """The box around all that is painted (0.5 and above) in one entry of `mask_entries`, in pixels of the picture.

    A mask of another size is scaled to the picture, pixels that are only partly inside the region included. A mask in
    which nothing is painted, or less than SMALLEST_BOX_SIDE in width or height, raises ImageRefused.
    """
    levels, notes = mask_levels(name, mask)
    region = painted(levels)
    if not region.any():
        raise ImageRefused(
            name, why_empty(levels), f"Paint the region in the mask, or take the mask off {name} to use the box."
        )
    rows, columns = np.flatnonzero(region.any(axis=1)), np.flatnonzero(region.any(axis=0))
    box = Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    mask_height, mask_width = levels.shape
    if (mask_width, mask_height) != (width, height):
        notes += (f"{name}: scaled from {mask_width} x {mask_height} to the picture's {width} x {height}",)
    found = scale_box(box, (mask_width, mask_height), (width, height))
    if _is_small(found, (width, height)):
        raise ImageRefused(
            name,
            f"what is painted is {_too_small(found)}",
            f"Paint a larger region in the mask, or take the mask off {name} to use the box.",
        )
    return found, notes


def sent_box(name: str, box: Box, size: tuple[int, int], sent_size: tuple[int, int]) -> Box:
    """`scale_box` for the picture as it is sent; raises ImageRefused where a box that was large enough is no more."""
    found = scale_box(box, size, sent_size)
    if sent_size != size and _is_small(found, sent_size):
        sent = f"{sent_size[0]} x {sent_size[1]}"
        raise ImageRefused(
            name,
            f"in the picture as it is sent, {sent}, the box is {_too_small(found)}",
            f"Crop raw_image around what is meant, or give a larger {name}.",
        )
    return found


def is_box_safe(box: Box, size: tuple[int, int], smallest: tuple[int, int]) -> bool:
    """Does `sent_box` refuse it neither at the size `smallest` nor at any larger one?"""
    (width, height), (least_width, least_height) = size, smallest
    sides = (box.x2 - box.x1) * least_width / width, (box.y2 - box.y1) * least_height / height
    return min(sides) >= SMALLEST_BOX_SIDE


def scale_box(box: Box, size: tuple[int, int], new_size: tuple[int, int]) -> Box:
    """A box in a picture of `size` (width, height) as it lies in the same picture at `new_size`, rounded outwards."""
    (width, height), (new_width, new_height) = size, new_size
    return Box(
        box.x1 * new_width // width,
        box.y1 * new_height // height,
        -(-box.x2 * new_width // width),
        -(-box.y2 * new_height // height),
    )


def _refused(name: str, problem: str) -> ImageRefused:
    return ImageRefused(name, problem, _IN_PIXELS)


def _is_small(box: Box, size: tuple[int, int]) -> bool:
    """A box as wide or as high as a tiny picture is as large as it can be there."""
    sides = (box.x2 - box.x1, box.y2 - box.y1)
    return any(side < min(SMALLEST_BOX_SIDE, whole) for side, whole in zip(sides, size, strict=True))


def _too_small(box: Box) -> str:
    return f"{box.x2 - box.x1} x {box.y2 - box.y1} pixels, less than the {SMALLEST_BOX_SIDE} that each side needs."


def _numbers(name: str, box: object) -> tuple[float, ...]:
    """The four numbers of a box."""
    if not isinstance(box, Mapping):
        raise _refused(name, f"a box has x, y, width and height; this is a bare {type(box).__name__}.")
    return tuple(_number(name, side, box.get(side)) for side in _SIDES)


def _number(name: str, side: str, value: object) -> float:
    if isinstance(value, (str, Real)) and not isinstance(value, bool):
        try:
            number = float(value)
        except (ValueError, OverflowError):
            number = math.nan
        if abs(number) <= _LARGEST_NUMBER:
            return number
    raise _refused(name, f"{side} is no number of pixels but {str(value)[:40]}.")


def _around(name: str, numbers: list[tuple[float, ...]]) -> tuple[Box, tuple[str, ...]]:
    """The box around all of them on whole pixels, still not cut to the picture."""
    for x, y, width, height in numbers:
        if width <= 0 or height <= 0:
            raise _refused(name, f"the box at {x:g}, {y:g} has no area, its size is {width:g} x {height:g}.")
    edges = (
        min(x for x, _, _, _ in numbers),
        min(y for _, y, _, _ in numbers),
        max(x + width for x, _, width, _ in numbers),
        max(y + height for _, y, _, height in numbers),
    )
    box = Box(*(math.floor(edge + 0.5) for edge in edges))
    notes: tuple[str, ...] = ()
    if len(numbers) > 1:
        notes += (f"{name}: {len(numbers)} boxes became the one around all of them",)
    if box != edges:
        notes += (f"{name}: rounded to whole pixels, {_text(box)}",)
    return box, notes


def _cut_to_picture(
    name: str, box: Box, notes: tuple[str, ...], width: int, height: int
) -> tuple[Box, tuple[str, ...]]:
    # a box that was rounded to nothing at the top or left edge is not outside but too small
    if box.x1 >= width or box.y1 >= height or box.x1 < 0 >= box.x2 or box.y1 < 0 >= box.y2:
        raise _refused(name, f"the box {_text(box)} lies outside the picture of {width} x {height} pixels.")
    inside = Box(max(0, box.x1), max(0, box.y1), min(width, box.x2), min(height, box.y2))
    if inside != box:
        notes += (f"{name}: what lies outside the picture of {width} x {height} was cut off, {_text(inside)}",)
    return inside, notes


def _text(box: Box) -> str:
    return f"{box.x1}, {box.y1} to {box.x2}, {box.y2}"
