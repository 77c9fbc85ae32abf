"""Batches taken apart: one entry per task, and which entries belong together."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from .errors import ImageRefused


def picture_entries(name: str, image: object) -> list[torch.Tensor]:
    """The pictures of an IMAGE: [B,H,W,C] or [H,W,C] with 1 to 4 channels, any float type (0..1) or uint8 (0..255).

    Each entry is a view [H,W,C] of the input, to be read only. Anything else raises ImageRefused with the input's name.
    """
    tensor = _tensor(name, "an IMAGE", image, (torch.uint8,))
    if tensor.ndim == 3:
        tensor = tensor.unsqueeze(0)
    if tensor.ndim != 4 or not 1 <= tensor.shape[-1] <= 4 or 0 in tensor.shape:
        raise ImageRefused(
            name,
            f"an IMAGE has the shape [B,H,W,C] or [H,W,C] with 1 to 4 channels, this one has {_shape(image)}.",
            f"Connect an IMAGE output to {name}; a MASK becomes one with ComfyUI's own “Convert Mask to Image” node.",
        )
    return list(tensor.unbind(0))


def mask_entries(name: str, mask: object) -> list[torch.Tensor]:
    """The masks of a MASK: [B,H,W] or [H,W], any float type (0..1), bool, or uint8 (0..255).

    Each entry is a view [H,W] of the input, to be read only. Anything else raises ImageRefused with the input's name.
    """
    tensor = _tensor(name, "a MASK", mask, (torch.uint8, torch.bool))
    if tensor.ndim == 2:
        tensor = tensor.unsqueeze(0)
    if tensor.ndim != 3 or 0 in tensor.shape:
        raise ImageRefused(
            name,
            f"a MASK has the shape [B,H,W] or [H,W], this one has {_shape(mask)}.",
            f"Connect a MASK output to {name}; an IMAGE becomes one with ComfyUI's own “Convert Image to Mask” node.",
        )
    return list(tensor.unbind(0))


def pair_batches(batches: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """One dict per task, in order: entry i of every input, where an input with one entry serves every task.

    Inputs have B entries or 1; anything else raises ImageRefused with both inputs and both sizes.
    """
    if not batches:
        return []
    longest = max(batches, key=lambda name: len(batches[name]))
    count = len(batches[longest])
    for name, entries in batches.items():
        if len(entries) not in (1, count):
            raise ImageRefused(
                name,
                f"a batch of {len(entries)} does not go with the batch of {count} in {longest}.",
                f"Give {name} either 1 entry, which then serves all {count}, or {count} of them.",
            )
    return [
        {name: entries[i] if len(entries) == count else entries[0] for name, entries in batches.items()}
        for i in range(count)
    ]


def _tensor(name: str, kind: str, value: object, also: tuple[torch.dtype, ...]) -> torch.Tensor:
    if not isinstance(value, torch.Tensor):
        raise ImageRefused(
            name,
            f"{kind} was expected, not {type(value).__name__}.",
            f"Connect {kind} output to {name}.",
        )
    if not (value.is_floating_point() or value.dtype in also):
        raise ImageRefused(
            name,
            f"{kind} holds floats from 0 to 1, this one holds {value.dtype}.",
            f"Connect {kind} output of a ComfyUI node to {name}, or convert the values to float32.",
        )
    return value.detach()


def _shape(value: object) -> str:
    return str(list(value.shape)) if isinstance(value, torch.Tensor) else "none"
