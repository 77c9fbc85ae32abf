"""PICPIK's signature, read from the API pages: names sorted by code point, values written out, SHA-1.

Owns the canonical string and its comparison with what a request claims. Knows neither HTTP nor keys' owners.
"""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any


def canonical_string(parameters: Mapping[str, Any]) -> str:
    """Every parameter but Signature, as `name + value`, sorted; the private key comes after it."""
    return "".join(_pieces(_signed_part(parameters)))


def sign(parameters: Mapping[str, Any], private_key: str) -> str:
    """Lowercase hex SHA-1 of the canonical string followed by the private key, in UTF-8."""
    digest = hashlib.sha1(usedforsecurity=False)
    for piece in _pieces(_signed_part(parameters)):
        digest.update(_utf8(piece))
    digest.update(_utf8(private_key))
    return digest.hexdigest()


def is_signed(parameters: Mapping[str, Any], private_key: str) -> bool:
    """Whether `parameters["Signature"]` is right; hex in either case, compared in constant time."""
    claimed = parameters.get("Signature")
    if not isinstance(claimed, str):
        return False
    return hmac.compare_digest(_utf8(claimed.lower()), _utf8(sign(parameters, private_key)))


def _signed_part(parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if name != "Signature"}


def _pieces(value: object) -> Iterator[str]:
    """The value's text in pieces, so that megabytes of Base64 are hashed without another copy."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name in sorted(value):
            yield name
            yield from _pieces(value[name])
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _pieces(item)
    elif value is not None:
        yield _scalar(value)


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")
    return str(value)


def _utf8(text: str) -> bytes:
    # JSON may hold half of a surrogate pair; such a request must fail its check, not the server.
    return text.encode("utf-8", "surrogatepass")
