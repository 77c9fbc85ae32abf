"""What can still be read of a ledger's file, row by row: a bad page costs the rows on it, and no others."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from .records import COLUMNS, select

_TIMEOUT = 2.0

_Row = tuple[Any, ...]


def copy_readable(path: Path, db: sqlite3.Connection) -> None:
    """Copies the rows of the file at `path` that can be read into the empty table of `db`. The file stays as it is.

    Of a file of another version of the pack, older or newer, the columns are copied that both know.
    """
    for how in ("mode=ro", "mode=ro&immutable=1"):  # the latter where not even a lock file can be made
        with (
            suppress(sqlite3.Error, OSError),
            closing(sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, timeout=_TIMEOUT)) as source,
        ):
            source.execute("PRAGMA writable_schema = ON")  # reads a file that was cut off, too
            columns = _shared_columns(source)
            rows, is_whole = _readable(source, columns)
            _insert(db, columns, rows)
            if is_whole:
                return


def _shared_columns(source: sqlite3.Connection) -> Sequence[str]:
    there = {name for _, name, *_ in source.execute("PRAGMA table_info(tasks)")}
    return [name for name in COLUMNS if name in there]


def _readable(source: sqlite3.Connection, columns: Sequence[str]) -> tuple[list[_Row], bool]:
    """The rows that can be read, oldest first, and whether these are all."""
    query = f"SELECT rowid, {', '.join(columns)} FROM tasks NOT INDEXED"
    found: dict[int, _Row] = {}
    is_whole = _read_until_it_fails(source, f"{query} ORDER BY rowid", found)
    if not is_whole:
        _read_until_it_fails(source, f"{query} ORDER BY rowid DESC", found)
        for rowid in sorted(_rowids(source, found) - found.keys()):
            _read_until_it_fails(source, f"{query} WHERE rowid = {rowid}", found)
    return [found[rowid] for rowid in sorted(found)], is_whole


def _read_until_it_fails(source: sqlite3.Connection, query: str, found: dict[int, _Row]) -> bool:
    try:
        for rowid, *row in source.execute(query):
            found[rowid] = tuple(row)
    except sqlite3.Error:
        return False
    return True


def _rowids(source: sqlite3.Connection, found: dict[int, _Row]) -> set[int]:
    """Rows that there may be between and beyond those that were found."""
    rowids = set(range(min(found), max(found))) if found else set()
    for index in _indexes(source):
        with suppress(sqlite3.Error):
            for (rowid,) in source.execute(f"SELECT rowid FROM tasks INDEXED BY {index}"):
                rowids.add(rowid)
    return rowids


def _indexes(source: sqlite3.Connection) -> Iterator[str]:
    """The indexes that have every row."""
    with suppress(sqlite3.Error):
        for _, name, _, _, is_partial in source.execute("PRAGMA index_list(tasks)").fetchall():
            if not is_partial:
                yield f'"{name}"'


def _insert(db: sqlite3.Connection, columns: Sequence[str], rows: Sequence[_Row]) -> None:
    """Inserts the rows that are a ledger's, and that are not there yet."""
    insert = f"INSERT OR IGNORE INTO tasks ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
    for row in rows:
        inserted = db.execute(insert, row)
        if inserted.rowcount == 1 and not _can_be_read(db, inserted.lastrowid):
            db.execute("DELETE FROM tasks WHERE rowid = ?", (inserted.lastrowid,))


def _can_be_read(db: sqlite3.Connection, rowid: int | None) -> bool:
    try:
        select(db, "rowid = ?", rowid)
    except (ValueError, TypeError):  # a value that is not what its column holds
        return False
    return True
