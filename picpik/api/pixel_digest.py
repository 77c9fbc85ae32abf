"""An image that is not encoded yet, in the place of the DataUri that it becomes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PixelDigest:
    """SHA-256, hexadecimal, of an image's pixels. It is no text on purpose: a request that holds it cannot be sent."""

    digest: str
    byte_count = 0
    """Bytes on the wire."""
