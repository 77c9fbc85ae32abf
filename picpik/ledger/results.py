"""The folder of result files: every paid picture and text is on disk, whole and flushed, before anybody reads it."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from .disk import make_folder, sync_names
from .records import TEXT_SUFFIX, StoredFile

FOLDER_NAME = "results"

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpg"),
    (b"GIF8", "gif"),
    (b"RIFF", "webp"),
    (b"BM", "bmp"),
    (b"II*\x00", "tif"),
    (b"MM\x00*", "tif"),
)

_TRIES = 5
_PLAIN = re.compile(r"(?!(?:con|prn|aux|nul|com\d|lpt\d)$)[0-9a-z]{1,64}")


class ResultFolder:
    """Result files below `folder`. All methods block. `warn` is told why they cannot be there."""

    def __init__(self, folder: Path, warn: Callable[[str], None]) -> None:
        self._folder = folder.absolute()
        self._warn = warn
        self._elsewhere: Path | None = None
        self._choosing = threading.Lock()

    def save(self, task_uid: str, index: int, content: bytes) -> StoredFile:
        """Writes one picture of a task, by a temporary name that is flushed and then renamed.

        Raises OSError where no disk takes it.
        """
        return self._saved(f"{_safe(task_uid)}/{index:02d}.{_extension(content)}", content)

    def save_text(self, task_uid: str, index: int, text: str) -> StoredFile:
        """The same for one text of a task, as UTF-8."""
        return self._saved(f"{_safe(task_uid)}/{index:02d}{TEXT_SUFFIX}", text.encode(errors="replace"))

    def _saved(self, name: str, content: bytes) -> StoredFile:
        try:
            _write(self._folder / name, content)
        except OSError as error:
            _write(self._beside(error) / name, content)
        return StoredFile(name, len(content), hashlib.sha256(content).hexdigest())

    def path(self, file: StoredFile) -> Path:
        usual = self._folder / file.name
        if self._elsewhere is not None and not usual.exists():
            return self._elsewhere / file.name
        return usual

    def intact(self, files: Iterable[StoredFile]) -> bool:
        """Are all the files there, byte for byte?"""
        return all(_is_intact(self.path(file), file) for file in files)

    def remove(self, files: Iterable[StoredFile]) -> bool:
        """Removes what can be removed. False where something is left: on Windows a viewer may have it open."""
        paths = [self.path(file) for file in files]
        are_gone = [_remove(path) for path in paths]
        for folder in {path.parent for path in paths}:
            with suppress(OSError):  # something is left in it, or another process was first
                folder.rmdir()
        return all(are_gone)

    def _beside(self, error: OSError) -> Path:
        """Where pictures go when the home folder cannot take them: better a temporary place than a lost picture."""
        with self._choosing:  # several pictures may fail at once, and must find the same place
            if self._elsewhere is None:
                self._elsewhere = Path(tempfile.mkdtemp(prefix="picpik-results-"))
                self._warn(
                    f"PICPIK: result files cannot be written to {self._folder} ({error.strerror}). They go to "
                    f"{self._elsewhere} until ComfyUI is started again: free some space or give write permission."
                )
            return self._elsewhere


def _write(path: Path, content: bytes) -> None:
    part = _part_for(path)
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _put_in_place(part, path, content)
        sync_names(path.parent)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def _put_in_place(part: Path, path: Path, content: bytes) -> None:
    """Gives the file its name. On Windows one that is looked at cannot be replaced, and by its like it need not be."""
    try:
        part.replace(path)
    except PermissionError:
        if not (path.is_file() and path.read_bytes() == content):
            raise
        part.unlink()


def _part_for(path: Path) -> Path:
    """A new file beside `path`, of a name of its own: two processes may store the same picture."""
    part = path.with_name(f".{uuid.uuid4().hex}.part")
    for _ in range(_TRIES):
        make_folder(path.parent)
        with suppress(FileNotFoundError):  # another process has dropped the folder just now, when it was empty
            part.touch(exist_ok=False)
            return part
    raise FileNotFoundError(errno.ENOENT, "the folder is removed again and again", str(path.parent))


def _remove(path: Path) -> bool:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return False
    return True


def _is_intact(path: Path, file: StoredFile) -> bool:
    try:
        content = path.read_bytes()
    except OSError:
        return False
    return len(content) == file.length and hashlib.sha256(content).hexdigest() == file.sha256


def _extension(content: bytes) -> str:
    return next((extension for signature, extension in _SIGNATURES if content.startswith(signature)), "bin")


def _safe(task_uid: str) -> str:
    """A TaskUID as a folder name; what is no plain name (it came from outside) becomes its hash.

    No plain name has capitals, which some disks do not tell apart, or is one that Windows keeps for itself.
    """
    if _PLAIN.fullmatch(task_uid):
        return task_uid
    return hashlib.sha256(task_uid.encode()).hexdigest()[:32]
