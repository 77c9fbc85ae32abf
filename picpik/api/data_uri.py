"""An encoded image as a data URI, held as pieces of base64 text that exist once.

The signature is fed from the pieces and the request body is streamed from the same pieces, so a 20 MB image is never
joined into one string. Pieces are small enough that base64, which holds the interpreter's lock, never holds it long.
"""

from __future__ import annotations

import hashlib
from binascii import b2a_base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

_RAW_PIECE = 192 * 1024  # divisible by 3, so pieces join without padding; 256 KiB of text


@dataclass(frozen=True)
class DataUri:
    """`data:<media_type>;base64,<text>`, or the text alone where it `is_bare`; `pieces` joined is the ASCII text."""

    media_type: str
    pieces: tuple[bytes, ...] = field(repr=False)
    is_bare: bool = False

    @classmethod
    def encode(cls, media_type: str, chunks: Iterable[bytes]) -> DataUri:
        """From the chunks of an image file, of any sizes."""
        return cls(media_type, tuple(b2a_base64(raw, newline=False) for raw in _recut(chunks)))

    def bare(self) -> DataUri:
        """The same picture without the head that names its type."""
        return replace(self, is_bare=True)

    def __iter__(self) -> Iterator[bytes]:
        if not self.is_bare:
            yield f"data:{self.media_type};base64,".encode()
        yield from self.pieces

    @property
    def byte_count(self) -> int:
        """Bytes on the wire."""
        return sum(map(len, self))

    @property
    def digest(self) -> str:
        """SHA-256, hexadecimal, of what is on the wire."""
        digest = hashlib.sha256()
        for piece in self:
            digest.update(piece)
        return digest.hexdigest()


def _recut(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of `_RAW_PIECE`; only the last may be shorter."""
    rest = bytearray()
    for chunk in chunks:
        view = memoryview(chunk)
        while len(rest) + len(view) >= _RAW_PIECE:
            cut = _RAW_PIECE - len(rest)
            rest += view[:cut]
            yield bytes(rest)
            rest.clear()
            view = view[cut:]
        rest += view
    if rest:
        yield bytes(rest)
