"""Pictures as float32 arrays [H, W] or [H, W, C]: converted, resized, blurred and sampled.

Colours are sRGB in 0..1. A place is (x, y) in pixels, the centre of the first pixel at (0, 0).
"""

import numpy as np
from PIL import Image

FloatImage = np.ndarray
"""float32"""
Pixels = np.ndarray
"""uint8"""

LUMA = np.array((0.299, 0.587, 0.114), np.float32)


def colours(pixels: Pixels) -> FloatImage:
    """Bytes as numbers in 0..1."""
    return pixels.astype(np.float32) / np.float32(255)


def pixels(picture: FloatImage) -> Pixels:
    """Numbers as bytes, rounded; what is beyond 0..1 is cut off."""
    return np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)


def luminance(picture: FloatImage) -> FloatImage:
    """[H, W] of [H, W, 3]."""
    return picture @ LUMA


def resized(
    image: FloatImage,
    width: int,
    height: int,
    resample: Image.Resampling = Image.Resampling.BICUBIC,
    part: tuple[float, float, float, float] | None = None,
) -> FloatImage:
    """The image, or its part (left, top, right, bottom), at another size; anti-aliased when it shrinks."""
    if image.shape[:2] == (height, width) and part is None:
        return image
    if image.ndim == 2:
        return np.asarray(Image.fromarray(image).resize((width, height), resample, part))
    channels = (np.ascontiguousarray(image[..., channel]) for channel in range(image.shape[2]))
    return np.stack([resized(channel, width, height, resample, part) for channel in channels], axis=-1)


def reduced(image: FloatImage, longest: int, shortest: int) -> FloatImage:
    """The image with its longer side brought down to `longest` pixels, no side below `shortest`."""
    height, width = image.shape[:2]
    factor = min(1.0, longest / max(height, width))
    return resized(image, max(shortest, round(width * factor)), max(shortest, round(height * factor)))


def blurred(image: FloatImage, sigma: float) -> FloatImage:
    """About a Gaussian of this sigma in pixels; edges are mirrored. Wide ones are made at a smaller size."""
    if sigma < 0.3:
        return image
    height, width = image.shape[:2]
    shrink = max(1, int(sigma / 3))
    small_width, small_height = -(-width // shrink), -(-height // shrink)
    small = resized(image, small_width, small_height, Image.Resampling.BOX)
    for axis in (0, 1):
        small = _smoothed(small, sigma / shrink, axis)
    return resized(small, width, height, Image.Resampling.BILINEAR)


def sampled(picture: FloatImage, x: FloatImage, y: FloatImage) -> FloatImage:
    """The picture at places x, y (same shape, any), linear between pixels; beyond its edges the edge goes on."""
    height, width = picture.shape[:2]
    x = np.clip(x, 0, width - 1)
    y = np.clip(y, 0, height - 1)
    left, top = x.astype(np.int32), y.astype(np.int32)
    right, bottom = np.minimum(left + 1, width - 1), np.minimum(top + 1, height - 1)
    return _between(picture, (left, right), (top, bottom), x - left, y - top)


def sampled_wrapped(tile: FloatImage, x: FloatImage, y: FloatImage) -> FloatImage:
    """The endlessly repeated tile at places x, y, linear between pixels."""
    height, width = tile.shape[:2]
    x, y = np.mod(x, np.float32(width)), np.mod(y, np.float32(height))
    left, top = x.astype(np.int32), y.astype(np.int32)
    fx, fy = x - left, y - top
    left, top = left % width, top % height
    return _between(tile, (left, (left + 1) % width), (top, (top + 1) % height), fx, fy)


def grid(height: int, width: int) -> tuple[FloatImage, FloatImage]:
    """x and y [H, W] of every pixel."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    return x, y


def _between(picture: FloatImage, columns: tuple, rows: tuple, fx: FloatImage, fy: FloatImage) -> FloatImage:
    width = picture.shape[1]
    flat = picture.reshape(-1, *picture.shape[2:])
    if picture.ndim == 3:
        # As many numbers as the picture has: numpy is slow where it stretches an axis that is so short.
        fx, fy = (np.repeat(part[..., None], picture.shape[2], axis=-1) for part in (fx, fy))
    lines = []
    for row in rows:
        start = flat.take(row * width + columns[0], axis=0)
        end = flat.take(row * width + columns[1], axis=0)
        lines.append(start + (end - start) * fx)
    return lines[0] + (lines[1] - lines[0]) * fy


def _smoothed(image: FloatImage, sigma: float, axis: int) -> FloatImage:
    reach = int(np.ceil(3 * sigma))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2).astype(np.float32)
    weights /= weights.sum()
    length = image.shape[axis]
    padded = image.take(_mirrored(length, reach), axis=axis)
    total, part = np.zeros_like(image), np.empty_like(image)
    for offset, weight in enumerate(weights):
        total += np.multiply(weight, padded[_span(axis, offset, length)], out=part)
    return total


def _mirrored(length: int, reach: int) -> np.ndarray:
    """The places of a line and of its mirror images, as far as `reach` beyond its ends."""
    places = np.arange(-reach, length + reach) % (2 * length)
    return np.minimum(places, 2 * length - 1 - places)


def _span(axis: int, start: int, length: int) -> tuple[slice, ...]:
    return (slice(None),) * axis + (slice(start, start + length),)
