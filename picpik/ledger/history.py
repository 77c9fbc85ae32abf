"""The ledger as people look at it: recent tasks, what they cost, which ones were alike. Reads, never writes.

It reads the file by itself, beside the runner, so that looking starts nothing and keeps nobody waiting.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from .ledger import FILE_NAME
from .records import Record, open_accounts, select, spent_since
from .results import FOLDER_NAME
from .schema import IS_HERE

_T = TypeVar("_T")

_BUSY_TIMEOUT = 2.0
_ENOUGH = 50
"""So many past tasks tell what is typical."""


class TaskHistory:
    """The ledger in `home`, which need not be there yet. All methods block."""

    def __init__(self, home: Path) -> None:
        home = home.absolute()  # a relative one is none for a URI
        self._ledger = home / FILE_NAME
        self._results = home / FOLDER_NAME

    def recent(self, count: int) -> list[Record]:
        """The newest tasks, newest first."""
        return self._read(lambda db: select(db, "1 ORDER BY created DESC LIMIT ?", count)) or []

    def find(self, id: str) -> Record | None:
        return next(iter(self._read(lambda db: select(db, "id = ?", id)) or []), None)

    def file(self, task: Record, index: int) -> Path | None:
        """The result of this index, counted from 0, or None where it is not on disk (any more)."""
        if not 0 <= index < len(task.files):
            return None
        path = self._results / task.files[index].name
        return path if path.is_file() else None

    def pictures(self, task: Record) -> list[int]:
        """The indices of its pictures that are on disk."""
        return [index for index, file in enumerate(task.files) if not file.is_text and self.file(task, index)]

    def texts(self, task: Record) -> list[str]:
        """Its texts that are on disk."""
        found = (self.file(task, index) for index, file in enumerate(task.files) if file.is_text)
        return [text for path in found if path and (text := _text(path)) is not None]

    def accounts_with_open_tasks(self) -> set[str]:
        """The identities of accounts that have tasks which may be paid for and are not stored."""
        return self._read(open_accounts) or set()

    def spent_since(self, since: float) -> dict[str, int]:
        """Credits of the tasks that were made since then, by account, as far as the service has told."""
        return self._read(lambda db: spent_since(db, since)) or {}

    def done(self, account: str, action: str, size: tuple[int, int] | None) -> list[Record]:
        """The newest tasks that the account of this identity had made of this size, and that are here; newest first."""
        width, height = size or (None, None)
        return (
            self._read(
                lambda db: select(
                    db,
                    f"account = ? AND action = ? AND width IS ? AND height IS ? AND {IS_HERE} "
                    "ORDER BY created DESC LIMIT ?",
                    account, action, width, height, _ENOUGH,
                )
            )
            or []
        )  # fmt: skip

    def _read(self, query: Callable[[sqlite3.Connection], _T]) -> _T | None:
        """What `query` finds, or None where the ledger cannot be read: a look must never be in the way."""
        if not self._ledger.is_file():
            return None
        try:
            with closing(sqlite3.connect(f"{self._ledger.as_uri()}?mode=ro", uri=True, timeout=_BUSY_TIMEOUT)) as db:
                return query(db)
        except sqlite3.Error:
            return None


def _text(path: Path) -> str | None:
    """What is in the file, or None where it was dropped just now."""
    try:
        return path.read_text("utf-8", errors="replace")
    except FileNotFoundError:
        return None
