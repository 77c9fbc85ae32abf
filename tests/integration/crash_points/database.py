"""The seams of the ledger's file: open, begin, each write, and both sides of each commit.

SQLite's own errors stand for a disk that fails: "database or disk is full" where something is written, else "disk I/O
error". They are raised before the statement is carried out; a statement that fails in SQLite leaves nothing either.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from .power import Mirror
from .seams import DiskFails, Seams

_NOT_ON_DISK = ("ROLLBACK", "PRAGMA SYNCHRONOUS", "PRAGMA BUSY")
_WRITES = ("INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "COMMIT")
_DURABLE = {"synchronous": 2, "journal_mode": "wal"}
"""FULL and WAL: SQLite flushes the log before a commit returns."""


def watch_ledger(seams: Seams, home: Path, mirror: Mirror | None) -> None:
    """From now on every connection to a database below `home` has its seams."""
    connect = sqlite3.connect

    def watched(database: Any, *args: Any, **kwargs: Any) -> sqlite3.Connection:
        if str(home) not in str(database):
            return connect(database, *args, **kwargs)
        with _failing("unable to open database file"):
            seams.before_disk("ledger: opening OPEN", changes="mode=ro" not in str(database))
        return connect(database, *args, factory=partial(_Watched, seams, mirror), **kwargs)

    sqlite3.connect = watched


class _Watched(sqlite3.Connection):
    def __init__(self, seams: Seams, mirror: Mirror | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._seams = seams
        self._mirror = mirror
        self._path = Path(super().execute("PRAGMA database_list").fetchone()[2])

    def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:
        return self._statement(sql, lambda: super(_Watched, self).execute(sql, *args))

    def executemany(self, sql: str, *args: Any) -> sqlite3.Cursor:
        return self._statement(sql, lambda: super(_Watched, self).executemany(sql, *args))

    def close(self) -> None:
        if self._mirror is None:
            super().close()
        else:
            with self._mirror.of_ledger(self._path):
                super().close()

    def _statement(self, sql: str, run: Any) -> sqlite3.Cursor:
        statement = " ".join(sql.split()).upper()
        if not statement or statement.startswith(_NOT_ON_DISK):
            return run()
        verb = statement.partition(" ")[0]
        reads = verb == "SELECT" or (verb == "PRAGMA" and "=" not in statement)
        with _failing("database or disk is full" if verb in _WRITES else "disk I/O error"):
            self._seams.before_disk(f"ledger: {_step()} {verb}", changes=not reads)
        if statement != "COMMIT":
            return run()
        done = self._commit(run)
        self._seams.at(f"ledger: {_step()} committed")
        return done

    def _commit(self, run: Any) -> sqlite3.Cursor:
        if self._mirror is None:
            return run()
        pragmas = [super(_Watched, self).execute(f"PRAGMA {name}").fetchone()[0] for name in _DURABLE]
        assert pragmas == list(_DURABLE.values()), f"commits are not flushed: {pragmas}"
        with self._mirror.of_ledger(self._path):
            return run()


@contextmanager
def _failing(words: str) -> Iterator[None]:
    try:
        yield
    except DiskFails:
        raise sqlite3.OperationalError(words) from None


def _step() -> str:
    """Which method of the ledger is at work."""
    frame = sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        if "/picpik/ledger/" in code.co_filename and code.co_name[0] not in "_<" and code.co_name != "select":
            return code.co_name
        frame = frame.f_back
    return "opening"
