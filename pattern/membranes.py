"""Differences that are known along a line, and fade with the distance from it as evenly as a stretched skin."""

from __future__ import annotations

import numpy as np
from scipy import fft

_NEARNESS = -1.5
"""Power of the squared distance."""


def membrane(edge: np.ndarray, reach: int) -> np.ndarray:
    """[n, reach, C]: from the edge [n, C], which goes round, to 0 at `reach` pixels from it.

    It is exact at the edge. Fine detail dies away soon, and what is the same all along the edge last.
    """
    waves = np.asarray(fft.rfft(edge, axis=0))
    frequency = 2 * np.pi * np.arange(len(waves)) / len(edge)
    away = np.arange(reach)
    left = frequency[:, None] * (reach - away)
    # sinh(left) / sinh(frequency * reach), of which both are beyond any float
    decay = np.exp(-frequency[:, None] * away) * -np.expm1(-2 * left)
    decay[1:] /= -np.expm1(-2 * frequency[1:, None] * reach)
    decay[0] = 1 - away / reach
    faded = fft.irfft(waves[:, None] * decay[..., None].astype(np.float32), len(edge), axis=0)
    return np.asarray(faded, np.float32)


def spread(values: np.ndarray, is_known: np.ndarray) -> np.ndarray:
    """[n, m, C]: the mean of the known values [n, m, C], of which near ones count most. Rows go round, columns do not.

    Within a closed line on which they are known, that is nearly what a skin would do. 0 where nothing is known.
    """
    if not is_known.any():
        return np.zeros_like(values)
    length, across = is_known.shape
    shape = (length, fft.next_fast_len(2 * across, True) or 0)
    down, right = (np.minimum(np.arange(side), side - np.arange(side)) for side in shape)
    nearness = np.maximum(down[:, None] ** 2 + right**2, 0.25).astype(np.float32) ** _NEARNESS
    waves = np.asarray(fft.rfft2(nearness, shape))

    def summed(field: np.ndarray) -> np.ndarray:
        return np.asarray(fft.irfft2(fft.rfft2(field, shape) * waves, shape))[:, :across]

    counted = np.maximum(summed(is_known.astype(np.float32)), 1e-9)
    return np.stack([summed(channel * is_known) / counted for channel in np.moveaxis(values, 2, 0)], axis=2)
