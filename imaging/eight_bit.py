"""IMAGE entries read as 8-bit RGB, some rows at a time.

A whole picture of floats is never copied: every temporary is a few rows high and stays in the processor's cache, which
is worth more than any cleverness in the arithmetic.
"""

import math
from typing import NamedTuple

import numpy as np
import torch

# A block of floats of a 2048 pixel wide picture is then 0.8 MB. Fewer rows are more calls, and two threads that work on
# two pictures then wait for each other's interpreter lock.
_BLOCK_ROWS = 32
# Half an 8-bit step: what lies nearer to a level than this is rounded, not changed.
_HALF_STEP = 0.5 / 255


class EightBitRows:
    """One entry [H,W,1..4] as rows of 8-bit RGB: clamped to 0..1, rounded to the nearest of 256 levels.

    NaN becomes 0, +inf 1, -inf 0. Grey becomes RGB. Transparent pixels are laid over white. Call it with a range of
    rows, from any thread; `notes` tells what was changed in the rows read so far. The entry is never written to.
    """

    def __init__(self, entry: torch.Tensor) -> None:
        self._entry = entry.detach()
        self._findings: list[_Findings] = []
        self.height, self.width, self._channels = entry.shape

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.width, self.height

    def __call__(self, start: int, stop: int) -> np.ndarray:
        """Rows start..stop as uint8 [stop - start, W, 3]; not to be written to."""
        rows = self._entry[start:stop].cpu()
        if rows.dtype == torch.uint8:
            if self._channels == 3:
                return rows.numpy()
            rows = rows.to(torch.float32) / 255
        levels = rows.to(torch.float32).numpy()
        out = np.empty((stop - start, self.width, 3), np.uint8)
        scratch = np.empty((min(_BLOCK_ROWS, stop - start), self.width, 3), np.float32)
        for top in range(0, stop - start, _BLOCK_ROWS):
            rounded = out[top : top + _BLOCK_ROWS]
            self._round_block(levels[top : top + _BLOCK_ROWS], scratch[: len(rounded)], rounded)
        return out

    def _round_block(self, block: np.ndarray, scratch: np.ndarray, out: np.ndarray) -> None:
        block, lowest, highest, has_nan = clamped(block)
        opacity = 1.0
        if self._channels in (2, 4):
            alpha = block[..., -1:]
            opacity = float(alpha.min())
            block = block[..., :-1] * alpha + (1 - alpha)
        np.multiply(block, np.float32(255), out=scratch)
        np.copyto(out, np.rint(scratch, out=scratch), casting="unsafe")
        self._findings.append(_Findings(lowest, highest, has_nan, opacity))

    def notes(self, name: str) -> tuple[str, ...]:
        """One line for each thing that was changed in the rows read so far."""
        lowest = min((found.lowest for found in self._findings), default=0.0)
        highest = max((found.highest for found in self._findings), default=1.0)
        has_nan = any(found.has_nan for found in self._findings)
        notes = range_notes(name, lowest, highest, has_nan)
        if self._channels < 3:
            notes += (f"{name}: grey was converted to RGB",)
        if self._channels in (2, 4):
            notes += (f"{name}: {self._alpha_note()}",)
        return notes

    def _alpha_note(self) -> str:
        opaque = all(found.opacity >= 1 - _HALF_STEP for found in self._findings)
        return "the alpha channel was dropped, it is opaque" if opaque else "transparent pixels were laid over white"


class _Findings(NamedTuple):
    """What one block of rows held, before it was changed."""

    lowest: float
    highest: float
    has_nan: bool
    opacity: float


def clamped(values: np.ndarray) -> tuple[np.ndarray, float, float, bool]:
    """The values in 0..1, NaN as 0; the lowest and the highest there were, and whether some were no number.

    What is in range already is given as it is, uncopied.
    """
    lowest, highest = float(values.min()), float(values.max())
    has_nan = math.isnan(lowest)
    if has_nan:
        values = np.nan_to_num(values, nan=0.0, posinf=np.inf, neginf=-np.inf)
        lowest, highest = float(values.min()), float(values.max())
    if lowest < 0 or highest > 1:
        values = np.clip(values, 0, 1)
    return values, lowest, highest, has_nan


def range_notes(name: str, lowest: float, highest: float, has_nan: bool) -> tuple[str, ...]:
    """Notes on values that were no number or lay outside 0..1 by more than rounding takes back."""
    notes: tuple[str, ...] = ()
    if has_nan:
        notes += (f"{name}: values that are no number (NaN) were set to 0",)
    if lowest < -_HALF_STEP or highest > 1 + _HALF_STEP:
        notes += (f"{name}: values outside 0..1 were clamped (lowest {lowest:.4g}, highest {highest:.4g})",)
    return notes
