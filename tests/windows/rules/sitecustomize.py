"""The rules of Windows for files, laid over another system's: Python imports this at its start where it is on the path.

They hold below the folder that WINDOWS_RULES_BELOW names, for this process and those that it starts:

- what is open, here or in a process of the family, cannot be deleted, renamed or replaced;
- two names that differ only by case are one file: whoever makes the second one has made a mistake;
- some names and characters cannot be, and no path below that folder is longer than what Windows leaves to it: 259
  characters without the 60 that the folder's own path may have there;
- the locks of the pack's owners are taken and given back as its code does it on Windows.
"""

import builtins
import errno
import fcntl
import io
import os
import pathlib
import re
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType, SimpleNamespace
from typing import Any

BELOW = os.path.realpath(os.environ["WINDOWS_RULES_BELOW"])

LONGEST_PATH = 259 - 60
RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f\\]|[ .]$')

_plain = {name: getattr(os, name) for name in ("open", "unlink", "remove", "rename", "replace", "mkdir", "rmdir")}
_plain_open, _plain_connect = io.open, sqlite3.connect


class OneFileTwoNames(AssertionError):
    """On Windows both would be the same file."""


def ruled(path: Any) -> str | None:
    """The whole path where the rules hold for it."""
    if isinstance(path, int):
        return None
    whole = os.path.abspath(os.fsdecode(path))
    return whole if whole.startswith(BELOW + os.sep) else None


def require_closed(path: Any) -> None:
    """Raises PermissionError where somebody has it open, or something below it."""
    whole = ruled(path)
    if whole is not None and any(each == whole or each.startswith(whole + os.sep) for each in _open_files()):
        raise PermissionError(errno.EACCES, "The process cannot access the file because it is being used", whole)


def require_possible(path: Any) -> None:
    """Raises what Windows would of a name that cannot be made, or stands for another file."""
    whole = ruled(path)
    if whole is None:
        return
    below = os.path.relpath(whole, BELOW)
    if len(below) > LONGEST_PATH:
        raise FileNotFoundError(errno.ENOENT, "The path is too long", whole)
    folder = BELOW
    for name in below.split(os.sep):
        if RESERVED.fullmatch(name) or FORBIDDEN.search(name):
            raise OSError(errno.EINVAL, "The file name, directory name, or volume label syntax is incorrect", whole)
        if not os.path.lexists(os.path.join(folder, name)):
            _require_no_twin(folder, name)
            return
        folder = os.path.join(folder, name)


def _require_no_twin(folder: str, name: str) -> None:
    there = os.listdir(folder) if os.path.isdir(folder) else []
    if twins := [other for other in there if other != name and other.lower() == name.lower()]:
        raise OneFileTwoNames(f"{name} and {twins[0]} in {folder}")


def _open_files() -> Iterator[str]:
    for process in _family():
        try:
            numbers = os.listdir(f"/proc/{process}/fd")
        except OSError:
            continue  # it has just ended
        for number in numbers:
            try:
                yield os.readlink(f"/proc/{process}/fd/{number}")
            except OSError:
                continue  # it was just closed


def _family() -> set[int]:
    """This process, its parent, and the children of both: those whose files a test can get in the way of."""
    me, parent = os.getpid(), os.getppid()
    return {me, parent, *_children(me), *_children(parent)}


def _children(process: int) -> Iterator[int]:
    try:
        for thread in os.listdir(f"/proc/{process}/task"):
            with _plain_open(f"/proc/{process}/task/{thread}/children") as listed:
                yield from map(int, listed.read().split())
    except OSError:
        return


def _of_one(plain: Callable[..., Any], check: Callable[[Any], None]) -> Callable[..., Any]:
    def ruled_call(path: Any, *arguments: Any, **options: Any) -> Any:
        if options.get("dir_fd") is None:
            check(path)
        return plain(path, *arguments, **options)

    return ruled_call


def _moving(plain: Callable[..., Any], *, replaces: bool) -> Callable[..., Any]:
    def move(source: Any, target: Any, **options: Any) -> Any:
        require_closed(source)
        if ruled(target) is not None and os.path.lexists(target):
            if not replaces:
                raise FileExistsError(errno.EEXIST, "Cannot create a file when that file already exists", str(target))
            require_closed(target)
        require_possible(target)
        return plain(source, target, **options)

    return move


def _os_open(path: Any, flags: int, *arguments: Any, **options: Any) -> int:
    if flags & os.O_CREAT and options.get("dir_fd") is None:
        require_possible(path)
    return _plain["open"](path, flags, *arguments, **options)


def _io_open(file: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:
    if not isinstance(file, int) and set(mode) & set("wxa"):
        require_possible(file)
    return _plain_open(file, mode, *arguments, **options)


def _connect(database: Any, *arguments: Any, **options: Any) -> Any:
    if isinstance(database, (str, os.PathLike)) and not str(database).startswith((":", "file:")):
        require_possible(database)
    return _plain_connect(database, *arguments, **options)


class OwnersOnWindows(MetaPathFinder):
    """Has `picpik/ledger/owners.py` find itself on Windows, with locks that this system has, too."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if not name.endswith("picpik.ledger.owners"):
            return None
        spec = PathFinder.find_spec(name, path, target)
        assert spec is not None and spec.loader is not None
        execute = spec.loader.exec_module

        def execute_on_windows(module: ModuleType) -> None:
            execute(module)
            module.sys = SimpleNamespace(platform="win32")  # type: ignore[attr-defined]
            module.msvcrt = SimpleNamespace(LK_NBLCK=2, locking=_locking)  # type: ignore[attr-defined]

        spec.loader.exec_module = execute_on_windows  # type: ignore[method-assign]
        return spec


def _locking(file: int, _mode: int, _bytes: int) -> None:
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


sys.meta_path.insert(0, OwnersOnWindows())
os.open, builtins.open, io.open, sqlite3.connect = _os_open, _io_open, _io_open, _connect
os.unlink = os.remove = _of_one(_plain["unlink"], require_closed)
os.rmdir = _of_one(_plain["rmdir"], require_closed)
os.mkdir = _of_one(_plain["mkdir"], require_possible)
os.rename, os.replace = _moving(_plain["rename"], replaces=False), _moving(_plain["replace"], replaces=True)
if hasattr(pathlib, "_NormalAccessor"):  # Python 3.10 has the calls of os at hand
    for _name in ("open", "unlink", "rmdir", "mkdir", "rename", "replace"):
        setattr(pathlib._NormalAccessor, _name, staticmethod(getattr(os, _name)))  # type: ignore[attr-defined]
