"""What a disk has kept after a power cut that dropped everything unsynced.

While a process lives, a `Mirror` keeps beside its home folder what is certain to be on the disk:

- the content that a file had at its last fsync (it is known by its inode, which is kept from being used again);
- the names that a folder held at its last fsync. A file or folder that was made, renamed or deleted since then is as
  it was before; a folder whose parent was not synced since it was made is not there;
- the ledger's database and its log as each COMMIT left them, and a regular close. SQLite syncs in C, where no test
  looks on; that it flushes the log before COMMIT returns is its promise for `synchronous = FULL` in WAL mode, and that
  this is what is set is asked of the connection before each commit. Its file names are certain from then on, too,
  because it syncs the folder when it makes the log; not so the folder's own name in its parent.

Not modelled: sectors that are torn, writes that were kept though nothing asked for it (`keeps_names` does so for the
names), disks that lie about fsync.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

_LEDGER_PARTS = ("", "-wal")


class Mirror:
    """What is certain of the home folder, in `folder`, on the same file system. Several processes may share it."""

    def __init__(self, folder: Path) -> None:
        for part in ("files", "folders", "inodes", "ledger"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._ledger_files: dict[int, int] = {}  # by inode

    # -- by those who live

    def made(self, path: Path) -> None:
        """A file is there that perhaps was not, and that another process may have deleted already."""
        with suppress(FileExistsError, FileNotFoundError):
            (self._folder / "inodes" / str(path.stat().st_ino)).hardlink_to(path)

    def makes_folder(self, path: Path) -> None:
        """Before a folder is made: what was certain of an earlier one of its name is not of this one.

        Alone, for another process may make it meanwhile, and sync it: that is certain.
        """
        with self._alone("syncing"):
            if not path.exists():
                self._names(path).unlink(missing_ok=True)

    @contextmanager
    def syncing(self, fd: int, path: Path) -> Iterator[None]:
        """Around a sync of an open file or folder: what was there before is certain afterwards, whoever else syncs."""
        status = os.fstat(fd)
        with self._alone("syncing"):
            if stat.S_ISDIR(status.st_mode):
                kept, there = self._names(path), json.dumps(_names_in(path)).encode()
            else:
                kept, there = self._content(status.st_ino), path.read_bytes()
            yield
            self._put(kept, there)

    @contextmanager
    def of_ledger(self, path: Path) -> Iterator[None]:
        """Around a commit or close of the database at `path`: nobody else commits until it is copied."""
        with self._alone("committing"):
            yield
            for part in _LEDGER_PARTS:
                there, copy = path.with_name(path.name + part), self._folder / "ledger" / (path.name + part)
                if there.exists():
                    self._put(copy, self._of_ledger_file(there))
                else:
                    copy.unlink(missing_ok=True)

    @contextmanager
    def _alone(self, doing: str) -> Iterator[None]:
        """No two do so at once, in whichever process."""
        with (self._folder / doing).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _of_ledger_file(self, path: Path) -> bytes:
        """Its content, read without closing it: a close would free all locks that SQLite has on it in this process."""
        status = path.stat()
        if status.st_ino not in self._ledger_files:
            self._ledger_files[status.st_ino] = os.open(path, os.O_RDONLY)
        return os.pread(self._ledger_files[status.st_ino], status.st_size, 0)

    # -- after the cut

    def drop_what_was_not_synced(self, home: Path, *, keeps_names: bool = False) -> None:
        """Makes of the home folder what the disk has kept.

        With `keeps_names`, names are as they were at the moment of the cut, and only contents are lost.
        """
        before = home.with_name(f"{home.name} before the cut")
        if not home.exists():
            return
        home.rename(before)
        if keeps_names or home.name in self._names_of(home.parent):
            self._restore(home, before, keeps_names)
            shutil.copytree(self._folder / "ledger", home, dirs_exist_ok=True)

    def _restore(self, folder: Path, before: Path, keeps_names: bool) -> None:
        folder.mkdir()
        names = _names_in(before) if keeps_names else self._names_of(folder)
        for name, inode in names.items():
            if inode is None:
                self._restore(folder / name, before / name, keeps_names)
            elif not name.startswith("ledger.sqlite"):
                content = self._content(inode)
                (folder / name).write_bytes(content.read_bytes() if content.exists() else b"")

    def _names_of(self, folder: Path) -> dict[str, int | None]:
        names = self._names(folder)
        return json.loads(names.read_bytes()) if names.exists() else {}

    def _names(self, folder: Path) -> Path:
        return self._folder / "folders" / quote(str(folder), safe="")

    def _content(self, inode: int) -> Path:
        return self._folder / "files" / str(inode)

    def _put(self, path: Path, content: bytes) -> None:
        """Whole or not at all, for the process may end here."""
        part = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.part")
        part.write_bytes(content)
        part.replace(path)


def _names_in(folder: Path) -> dict[str, int | None]:
    """What a folder holds: the inodes of files, None for folders."""
    with os.scandir(folder) as entries:
        return {entry.name: None if entry.is_dir() else entry.inode() for entry in entries}
