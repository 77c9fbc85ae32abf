"""The pictures that are sent and received: a photo with sensor grain, a repeating print, and the photo's mask.

Drawn by the pack's own example artist. All values are k / 255, as "Load Image" gives them.
"""

import io
from functools import cache
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from .. import artwork

CALL_SIDE = 2048
RESULT_SIDE, RESULT_COUNT = 1024, 4
"""The whole call: three inputs of this side, and what comes back."""

KINDS = ("photo", "print")
FORMATS = {"PNG": {}, "JPEG": {"quality": 95}, "WEBP": {"quality": 95, "method": 2}}
"""What results may come as, and how Pillow writes them."""


def photo(side: int) -> np.ndarray:
    """A dress on a hanger with one level of sensor grain: uint8 [side, side, 3]."""
    grain = np.random.default_rng(side).normal(0, 1, (side, side, 3)).astype(np.float32)
    return _levels(_resized(_square(artwork.garment()), side), grain)


def print_(side: int) -> np.ndarray:
    """Two by two repeats of a drawn motif: uint8 [side, side, 3]."""
    return np.tile(_levels(_resized(artwork.pattern(), side // 2)), (2, 2, 1))


def mask(side: int) -> np.ndarray:
    """Where the photo's cloth is printed, with antialiased edges: uint8 [side, side]."""
    return _levels(_resized(_square(artwork.garment_mask()), side))


@cache
def image_tensor(kind: str, side: int) -> torch.Tensor:
    """IMAGE float32 [1, side, side, 3]. Not to be written to."""
    levels = photo(side) if kind == "photo" else print_(side)
    return as_tensor(levels)


@cache
def mask_tensor(side: int) -> torch.Tensor:
    """MASK float32 [1, side, side]. Not to be written to."""
    return as_tensor(mask(side))


def as_tensor(levels: np.ndarray) -> torch.Tensor:
    """One entry of 8-bit levels as a batch of floats."""
    return torch.from_numpy(levels.astype(np.float32) / 255).unsqueeze(0)


@cache
def result_file(kind: str, side: int, file_format: str) -> bytes:
    """A picture as the service might send it."""
    file = io.BytesIO()
    Image.fromarray(photo(side) if kind == "photo" else print_(side)).save(file, file_format, **FORMATS[file_format])
    return file.getvalue()


def write_results(folder: Path, count: int, side: int, file_format: str) -> list[Path]:
    """`count` result files, photos and prints in turn."""
    paths = [folder / f"{index:02d}-{side}.{file_format.lower()}" for index in range(count)]
    for index, path in enumerate(paths):
        path.write_bytes(result_file(KINDS[index % len(KINDS)], side, file_format))
    return paths


def _square(picture: np.ndarray) -> np.ndarray:
    """The middle of a portrait, as wide as high."""
    height, width = picture.shape[:2]
    top = (height - width) // 2
    return picture[top : top + width]


def _resized(picture: np.ndarray, side: int) -> np.ndarray:
    channels = [picture] if picture.ndim == 2 else list(np.moveaxis(picture, -1, 0))
    resized = [
        np.asarray(Image.fromarray(np.ascontiguousarray(channel)).resize((side, side), Image.Resampling.LANCZOS))
        for channel in channels
    ]
    return resized[0] if picture.ndim == 2 else np.stack(resized, axis=-1)


def _levels(picture: np.ndarray, grain: np.ndarray | float = 0.0) -> np.ndarray:
    return np.rint(np.clip(picture * 255 + grain, 0, 255)).astype(np.uint8)
