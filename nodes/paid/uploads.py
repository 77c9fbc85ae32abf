"""The pictures and masks of a run: what they are known by, and the files that are made of them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import torch

from ...imaging import EncodedImage, mask_entries, refuse_unusable_mask
from ...picpik.api import DataUri, PixelDigest


class Uploads:
    """What is sent of the inputs of one run. An entry that serves several tasks of a batch is hashed and encoded once.

    Digests are made at once, files only for requests that are sent, in whichever thread does so. `note` is told in one
    line each what is changed on the way.
    """

    def __init__(self, note: Callable[..., None]) -> None:
        self.note = note
        self._digests: dict[int, PixelDigest] = {}
        self._files: dict[tuple[Any, ...], tuple[EncodedImage, DataUri]] = {}
        self._encoding = threading.Lock()

    def digest(self, digest: Callable[[torch.Tensor], str], entry: torch.Tensor) -> PixelDigest:
        """What the entry is known by, whatever file is made of it."""
        if id(entry) not in self._digests:
            self._digests[id(entry)] = PixelDigest(digest(entry))
        return self._digests[id(entry)]

    def encode(
        self, encoder: Callable[..., EncodedImage], name: str, entry: torch.Tensor, *options: Any
    ) -> tuple[EncodedImage, DataUri]:
        """The file that `encoder` makes of the entry, and what is sent of it."""
        key = (name, id(entry), *options)
        with self._encoding:
            if key not in self._files:
                image = encoder(name, entry, *options)
                self.note(*image.notes)
                self._files[key] = image, DataUri.encode(image.media_type, image.chunks)
            return self._files[key]


def usable_masks(mask: torch.Tensor) -> list[torch.Tensor]:
    """The entries of the input `mask`. Raises ImageRefused where nothing or everything of one is painted."""
    masks = mask_entries("mask", mask)
    for entry in masks:
        refuse_unusable_mask("mask", entry)
    return masks
