"""Fields of an answer, as far as they can be relied on: what is missing or of a wrong type counts as not given."""

from __future__ import annotations

from typing import Any

_BIGGEST = 2**63 - 1  # what the ledger's database can hold


def whole_number(value: Any) -> int | None:
    """An Int of 64 bits, or None."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if -_BIGGEST <= value <= _BIGGEST else None


def text(value: Any) -> str:
    """A String, or "". Halves of surrogate pairs, which JSON can hold but UTF-8 cannot, become question marks."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def texts(listed: Any) -> tuple[str, ...]:
    """The Strings of a list; none where it is no list."""
    return tuple(text(entry) for entry in listed if isinstance(entry, str)) if isinstance(listed, list) else ()
