"""The named places between two steps of a life, and the blow that falls at one of them.

A *life* is a process with a task runner. A *seam* lies between two things that it does to the world outside of its
memory: to the ledger, to a file, to the service. At seam k the life ends, as by kill -9, or a disk operation fails.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path

CRASHED = 9
"""The exit status of a life that was ended at a seam."""

NO_BLOW, CRASH, DISK_ERROR, CUT, CUT_KEEPING_NAMES = "no blow", "crash", "disk error", "power cut", "power cut (names)"

NEVER = 0
"""For a life that only sees what a blow does to another."""

_write = os.write  # the real one, whatever is watched later


@dataclass(frozen=True)
class Blow:
    """What happens at seam `at`, counted from 1 over the seams at which such a blow can fall.

    A DISK_ERROR makes one disk operation fail, which may be one that reads; everything else ends the process.
    """

    kind: str = NO_BLOW
    at: int = NEVER

    @property
    def is_cut(self) -> bool:
        return self.kind in (CUT, CUT_KEEPING_NAMES)

    def can_fall(self, *, is_disk: bool, changes: bool) -> bool:
        return is_disk if self.kind == DISK_ERROR else changes


class DiskFails(Exception):
    """This disk operation fails."""


class Seams:
    """Counts the seams of this life, and lets the blow fall. Each is a line in the file `log`."""

    def __init__(self, blow: Blow, log: Path) -> None:
        self._blow = blow
        self._count = 0
        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._lock = threading.Lock()

    def at(self, name: str) -> None:
        """A seam that is no disk operation: around a call, or after a commit."""
        self._pass(name, is_disk=False, changes=True)

    def before_disk(self, name: str, *, changes: bool) -> None:
        """The seam before a disk operation, which `changes` the disk or reads. Raises DiskFails."""
        if self._pass(name, is_disk=True, changes=changes):
            raise DiskFails

    def _pass(self, name: str, *, is_disk: bool, changes: bool) -> bool:
        with self._lock:
            counts = self._blow.can_fall(is_disk=is_disk, changes=changes)
            self._count += counts
            _write(self._log, f"{self._count if counts else '-'}\t{name}\n".encode())
            falls = counts and self._count == self._blow.at
            if falls and self._blow.kind != DISK_ERROR:
                os._exit(CRASHED)
            return falls


def kind_of(seam: str) -> str:
    """What sort of seam it is, without the method, file or Action that it was met in."""
    place, _, rest = seam.partition(": ")
    if place == "file":
        return f"file: {rest.rpartition(' ')[0]}"
    return f"{place}: {rest.partition(' ')[2]}"
