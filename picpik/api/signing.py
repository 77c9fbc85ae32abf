"""PICPIK's signature: parameters in, hexadecimal SHA-1 out. No HTTP, no settings.

Source: the Signature page of the API documentation. Every request parameter but `Signature` is sorted by name (by code
point, case-sensitive), name and value are strung together without separators, the private key is appended, and the
UTF-8 bytes are hashed. The string is only ever produced in pieces: with images in it, it has tens of megabytes.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from .data_uri import DataUri


def canonical_pieces(params: Mapping[str, Any]) -> Iterator[bytes]:
    """The canonical string of `params` without the private key, piece by piece, UTF-8.

    Values may be str, bool, int, finite float, DataUri, and lists and mappings of these.
    """
    yield from _pieces({name: value for name, value in params.items() if name != "Signature"})


def sign(params: Mapping[str, Any], private_key: str) -> str:
    """The `Signature` of `params`: 40 lower-case hexadecimal digits."""
    digest = hashlib.sha1(usedforsecurity=False)  # the service's choice, not ours
    for piece in canonical_pieces(params):
        digest.update(piece)
    digest.update(private_key.encode())
    return digest.hexdigest()


def _pieces(value: Any) -> Iterator[bytes]:
    if isinstance(value, str):
        yield value.encode()
    elif isinstance(value, DataUri):
        yield from value
    elif isinstance(value, Mapping):
        for name in sorted(value):
            yield name.encode()
            yield from _pieces(value[name])
    elif isinstance(value, (list, tuple)):
        for element in value:
            yield from _pieces(element)
    else:
        yield _scalar(value).encode()


def _scalar(value: bool | int | float) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _decimal(value)
    raise TypeError(f"a {type(value).__name__} cannot be signed")


def _decimal(value: float) -> str:
    """Shortest decimal that reads back as `value`, never scientific; whole numbers without a fraction."""
    if not math.isfinite(value):
        raise ValueError("only finite numbers can be signed")
    return format(Decimal(repr(value + 0.0)), "f").removesuffix(".0")  # + 0.0: there is no negative zero
