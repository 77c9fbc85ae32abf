"""The pictures and masks of a run: what they are known by, and the files that are made of them."""

from __future__ import annotations

import functools
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch

from ... import imaging
from ...picpik import api


class Uploads:
    """What is sent of the inputs of one run, whose requests are sent one after the other.

    An entry that serves several tasks of a batch is hashed and encoded once. Digests and files are made when they are
    needed, in whichever thread needs them, and a file is kept no longer than another request may need it. `note` is
    told in one line each what is changed on the way.
    """

    def __init__(self, note: Callable[..., None]) -> None:
        self.note = note
        self._digests: dict[int, api.PixelDigest] = {}
        self._uses: Counter[int] = Counter()
        self._files: dict[tuple[Any, ...], _File] = {}
        self._changing = threading.Lock()

    def digest(self, digest: Callable[[torch.Tensor], str], entry: torch.Tensor) -> api.PixelDigest:
        """What the entry is known by, whatever file is made of it. Asked for by each request that sends it."""
        self._uses[id(entry)] += 1
        if id(entry) not in self._digests:
            self._digests[id(entry)] = api.PixelDigest(functools.partial(digest, entry))
        return self._digests[id(entry)]

    def refuse_early(
        self,
        name: str,
        entry: torch.Tensor,
        upload_format: str,
        is_safe: Callable[[imaging.Size], bool],
        refuse: Callable[[imaging.Size], object],
    ) -> None:
        """Has `refuse` look, before anything is sent, at what depends on the size in which a picture is sent.

        `is_safe` tells of the smallest size possible whether nothing can be refused at it or any larger one. Where it
        is not, and nothing but the file tells the size, the file is made for that.
        """
        largest, smallest = imaging.sizes_when_sent(entry)
        if is_safe(smallest):
            return
        if largest != smallest:
            file = imaging.encode_picture(name, entry, upload_format)
            largest = (file.width, file.height)
        refuse(largest)

    def encode(
        self, encoder: Callable[..., imaging.EncodedImage], name: str, entry: torch.Tensor, *options: Any
    ) -> tuple[imaging.EncodedImage, api.DataUri]:
        """The file that `encoder` makes of the entry, and what is sent of it. Asked for once by each request."""
        key = (name, id(entry), *options)
        with self._changing:
            file = self._files.setdefault(key, _File())
            self._uses[id(entry)] -= 1
            if self._uses[id(entry)] <= 0:
                del self._files[key]
        image, uri = file.made(lambda: encoder(name, entry, *options))
        self.note(*image.notes)
        return image, uri


class _File:
    """One file, made once."""

    def __init__(self) -> None:
        self._made: tuple[imaging.EncodedImage, api.DataUri] | None = None
        self._making = threading.Lock()

    def made(self, make: Callable[[], imaging.EncodedImage]) -> tuple[imaging.EncodedImage, api.DataUri]:
        with self._making:
            if self._made is None:
                image = make()
                # the file itself is needed no more
                self._made = replace(image, chunks=()), api.DataUri.encode(image.media_type, image.chunks)
            return self._made


def usable_masks(mask: torch.Tensor) -> list[torch.Tensor]:
    """The entries of the input `mask`. Raises ImageRefused where nothing or everything of one is painted."""
    masks = imaging.mask_entries("mask", mask)
    for entry in masks:
        imaging.refuse_unusable_mask("mask", entry)
    return masks


def refuse_mask_early(uploads: Uploads, raw_image: torch.Tensor, mask: torch.Tensor, upload_format: str) -> None:
    """Refuses before anything is sent what `encode_mask` would refuse of a mask that is fitted to its picture."""
    uploads.refuse_early(
        "raw_image",
        raw_image,
        upload_format,
        functools.partial(imaging.is_mask_safe, mask),
        functools.partial(imaging.refuse_unusable_mask, "mask", mask),
    )
