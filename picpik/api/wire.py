"""The JSON body of a request, in pieces."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .data_uri import DataUri

_SMALL = 64 * 1024
_encoded = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode


def json_pieces(value: Any) -> Iterator[bytes]:
    """`value` as compact JSON with sorted names, UTF-8. Base64 needs no escaping, so images go in as they are.

    Small pieces are joined; large ones are passed through, not copied.
    """
    return _coalesced(_raw_json_pieces(value))


def wire_float(value: float | None) -> float | None:
    """At most four decimals, no negative zero: the official signers disagree on anything finer."""
    return None if value is None else round(value, 4) + 0.0


def _raw_json_pieces(value: Any) -> Iterator[bytes]:
    """The same bytes, cut wherever they happen to be."""
    try:
        whole = _encoded(value).encode()
    except TypeError:  # there are images in it
        yield from _pieces_around_images(value)
    else:
        yield whole


def _pieces_around_images(value: Any) -> Iterator[bytes]:
    if isinstance(value, DataUri):
        yield b'"'
        yield from value
        yield b'"'
    elif isinstance(value, Mapping):
        yield b"{"
        for index, name in enumerate(sorted(value)):
            yield (b"," if index else b"") + _encoded(name).encode() + b":"
            yield from _raw_json_pieces(value[name])
        yield b"}"
    elif isinstance(value, (list, tuple)):
        yield b"["
        for index, element in enumerate(value):
            if index:
                yield b","
            yield from _raw_json_pieces(element)
        yield b"]"
    else:
        raise TypeError(f"a {type(value).__name__} cannot be sent")


def _coalesced(pieces: Iterable[bytes]) -> Iterator[bytes]:
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
