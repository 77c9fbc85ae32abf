"""Result files decoded straight into one batch."""

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from .colours import to_rgb
from .errors import ImagingError
from .result_files import is_animated, load, open_picture, read_bytes, read_picture_size, turn
from .sizes import Size
from .workers import own_pool

# Rows that are copied out of a decoded picture at a time; 64 rows of 2560 RGB pixels are 0.5 MB.
_STRIP_ROWS = 64
_PNG_BIT_DEPTH = 24


@dataclass(frozen=True)
class Decoded:
    """A batch: images float32 [N,H,W,3], RGB in 0..1, and masks float32 [N,H,W], 1 - alpha, 0 where opaque.

    H and W are those of the highest and the widest picture. Smaller ones lie in the top left corner, never stretched;
    what is around them is 0 in images and 1 in masks. `notes` say in one line each what was converted.
    """

    images: torch.Tensor
    masks: torch.Tensor
    notes: tuple[str, ...]


def decode_batch(paths: Sequence[Path], executor: Executor | None = None) -> Decoded:
    """The pictures of all files, in order. An 8-bit level k becomes k / 255, a 16-bit grey k / 65535.

    Raises UnreadableImage for the first file that is no complete picture. `executor` decodes the files side by side; it
    must not be the one this call runs in, and without one the package's own two threads are used.
    """
    refuse_nothing(paths)
    sizes = [read_picture_size(path) for path in paths]
    width, height = largest(sizes)
    # Zeros from numpy cost nothing until they are written to; the masks of opaque pictures never are.
    images = np.zeros((len(paths), height, width, 3), np.float32)
    masks = np.zeros((len(paths), height, width), np.float32)

    notes = (executor or own_pool()).map(_decode, paths, images, masks)
    return Decoded(torch.from_numpy(images), torch.from_numpy(masks), batch_notes(notes, sizes))


def decode_picture(path: Path) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """One file, as float32 [H,W,3] and [H,W], and notes: as `decode_batch` gives them."""
    width, height = read_picture_size(path)
    image, mask = np.zeros((height, width, 3), np.float32), np.zeros((height, width), np.float32)
    return image, mask, _decode(path, image, mask)


def refuse_nothing(paths: Sequence[Path]) -> None:
    """Raises ImagingError where a task has no result files."""
    if not paths:
        raise ImagingError("There is no picture to decode.", "Look at the task itself: it has ended without a result.")


def largest(sizes: Sequence[Size]) -> Size:
    """The width and height that all pictures of a batch are padded to."""
    width, height = (max(sides) for sides in zip(*sizes, strict=True))
    return width, height


def batch_notes(notes: Iterable[Sequence[str]], sizes: Sequence[Size] = ()) -> tuple[str, ...]:
    """The notes on each picture of a batch, with its number; and that they were padded, where their sizes differ."""
    told = [f"picture {number}: {note}" for number, own in enumerate(notes, start=1) for note in own]
    if len(set(sizes)) > 1:
        width, height = largest(sizes)
        told.append(f"pictures of different sizes were padded to {width} x {height}")
    return tuple(told)


def _decode(path: Path, image: np.ndarray, mask: np.ndarray) -> tuple[str, ...]:
    """Fills image [H,W,3] and mask [H,W] from one file."""
    data = read_bytes(path)
    picture = open_picture(data, str(path))
    notes: tuple[str, ...] = ()
    if is_animated(picture):
        notes += ("animated, its first frame was taken",)
    is_grey_of_16_bits = picture.mode.startswith("I")
    if picture.format == "PNG" and data[_PNG_BIT_DEPTH] == 16 and not is_grey_of_16_bits:
        notes += ("16-bit colours were read as 8-bit ones",)
    upright = turn(picture)
    load(picture, str(path))
    if upright is not None:
        picture = picture.transpose(upright)
        notes += ("turned upright by its EXIF orientation",)
    width, height = picture.size
    mask[height:] = 1
    mask[:, width:] = 1
    image, mask = image[:height, :width], mask[:height, :width]
    if is_grey_of_16_bits:
        return notes + _fill_from_grey(picture, image, mask)
    picture, colour_notes = to_rgb(picture)
    _fill_from_rgb(picture, image, mask)
    return notes + colour_notes


def _fill_from_rgb(picture: Image.Image, image: np.ndarray, mask: np.ndarray) -> None:
    for top in range(0, picture.height, _STRIP_ROWS):
        levels = _rows(picture, top)
        rows = slice(top, top + len(levels))
        np.divide(levels[..., :3], 255, out=image[rows], dtype=np.float32)
        if picture.mode == "RGBA":
            np.divide(levels[..., 3], 255, out=mask[rows], dtype=np.float32)
            np.subtract(1, mask[rows], out=mask[rows])


def _fill_from_grey(picture: Image.Image, image: np.ndarray, mask: np.ndarray) -> tuple[str, ...]:
    """From 16-bit grey, which Pillow would clip if asked for RGB."""
    transparent = picture.info.get("transparency")
    for top in range(0, picture.height, _STRIP_ROWS):
        levels = _rows(picture, top)
        rows = slice(top, top + len(levels))
        np.divide(levels[..., None], 65535, out=image[rows], dtype=np.float32)
        if transparent is not None:
            mask[rows] = levels == transparent
    return ("its colour profile was left out, as it is 16-bit grey",) if "icc_profile" in picture.info else ()


def _rows(picture: Image.Image, top: int) -> np.ndarray:
    # A crop copies these rows only; the whole picture as an array would be a second copy of it.
    return np.asarray(picture.crop((0, top, picture.width, min(picture.height, top + _STRIP_ROWS))))
