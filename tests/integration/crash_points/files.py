"""The seams of the files below the home folder: open, write, sync, rename, delete, folders made, synced and removed.

Python's audit hooks tell of most of them before they are carried out, whatever function is used, and can make them
fail. They do not tell of writes and syncs: these functions are replaced.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from .power import Mirror
from .seams import DiskFails, Seams

_CHANGING_FLAGS = os.O_CREAT | os.O_TRUNC
_OPERATIONS = {
    "os.rename": "rename",
    "os.remove": "delete",
    "os.rmdir": "remove the folder",
    "os.mkdir": "make the folder",
    "os.truncate": "truncate",
    "os.listdir": "list",
    "os.scandir": "list",
}
_NEEDS_SPACE = ("open", "write", "make the folder", "rename")


def watch_files(seams: Seams, home: Path, mirror: Mirror | None) -> None:
    """From now on every operation of this process on files below `home` has its seam.

    What fails there fails with ENOSPC where it needs space, else with EIO.
    """
    watch = _Watch(seams, home, mirror)
    sys.addaudithook(watch.heard)
    os.fsync = watch.syncing(os.fsync)
    if hasattr(os, "fdatasync"):
        os.fdatasync = watch.syncing(os.fdatasync)
    os.write = watch.writing(os.write)
    os.open = watch.creating(os.open)
    io.open = builtins.open = watch.opening(io.open)


class _Watch:
    def __init__(self, seams: Seams, home: Path, mirror: Mirror | None) -> None:
        self._seams = seams
        self._home = str(home)
        self._parent = str(home.parent)
        self._mirror = mirror
        self._own = threading.local()

    # -- told of by Python

    def heard(self, event: str, args: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = args
            changes = bool(flags & _CHANGING_FLAGS)
            if self._is_ours(path) and not (changes and Path(os.fsdecode(path)).is_dir()):
                self._before("open" if changes else "read", path, changes=changes)
        elif event in _OPERATIONS and self._is_ours(args[0]):
            operation = _OPERATIONS[event]
            self._before(operation, args[0], changes=operation != "list")
            if operation == "make the folder" and self._mirror is not None:
                with self._unwatched():
                    self._mirror.makes_folder(Path(os.fsdecode(args[0])))

    # -- replaced

    def syncing(self, sync: Callable[[int], None]) -> Callable[[Any], None]:
        def watched(file: Any) -> None:
            fd = file if isinstance(file, int) else file.fileno()
            path = _path_of(fd)
            if not self._is_ours(path) and path != self._parent:  # which says whether the home folder is there
                return sync(fd)
            self._before("sync", path, changes=True)
            if self._mirror is None:
                return sync(fd)
            with self._unwatched(), self._mirror.syncing(fd, Path(path)):
                sync(fd)
            return None

        return watched

    def writing(self, write: Callable[[int, Any], int]) -> Callable[[int, Any], int]:
        def watched(fd: int, content: Any) -> int:
            if not getattr(self._own, "busy", False) and self._is_ours(path := _path_of(fd)):
                self._before("write", path, changes=True)
            return write(fd, content)

        return watched

    def creating(self, open_: Callable[..., int]) -> Callable[..., int]:
        def watched(path: Any, flags: int, *args: Any, **kwargs: Any) -> int:
            fd = open_(path, flags, *args, **kwargs)
            if flags & os.O_CREAT:
                self._made(_path_of(fd))
            return fd

        return watched

    def opening(self, open_: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*args: Any, **kwargs: Any) -> Any:
            file = open_(*args, **kwargs)
            if getattr(self._own, "busy", False) or not file.writable() or not self._is_ours(_path_of(file.fileno())):
                return file
            self._made(_path_of(file.fileno()))
            return _WatchedFile(file, lambda: self._before("write", _path_of(file.fileno()), changes=True))

        return watched

    def _made(self, path: str) -> None:
        if self._mirror is not None and self._is_ours(path):
            with self._unwatched():
                self._mirror.made(Path(path))

    # -- the seam

    def _before(self, operation: str, path: Any, *, changes: bool) -> None:
        if getattr(self._own, "busy", False):
            return
        with self._unwatched():
            try:
                self._seams.before_disk(f"file: {operation} {self._name(path)}", changes=changes)
            except DiskFails:
                number = errno.ENOSPC if operation in _NEEDS_SPACE else errno.EIO
                raise OSError(number, os.strerror(number), os.fsdecode(path)) from None

    def _is_ours(self, path: Any) -> bool:
        if isinstance(path, int) or getattr(self._own, "busy", False):
            return False
        name = os.fsdecode(path)
        return (name == self._home or name.startswith(self._home + os.sep)) and "ledger.sqlite" not in name

    def _name(self, path: Any) -> str:
        """Without what is different in each life."""
        if os.fsdecode(path) == self._parent:
            return "parent"
        name = os.fsdecode(path).removeprefix(self._home).lstrip("/")
        return re.sub(r"[0-9a-f]{32}|[0-9a-v]{20}|\.\w{8}(?=\.part)", "*", name) or "home"

    @contextmanager
    def _unwatched(self) -> Iterator[None]:
        before = getattr(self._own, "busy", False)
        self._own.busy = True
        try:
            yield
        finally:
            self._own.busy = before


class _WatchedFile:
    """A file that says so before it is written."""

    def __init__(self, file: Any, before: Callable[[], None]) -> None:
        self._file = file
        self._before = before

    def write(self, content: Any) -> int:
        self._before()
        return self._file.write(content)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._file)

    def __enter__(self) -> _WatchedFile:
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()


def _path_of(fd: int) -> str:
    """Where an open file stands, or "" where it stands nowhere."""
    with suppress(OSError):
        if sys.platform == "darwin":
            import fcntl

            return fcntl.fcntl(fd, fcntl.F_GETPATH, bytes(1024)).rstrip(b"\x00").decode()
        return str(Path(f"/proc/self/fd/{fd}").readlink())
    return ""
