"""What the ledger and the results folder of a home folder say, read without the runner."""

from __future__ import annotations

import hashlib
from pathlib import Path

from comfyui_picpik.picpik.ledger import FOLDER_NAME, Record, StoredFile, TaskHistory


class Store:
    """The store in `home`, which need not be there."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def whole_tasks(self) -> set[str]:
        """Tasks whose results are whole in the results folder, and named in the ledger."""
        return {str(row.task_uid) for row in self._rows() if row.is_stored and all(map(self._is_whole, row.files))}

    def missing(self) -> list[str]:
        """Files that the ledger names, and that are not there as it says."""
        return [file.name for row in self._rows() for file in row.files if not self._is_whole(file)]

    def told(self) -> list[str]:
        return [f"{row.state} {row.task_uid} files={len(row.files)} {row.message}" for row in self._rows()]

    def _rows(self) -> list[Record]:
        return TaskHistory(self._home).recent(1000)

    def _is_whole(self, file: StoredFile) -> bool:
        path = self._home / FOLDER_NAME / file.name
        return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == file.sha256
