"""Files that are there whole or not at all, and take no other's place."""

from __future__ import annotations

import itertools
import os
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

from .errors import NotWritten


def write_numbered(folder: Path, name_of: Callable[[int], str], first: int, chunks: Sequence[bytes]) -> Path:
    """Writes a file under the first name from number `first` on that is not taken, and says where it is.

    A disk that does not take it raises NotWritten; nothing is left of it then.
    """
    part = folder / f".picpik-{uuid.uuid4().hex}.part"
    try:
        try:
            _write(part, chunks)
            return next(
                path for path in map(folder.joinpath, map(name_of, itertools.count(first))) if _moved(part, path)
            )
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise NotWritten(folder, sum(map(len, chunks)), error) from error


def write_new(path: Path, chunks: Sequence[bytes]) -> None:
    """Writes a file that may be lost with the power: under a name that nobody else has, nor knows before it is whole.

    A disk that does not take it raises NotWritten; nothing is left of it then.
    """
    try:
        file = path.open("xb")
        try:
            with file:
                file.writelines(chunks)
        except OSError:
            path.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise NotWritten(path.parent, sum(map(len, chunks)), error) from error


def _write(path: Path, chunks: Sequence[bytes]) -> None:
    with path.open("xb") as file:
        file.writelines(chunks)
        file.flush()
        os.fsync(file.fileno())  # some disks say only now that they are full


def _moved(part: Path, path: Path) -> bool:
    """Whether the name was free, and is now that of the file."""
    try:
        path.open("xb").close()
    except FileExistsError:
        return False
    try:
        part.replace(path)
    except OSError:
        path.unlink(missing_ok=True)
        raise
    return True
