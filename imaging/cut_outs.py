"""Results that cut an object out of a photo: the object on white, and where it is.

What a result looks like is nowhere described: it may be transparent where the object is not, or come with a mask of
grey, or be such a mask, which may be white or black on the object. An alpha channel is always right; which way round a
grey mask is, is told by where the object was looked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image

from .boxes import Box, scale_box
from .decoding import batch_notes, decode_picture, largest, refuse_nothing
from .eight_bit import EightBitRows
from .points import Point, scale_points
from .workers import own_pool

_GREY = 2 / 255
_ALIKE = 0.05
"""Mean difference of what shows the same."""
_DECIDED, _MOST = 0.1, 0.8
"""A mask is black or white up to this, in this part of its pixels."""


class Sought(NamedTuple):
    """Where in a photo an object was looked for, in its pixels: on points, inside a box, or anywhere."""

    photo: torch.Tensor
    points: tuple[Point, ...] = ()
    box: Box | None = None


@dataclass(frozen=True)
class CutOuts:
    """A batch: images float32 [N,H,W,3], each object on white, and object_masks float32 [N,H,W], 1 on it.

    Smaller ones lie in the top left corner; what is around them is white, and no object. object_masks is None where a
    result does not tell where the object is. `notes` say in one line each what was converted.
    """

    images: torch.Tensor
    object_masks: torch.Tensor | None
    notes: tuple[str, ...]


class _CutOut(NamedTuple):
    image: np.ndarray
    """[H,W,3]"""
    object_mask: np.ndarray | None
    """[H,W]"""
    notes: tuple[str, ...]


def cut_out_batch(results: Sequence[Sequence[Path]], sought: Sequence[Sought]) -> CutOuts:
    """The cut-outs in the result files of each task, in order. Raises UnreadableImage for what is no whole picture."""
    found = list(own_pool().map(lambda task: _cut_out(*task), zip(results, sought, strict=True)))
    sizes = [(one.image.shape[1], one.image.shape[0]) for one in found]
    width, height = largest(sizes)
    images = np.ones((len(found), height, width, 3), np.float32)
    masks = np.zeros((len(found), height, width), np.float32)
    for index, (image, mask, _) in enumerate(found):
        rows, columns = image.shape[:2]
        images[index, :rows, :columns] = image
        if mask is not None:
            masks[index, :rows, :columns] = mask
    is_known = all(one.object_mask is not None for one in found)
    notes = batch_notes([one.notes for one in found], sizes)
    return CutOuts(torch.from_numpy(images), torch.from_numpy(masks) if is_known else None, notes)


def _cut_out(files: Sequence[Path], sought: Sought) -> _CutOut:
    refuse_nothing(files)
    decoded = [decode_picture(file) for file in files]
    notes = tuple(note for _, _, told in decoded for note in told)
    for image, transparency, _ in decoded:
        if transparency.any():
            return _CutOut(_on_white(image, 1 - transparency), 1 - transparency, notes)
    masks = [image[..., 0] for image, _, _ in decoded if _is_mask(image) and not _shows_photo(image, sought.photo)]
    if masks:
        mask, mask_notes = _white_on_object(masks[-1], sought)
        return _CutOut(_on_white(_photo(sought.photo, mask.shape), mask), mask, notes + mask_notes)
    return _CutOut(decoded[0][0], None, notes)


def _on_white(image: np.ndarray, opacity: np.ndarray) -> np.ndarray:
    return 1 - (1 - image) * opacity[..., None]


def _is_mask(image: np.ndarray) -> bool:
    """Whether there is nothing but grey, and nearly all of it black or white."""
    grey = image[..., 0]
    if np.ptp(image, axis=2).max() > _GREY:
        return False
    return bool(((grey < _DECIDED) | (grey > 1 - _DECIDED)).mean() >= _MOST)


def _shows_photo(image: np.ndarray, photo: torch.Tensor) -> bool:
    """Whether the image is the photo where it is not white: of a photo in black and white, a cut-out is no mask."""
    shown = image.min(axis=2) < 1 - _DECIDED
    return bool(shown.any()) and float(np.abs(image - _photo(photo, image.shape))[shown].mean()) < _ALIKE


def _white_on_object(mask: np.ndarray, sought: Sought) -> tuple[np.ndarray, tuple[str, ...]]:
    if _is_white_on_object(mask, sought):
        return mask, ()
    return 1 - mask, ("the mask was black on the object, and was inverted",)


def _is_white_on_object(mask: np.ndarray, sought: Sought) -> bool:
    height, width = mask.shape
    size = (sought.photo.shape[1], sought.photo.shape[0])
    if sought.points:
        return bool(np.mean([mask[y, x] for x, y in scale_points(sought.points, size, (width, height))]) >= 0.5)
    if sought.box is not None:
        box = scale_box(sought.box, size, (width, height))
        is_inside = np.zeros(mask.shape, bool)
        is_inside[box.y1 : box.y2, box.x1 : box.x2] = True
        if not is_inside.all():
            return bool(mask[is_inside].mean() >= mask[~is_inside].mean())
    border = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
    return bool(border.mean() <= 0.5)


def _photo(entry: torch.Tensor, shape: tuple[int, ...]) -> np.ndarray:
    """The photo [H,W,3] at the size of its mask."""
    rows = EightBitRows(entry)
    photo = Image.fromarray(rows(0, rows.height))
    size = (shape[1], shape[0])
    return np.asarray(photo if photo.size == size else photo.resize(size, Image.Resampling.LANCZOS)) / np.float32(255)
