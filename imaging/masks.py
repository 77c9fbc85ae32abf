"""MASK entries read, judged, and written as files to send: what is white is meant."""

import math
from collections.abc import Iterator
from concurrent.futures import Executor

import numpy as np
import torch
from PIL import Image

from .eight_bit import clamped, range_notes
from .errors import ImageRefused
from .pictures import EncodedImage
from .png import MASK, encode_png
from .sizes import Size
from .workers import own_pool

_LOAD_IMAGE_DEFAULT = (64, 64)
_WIDTH_OF_FILTER = 3
"""In pixels of the fitted mask: so much of a side lies under the filter somewhere in it, wherever the pixels fall."""
# What is worked out of a mask is worked out of a band of rows at a time, which stays in the processor's cache.
_BAND_PIXELS = 256 * 1024
_PAINT = "Paint the area that is meant, and only that, for example in ComfyUI's mask editor."
_INVERT = "A mask painted the other way round is turned by ComfyUI's own “Invert Mask” node in between."


def mask_levels(name: str, mask: torch.Tensor) -> tuple[np.ndarray, tuple[str, ...]]:
    """One entry of `mask_entries` as float32 [H,W] in 0..1, to be read only, and notes on what was changed."""
    values = mask.detach().to("cpu", torch.float32)
    levels = (values / 255 if mask.dtype == torch.uint8 else values).numpy()
    levels, lowest, highest, has_nan = clamped(levels)
    return levels, range_notes(name, lowest, highest, has_nan)


def painted(levels: np.ndarray) -> np.ndarray:
    """Where a mask counts as painted: bool of the same shape, 0.5 and above."""
    return levels >= 0.5


def bands(levels: np.ndarray, multiple: int = 1) -> Iterator[np.ndarray]:
    """All rows, some at a time: as many as a multiple of some rows has, but for the last ones."""
    height, width = levels.shape
    step = multiple * max(1, _BAND_PIXELS // (multiple * width))
    return (levels[start : start + step] for start in range(0, height, step))


def why_empty(levels: np.ndarray) -> str:
    """What there is to say about a mask in which nothing is painted."""
    height, width = levels.shape
    highest = float(levels.max())
    if highest > 0:
        return f"nothing is painted, no value reaches 0.5 (the highest is {highest:.2g})."
    if (height, width) == _LOAD_IMAGE_DEFAULT:
        return "nothing is painted. It is the empty 64 x 64 mask of “Load Image” for a picture without transparency."
    return f"nothing is painted, all {width} x {height} values are 0."


def refuse_unusable_mask(name: str, mask: torch.Tensor, size: Size | None = None) -> None:
    """Raises ImageRefused when nothing or everything of an entry is painted: such a task would be paid for in vain.

    With a `size`, the same of the mask once it is fitted to it.
    """
    levels, _ = mask_levels(name, mask)
    _refuse_unusable(name, levels)
    if size is not None:
        _fitted(name, levels, size)


def is_mask_safe(mask: torch.Tensor, smallest: Size) -> bool:
    """Is the mask sure to be usable once it is fitted to the size `smallest`, or to any larger one?

    It is where a block of it is painted, and another is not, that the filter cannot mix with what is around them.
    """
    levels, _ = mask_levels("mask", mask)
    scales = (old / new for old, new in zip(levels.shape, reversed(smallest), strict=True))
    height, width = (max(2, math.ceil(_WIDTH_OF_FILTER * scale)) for scale in scales)
    return any(_has_block(painted(band), height, width) for band in bands(levels, height)) and any(
        _has_block(~painted(band), height, width) for band in bands(levels, height)
    )


def encode_mask(
    name: str,
    mask: torch.Tensor,
    size: Size,
    executor: Executor | None = None,
    *,
    is_inverted: bool = False,
) -> EncodedImage:
    """One entry of `mask_entries` as a single-channel PNG of pure 0 and 255, fitted to `size` (width, height).

    0.5 and above becomes 255, or 0 where the file `is_inverted`. Only then a mask of another size is fitted with a
    bilinear filter, antialiased where it shrinks, and cut again: the file depends on nothing but `size`, `is_inverted`
    and what `mask_digest` covers. A mask that is empty or full, before or after fitting, raises ImageRefused.
    `executor` as in `encode_picture`.
    """
    levels, notes = mask_levels(name, mask)
    _refuse_unusable(name, levels)
    if any(((band > 0) & (band < 1)).any() for band in bands(levels)):
        notes += (f"{name}: soft values were cut at 0.5",)
    height, width = levels.shape
    if (width, height) != size:
        levels = _fitted(name, levels, size)
        notes += (f"{name}: fitted from {width} x {height} to {size[0]} x {size[1]}{_stretched(width, height, size)}",)
    notes += _inversion_note(name, levels)
    if is_inverted:
        notes += (f"{name}: sent inverted, as this service redraws what is black",)

    def rows(start: int, stop: int) -> np.ndarray:
        return (painted(levels[start:stop]) != is_inverted).astype(np.uint8)[..., None] * np.uint8(255)

    chunks = encode_png(rows, *size, 1, (MASK,), executor or own_pool())
    return EncodedImage("image/png", chunks, *size, notes)


def _fitted(name: str, levels: np.ndarray, size: Size) -> np.ndarray:
    if levels.shape == (size[1], size[0]):
        return levels
    whole = Image.fromarray(painted(levels).astype(np.float32))
    fitted = np.asarray(whole.resize(size, Image.Resampling.BILINEAR))
    _refuse_unusable(name, fitted, f"fitted to {size[0]} x {size[1]}, ")
    return fitted


def _has_block(meant: np.ndarray, height: int, width: int) -> bool:
    """Is a block of this size, on a grid of such blocks, meant as a whole?"""
    rows, columns = meant.shape[0] // height, meant.shape[1] // width
    strips = np.all(meant[: rows * height].reshape(rows, height, meant.shape[1]), axis=1)
    return bool(np.all(strips[:, : columns * width].reshape(rows, columns, width), axis=2).any())


def _refuse_unusable(name: str, levels: np.ndarray, state: str = "") -> None:
    if not painted(levels.max()):
        raise ImageRefused(name, state + why_empty(levels), f"{_PAINT} {_INVERT}")
    if painted(levels.min()):
        height, width = levels.shape
        raise ImageRefused(
            name,
            f"{state}everything is painted, all {width} x {height} values are 0.5 or above, so nothing would be kept.",
            f"{_PAINT} {_INVERT}",
        )


def _stretched(width: int, height: int, size: tuple[int, int]) -> str:
    same_proportions = abs(size[0] * height / width - size[1]) <= 1
    return "" if same_proportions else ", stretched, as the proportions differ"


def _inversion_note(name: str, levels: np.ndarray) -> tuple[str, ...]:
    border = np.concatenate([levels[0], levels[-1], levels[:, 0], levels[:, -1]])
    share = sum(np.count_nonzero(painted(band)) for band in bands(levels)) / levels.size
    if share <= 0.5 or painted(border).mean() < 0.9:
        return ()
    return (f"{name}: {share:.0%} of the picture, border included, is white. If that is not meant: {_INVERT}",)
