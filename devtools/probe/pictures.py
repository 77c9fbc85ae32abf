"""The smallest pictures that tell something, each different, so that no two requests are the same."""

import io
import math

import numpy as np
from PIL import Image

from ...picpik.api import DataUri

_MEDIA_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}


def photo(number: int, side: int = 64, file_format: str = "PNG") -> DataUri:
    """A disc on a ground that changes from side to side; another number is another picture."""
    return _encoded(disc(number, side), file_format)


def disc(number: int, side: int) -> np.ndarray:
    """uint8 [side, side, 3]."""
    y, x = np.mgrid[:side, :side] / side
    hue = 0.7 * number
    ground = np.stack([0.75 + 0.2 * x, 0.8 + 0.1 * y, 0.7 + 0.2 * (1 - x)], axis=-1)
    colour = 0.35 + 0.3 * np.array([math.sin(hue), math.sin(hue + 2), math.sin(hue + 4)])
    is_disc = (x - 0.5) ** 2 + (y - 0.5) ** 2 < 0.09
    return (255 * np.where(is_disc[..., None], colour, ground)).astype(np.uint8)


def left_half(side: int) -> DataUri:
    """A mask that is white on the left and black on the right."""
    mask = np.zeros((side, side), np.uint8)
    mask[:, : side // 2] = 255
    return _encoded(mask, "PNG")


def centre(side: int) -> DataUri:
    """A mask that is white in the middle."""
    mask = np.zeros((side, side), np.uint8)
    mask[side // 4 : -side // 4, side // 4 : -side // 4] = 255
    return _encoded(mask, "PNG")


def checks(side: int = 64) -> DataUri:
    """A pattern of strong colours."""
    y, x = np.mgrid[:side, :side] // 8
    is_dark = ((x + y) % 2 == 0)[..., None]
    return _encoded(np.where(is_dark, [180, 20, 60], [20, 60, 180]).astype(np.uint8), "PNG")


def changes(before: np.ndarray, after: bytes) -> tuple[float, float]:
    """By how many levels the left and the right half of a picture have changed, on average."""
    size = before.shape[1::-1]
    result = np.asarray(Image.open(io.BytesIO(after)).convert("RGB").resize(size), np.float32)
    difference = np.abs(result - before).mean(axis=(0, 2))
    # what is near the border between the halves may have been drawn along
    middle, margin = len(difference) // 2, len(difference) // 16
    return float(difference[: middle - margin].mean()), float(difference[middle + margin :].mean())


def _encoded(pixels: np.ndarray, file_format: str) -> DataUri:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, file_format)
    return DataUri.encode(_MEDIA_TYPES[file_format], [file.getvalue()])
