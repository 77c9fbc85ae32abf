"""TaskUIDs in the form of the API pages' examples: rs/xid, 20 characters of [0-9a-v].

Layout of the 12 bytes: Unix time (4), machine (3), process (2), counter (3), big-endian, in lowercase base32hex.
"""

import base64
import itertools
import secrets

_PADDING = "===="


class TaskUidGenerator:
    """Makes TaskUIDs that are unique within and across sandboxes, and sort by creation time."""

    def __init__(self) -> None:
        self._machine_and_process = secrets.token_bytes(5)
        self._counter = itertools.count(secrets.randbelow(2**24))

    def generate(self, unix_time: float) -> str:
        """A fresh TaskUID that says it was made at `unix_time` (whole seconds)."""
        when = int(unix_time).to_bytes(4, "big")
        count = (next(self._counter) % 2**24).to_bytes(3, "big")
        return base64.b32hexencode(when + self._machine_and_process + count).decode().rstrip("=").lower()


def creation_time(task_uid: str) -> int:
    """Unix time, in seconds, inside a TaskUID; ValueError when it is none."""
    return int.from_bytes(base64.b32hexdecode(task_uid.upper() + _PADDING)[:4], "big")
