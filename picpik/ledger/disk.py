"""The file system below the ledger and the results: names that survive a power cut, and who may read what."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

_CANNOT_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.ENOSYS}


def make_folder(folder: Path, mode: int = 0o777) -> None:
    """Makes a folder and its parents, if need be, so that their names survive a power cut. Raises OSError.

    `mode` is for the folder itself, and only if it is new: whoever made one before knew who was to use it.

    Another process may have made any of them a moment ago, and not flushed its name yet. As each name is flushed before
    one below it is made, only the folder's own and its parent's can be such.
    """
    if not folder.parent.is_dir():
        make_folder(folder.parent)
    else:
        _sync_own_names(folder.parent.parent)
    folder.mkdir(mode, exist_ok=True)
    _sync_own_names(folder.parent)


def _sync_own_names(folder: Path) -> None:
    if os.access(folder, os.R_OK | os.W_OK):  # else no name there is of our making
        sync_names(folder)


def sync_names(folder: Path) -> None:
    """Flushes the names of what is in a folder: a file that is flushed can still lose its name. Raises OSError.

    Windows has no such call, and some network disks refuse it.
    """
    if os.name != "posix":
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    except OSError as error:
        if error.errno not in _CANNOT_SYNC:
            raise
    finally:
        os.close(opened)


def keep_as_private_as_its_folder(path: Path, *, is_new: bool = False) -> None:
    """Takes the rights to a file, or a folder, from those who have none to the folder that it is in.

    So in a folder for its owner alone, as a new home folder is, everything is the owner's alone; a home that several
    users share on purpose goes on working. For that a new file of SQLite's, which no umask lets a group write to, gets
    the folder's rights.
    """
    if os.name != "posix":
        return
    with suppress(OSError):  # somebody else's, or on a disk without such rights: it is theirs to say
        mode = path.stat().st_mode & 0o777
        of_folder = path.parent.stat().st_mode
        allowed = 0o666 & of_folder if is_new else mode & (of_folder | 0o700)
        if allowed != mode:
            path.chmod(allowed)
