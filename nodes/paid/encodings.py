"""The files that are made of a run's pictures and masks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...imaging import EncodedImage
from ...picpik.api import DataUri


class Encodings:
    """Files of the inputs of one run. An entry that serves several tasks of a batch is encoded once."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self._files: dict[tuple[Any, ...], tuple[EncodedImage, DataUri]] = {}

    def encode(
        self, encoder: Callable[..., EncodedImage], name: str, entry: Any, *options: Any
    ) -> tuple[EncodedImage, DataUri]:
        """The file that `encoder` makes of the entry, and what is sent of it."""
        key = (name, id(entry), *options)
        if key not in self._files:
            image = encoder(name, entry, *options)
            self.notes += image.notes
            self._files[key] = image, DataUri.encode(image.media_type, image.chunks)
        return self._files[key]
