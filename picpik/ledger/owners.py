"""Who is alive: each process that works on a home folder holds a lock there, which the system frees at its death.

A stopped or stalled process keeps its lock, and with it its requests; a killed one loses it at once. No process has to
give a sign of life, so none can give it too late.
"""

from __future__ import annotations

import errno
import os
import re
import sys
import time
import uuid
from contextlib import suppress
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

from .disk import keep_as_private_as_its_folder

OWNERS_FOLDER = "owners"

_SUFFIX = ".lock"
_HELD = {errno.EACCES, errno.EAGAIN, errno.EDEADLK}
_TRIES = 100
_PAUSE = 0.05
_LOOKS = (0.0, 0.005, 0.02)
"""Pauses in seconds. Who looks whether a lock is free has it for a moment, and must not be taken for its owner."""


class Owners:
    """The processes at work on one home folder, whose locks are in `folder`. `me` names this one.

    All methods block. The lock belongs to the open file, not to the process: two of them in one process see each other.
    """

    def __init__(self, folder: Path) -> None:
        self.me = uuid.uuid4().hex
        self._folder = folder.absolute()
        self._mine: int | None = None

    def enter(self) -> None:
        """From now on this one is alive to others, until `leave` or the death of the process. Raises OSError.

        What dead ones have left behind is cleared away. On a disk that knows no locks everybody counts as alive.
        """
        if self._mine is not None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        self._mine = _locked(self._path(self.me))
        for each in (self._folder, self._path(self.me)):
            keep_as_private_as_its_folder(each)
        for left in self._folder.glob(f"*{_SUFFIX}"):
            self.is_alive(left.stem)

    def is_alive(self, owner: str) -> bool:
        """Does the process that `owner` names live? True where that cannot be told."""
        if owner == self.me:
            return self._mine is not None
        if not re.fullmatch("[0-9a-f]{32}", owner):  # no `me` looks like this
            return False
        for pause in _LOOKS:
            time.sleep(pause)
            if _is_left_over(self._path(owner)):
                return False
        return True

    def leave(self) -> None:
        """Ends what `enter` began."""
        if self._mine is not None:
            _delete(self._mine, self._path(self.me))
            self._mine = None

    def _path(self, owner: str) -> Path:
        return self._folder / f"{owner}{_SUFFIX}"


def _locked(path: Path) -> int:
    """The open file at `path`, made and locked. Raises OSError."""
    for _ in range(_TRIES):
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        # Who clears up may have had the file between the two steps. Then it is deleted, and this is a lock of nothing.
        if _lock(file) is not False and _is_at(file, path):
            return file
        os.close(file)
        time.sleep(_PAUSE)
    raise TimeoutError(errno.ETIMEDOUT, "another process does not let go of the lock", str(path))


def _is_left_over(path: Path) -> bool:
    """Does nobody hold the lock of the file? Then it is deleted."""
    try:
        file = _opened(path)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    if not _lock(file):
        os.close(file)
        return False
    if not _is_at(file, path):  # another one that cleared up has deleted it just now
        os.close(file)
        return _is_left_over(path)
    _delete(file, path)
    return True


def _opened(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR)
    except PermissionError:  # another user's, on a folder that is shared: to see the lock is enough
        return os.open(path, os.O_RDONLY)


def _lock(file: int) -> bool | None:
    """Takes the lock of an open file: True where it was free, False where another holds it, None where none are."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return False if error.errno in _HELD else None
    return True


def _is_at(file: int, path: Path) -> bool:
    """Is the open file still the one at `path`?"""
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except OSError:
        return False


def _delete(file: int, path: Path) -> None:
    """Closes and deletes a file that this one holds the lock of. A leftover does no harm."""
    if sys.platform == "win32":  # there no open file can be deleted, so that nobody loses one that he has just opened
        os.close(file)
        with suppress(OSError):
            path.unlink()
        return
    with suppress(OSError):  # while it is locked: who opens it just now finds that it is gone
        path.unlink()
    os.close(file)
