"""TaskUIDs as the service seems to make them."""

from __future__ import annotations

ALPHABET = "0123456789abcdefghijklmnopqrstuv"


def xid(unix_time: float, number: int = 0) -> str:
    """A TaskUID of that second; those of one second are told apart by their `number`."""
    bits = int(unix_time) << 3
    time = "".join(ALPHABET[bits >> shift & 31] for shift in range(30, -5, -5))
    return time + f"{number:013d}"
