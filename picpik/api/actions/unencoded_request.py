"""A request whose images are still pixels: it is known at once, and encoded only if it is to be sent."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from .action import Action


class UnencodedRequest:
    """One request, in place of the Action that it becomes. For any thread.

    `asked` is the Action as it was asked for: a PixelDigest in the place of every image, boxes in pixels of the
    originals. It checks itself, so that what is out of range is refused before anything is encoded. `encode` makes of
    it what is sent; what only follows from the encoding is no part of `asked`, and so of no key.
    """

    def __init__(self, asked: Action, encode: Callable[[], Action]) -> None:
        self._asked = asked
        self._encode: Callable[[], Action] | None = encode
        self._encoded: Action | None = None
        self._encoding = threading.Lock()

    @property
    def ACTION(self) -> str:
        return self._asked.ACTION

    @property
    def seed(self) -> int | None:
        return self._asked.seed

    @property
    def size(self) -> tuple[int, int] | None:
        return self._asked.size

    @property
    def batch_size(self) -> int | None:
        return self._asked.batch_size

    def with_seed(self, seed: int) -> UnencodedRequest:
        """The same request with another seed: the same digests, and the same images once they are encoded."""
        return UnencodedRequest(self._asked.with_seed(seed), lambda: self.encoded().with_seed(seed))

    def key_params(self) -> dict[str, Any]:
        """What is asked for, as JSON, images by their digests: the request key is made of it."""
        return self._asked.key_params()

    def encoded(self) -> Action:
        """What is sent. Blocks until it is made, once, and raises what `encode` raises. The pixels are let go then."""
        with self._encoding:
            if self._encode is not None:
                self._encoded = self._encode()
                self._encode = None
            assert self._encoded is not None
            return self._encoded
