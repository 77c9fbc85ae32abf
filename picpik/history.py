"""The ledger as people look at it: recent tasks, what they cost, how long such a task takes. Reads, never writes.

It reads the file by itself, beside the runner, so that looking starts nothing and keeps nobody waiting.
"""

from __future__ import annotations

import json
import sqlite3
import statistics
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from .ledger import DELIVERED, FAILED, STORED

_COLLECTABLE = 24 * 3600.0
_BUSY_TIMEOUT = 2.0
_ENOUGH = 20
"""Of so many past tasks the typical one is taken."""


@dataclass(frozen=True)
class PastTask:
    """One task as the ledger knows it. Times are Unix seconds; `files` are names below the results folder."""

    id: str
    account: str
    action: str
    seed: int | None
    width: int | None
    height: int | None
    batch_size: int | None
    state: str
    task_uid: str | None
    created: float
    ended: float | None
    points_spent: int | None
    files: tuple[str, ...]
    message: str

    @property
    def is_open(self) -> bool:
        """It may be paid, its pictures are not here yet, and the service may still have them."""
        return self.state not in (STORED, DELIVERED, FAILED) and time.time() - self.created < _COLLECTABLE

    @property
    def is_pending(self) -> bool:
        """Paid, its pictures are not here yet, and the service still has them."""
        return self.is_open and self.task_uid is not None


_COLUMNS = ", ".join(column.name for column in fields(PastTask))


class TaskHistory:
    """The ledger in `home`, which need not be there yet. All methods block."""

    def __init__(self, home: Path) -> None:
        self._ledger = home / "ledger.sqlite"
        self._results = home / "results"

    def recent(self, count: int) -> list[PastTask]:
        """The newest tasks, newest first."""
        return self._tasks("1 ORDER BY created DESC LIMIT ?", count)

    def find(self, id: str) -> PastTask | None:
        return next(iter(self._tasks("id = ?", id)), None)

    def file(self, task: PastTask, index: int) -> Path | None:
        """The picture of this index, counted from 0, or None where it is not on disk (any more)."""
        if not 0 <= index < len(task.files):
            return None
        path = self._results / task.files[index]
        return path if path.is_file() else None

    def spent_since(self, since: float) -> int:
        """Credits of the tasks that were made since then, as far as the service has told."""
        rows = self._rows("SELECT COALESCE(SUM(points_spent), 0) FROM tasks WHERE created >= ?", since)
        return int(rows[0][0]) if rows else 0

    def typical_seconds(self, action: str, width: int, height: int, batch_size: int) -> float | None:
        """How long such a task takes from acceptance to its stored pictures; None where there was none yet."""
        rows = self._rows(
            "SELECT ended - submitted FROM tasks WHERE action = ? AND width = ? AND height = ? AND batch_size = ? "
            "AND state IN (?, ?) AND ended > submitted ORDER BY ended DESC LIMIT ?",
            action, width, height, batch_size, STORED, DELIVERED, _ENOUGH,
        )  # fmt: skip
        return statistics.median(row[0] for row in rows) if rows else None

    def _tasks(self, where: str, *values: object) -> list[PastTask]:
        return [_task(row) for row in self._rows(f"SELECT {_COLUMNS} FROM tasks WHERE {where}", *values)]

    def _rows(self, query: str, *values: object) -> list[Sequence[Any]]:
        """Rows, or none where the ledger is not there or cannot be read: a look must never be in the way."""
        if not self._ledger.is_file():
            return []
        try:
            with closing(sqlite3.connect(f"{self._ledger.as_uri()}?mode=ro", uri=True, timeout=_BUSY_TIMEOUT)) as db:
                return db.execute(query, values).fetchall()
        except sqlite3.Error:
            return []


def _task(row: Sequence[Any]) -> PastTask:
    values: dict[str, Any] = dict(zip((column.name for column in fields(PastTask)), row, strict=True))
    values["files"] = tuple(entry[0] for entry in json.loads(values["files"]))
    return PastTask(**values)
