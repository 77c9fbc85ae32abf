"""An image that is not encoded yet, in the place of the DataUri that it becomes."""

from __future__ import annotations

import threading
from collections.abc import Callable


class PixelDigest:
    """SHA-256, hexadecimal, of an image's pixels. It is no text on purpose: a request that holds it cannot be sent.

    `make` is called when it is first asked for, once, in whichever thread asks, and let go then with its pixels.
    """

    byte_count = 0
    """Bytes on the wire."""

    def __init__(self, make: Callable[[], str]) -> None:
        self._make: Callable[[], str] | None = make
        self._digest = ""
        self._making = threading.Lock()

    @property
    def digest(self) -> str:
        with self._making:
            if self._make is not None:
                self._digest = self._make()
                self._make = None
            return self._digest
