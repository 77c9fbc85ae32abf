"""What JPEG leaves in a picture, whatever became of the file."""

from typing import NamedTuple

import numpy as np

LUMA = np.array([0.299, 0.587, 0.114], np.float32)
BLOCK = 8

_LEVEL = 1 / 255
_HALVED_CHROMA = 0.18
"""Logarithm; pictures that were no JPEG stay below 0.16."""
_BLOCKS = 0.4
_ENOUGH = 512
"""Pixels a side that are looked at."""
_LEAST = 4 * BLOCK
_MOST = 8 * _LEVEL
"""Greater unevenness is an outline, which tells nothing."""


class JpegTraces(NamedTuple):
    """What JPEG left in a tile that begins where its file began, and was not resized since."""

    has_blocks: bool
    has_halved_chroma: bool

    def __bool__(self) -> bool:
        return any(self)


def jpeg_traces(tile: np.ndarray) -> JpegTraces:
    """Of a tile [H,W,3], 0..1. Of a large one a corner tells; one of a few blocks tells nothing."""
    if min(tile.shape[:2]) < _LEAST:
        return JpegTraces(False, False)
    corner = tile[:_ENOUGH, :_ENOUGH]
    return JpegTraces(_has_blocks(corner), _has_halved_chroma(corner))


def _has_blocks(tile: np.ndarray) -> bool:
    """Whether brightness jumps a little more often from one block of 8 pixels to the next than inside of them.

    A print that is drawn in such blocks jumps nowhere else.
    """
    jumps = np.mean([_jumps_by_phase(np.moveaxis(tile @ LUMA, axis, 0)) for axis in (0, 1)], axis=0)
    inside = jumps[1:]
    return bool(
        inside.any() and jumps[0] - inside.max() > _BLOCKS * (inside.std() + 0.02 * _LEVEL + 0.05 * inside.mean())
    )


def _jumps_by_phase(lines: np.ndarray) -> np.ndarray:
    """[8]: by how much the steps between lines are greater than both of their neighbours, by place in a block."""
    steps = np.abs(np.diff(lines, axis=0))
    jumps = np.clip(steps[1:-1] - np.maximum(steps[:-2], steps[2:]), 0, _MOST / 2).mean(axis=1)
    place = (np.arange(len(jumps)) + 2) % BLOCK
    return np.array([jumps[place == phase].mean() for phase in range(BLOCK)])


def _has_halved_chroma(tile: np.ndarray) -> bool:
    """Whether each second step of the colour is the mean of its neighbours, as when it was kept at half the size."""
    luma = tile @ LUMA
    uneven = np.zeros(2)
    for chroma in (tile[..., 0] - luma, tile[..., 2] - luma):
        for axis in (0, 1):
            steps = np.diff(np.moveaxis(chroma, axis, 0), axis=0)
            bend = np.minimum(np.abs(steps[1:-1] - (steps[:-2] + steps[2:]) / 2), _MOST)
            uneven += bend[0::2].mean(), bend[1::2].mean()
    between, within = uneven + 0.04 * _LEVEL
    return bool(np.log(between / within) > _HALVED_CHROMA)
