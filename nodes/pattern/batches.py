"""Batches of prints: each entry by itself, and back into one batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from ... import imaging, pattern
from ..host import CATEGORY

PATTERN_CATEGORY = f"{CATEGORY}/Pattern"


def prints(name: str, image: object) -> list[Any]:
    """The entries of an IMAGE as opaque pictures, float32 arrays [H,W,3]; `name` is the input's id."""
    return [pattern.opaque_picture(name, entry) for entry in imaging.picture_entries(name, image)]


def batch(arrays: Sequence[Any]) -> torch.Tensor:
    """Arrays of one shape as one batch; a single one is not copied."""
    tensors = [torch.from_numpy(array) for array in arrays]
    return torch.stack(tensors) if len(tensors) > 1 else tensors[0].unsqueeze(0)


def reports(count: int, lines_of: Callable[[int], Sequence[str]]) -> str:
    """The lines of each entry, told apart by its number where there are several."""
    blocks = ["\n".join(lines_of(index)) for index in range(count)]
    return blocks[0] if count == 1 else "\n\n".join(f"[{index + 1}] {block}" for index, block in enumerate(blocks))
