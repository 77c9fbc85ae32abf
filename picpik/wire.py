"""The JSON body of a request, in pieces, and the key that two equal requests share."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .data_uri import DataUri

_SMALL = 64 * 1024


def json_pieces(value: Any) -> Iterator[bytes]:
    """`value` as compact JSON with sorted names, UTF-8. Base64 needs no escaping, so images go in as they are."""
    return _coalesced(_json(value))


def unseeded_key(endpoint: str, public_key: str, params: Mapping[str, Any]) -> str:
    """SHA-256 over endpoint, PublicKey and `params` but the Seed: tens of megabytes are hashed once for every seed.

    `params` has no Signature and no request_uuid. JSON is hashed, not the canonical string of the signature: that one
    has no separators, so ["ab", "c"] and ["abc"] would share a key, and a paid picture would go to the wrong request.
    """
    unseeded = {name: value for name, value in params.items() if name != "Seed"}
    digest = hashlib.sha256()
    for piece in _json({"endpoint": endpoint, "public_key": public_key, "params": unseeded}):
        digest.update(piece)
    return digest.hexdigest()


def request_key(unseeded: str, seed: int) -> str:
    """The request key: the same request has the same key."""
    return hashlib.sha256(f"{unseeded} {seed}".encode()).hexdigest()


def _json(value: Any) -> Iterator[bytes]:
    if isinstance(value, DataUri):
        yield b'"'
        yield from value
        yield b'"'
    elif isinstance(value, Mapping):
        yield b"{"
        for index, name in enumerate(sorted(value)):
            yield (b"," if index else b"") + json.dumps(name, ensure_ascii=False).encode() + b":"
            yield from _json(value[name])
        yield b"}"
    elif isinstance(value, (list, tuple)):
        yield b"["
        for index, element in enumerate(value):
            if index:
                yield b","
            yield from _json(element)
        yield b"]"
    else:
        yield json.dumps(value, ensure_ascii=False, allow_nan=False).encode()


def _coalesced(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Small pieces joined; large ones passed through, not copied."""
    small = bytearray()
    for piece in pieces:
        if len(piece) < _SMALL:
            small += piece
            if len(small) < _SMALL:
                continue
            piece = b""
        if small:
            yield bytes(small)
            small.clear()
        if piece:
            yield piece
    if small:
        yield bytes(small)
