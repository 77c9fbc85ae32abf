"""TaskUIDs look like xids, which have the time in them at which they were made. No page promises it."""

from __future__ import annotations

_XID_ALPHABET = "0123456789abcdefghijklmnopqrstuv"


def created_at(task_uid: str) -> float | None:
    """Unix time in whole seconds at which the service made the TaskUID (an xid), or None where it is none."""
    if len(task_uid) != 20 or any(letter not in _XID_ALPHABET for letter in task_uid):
        return None
    bits = 0
    for letter in task_uid[:7]:  # 35 bits, of which the first 32 are the time
        bits = bits << 5 | _XID_ALPHABET.index(letter)
    return float(bits >> 3)
