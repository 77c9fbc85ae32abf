"""Rows of the ledger: a request, and what became of it.

A request is in one of these states:

    submitting   about to be sent, or being sent, by the process that `owner` names
    submitted    the service gave it a TaskUID
    finished     the service has its results, we do not yet
    stored       its results are on disk
    delivered    ... and a node has handed them out
    failed       refused, failed, or gone; running again makes a new task
    unknown      it may or may not have been accepted
"""

from __future__ import annotations

import json
import sqlite3
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

from ..api import COLLECTABLE_SECONDS

SUBMITTING, SUBMITTED, FINISHED, STORED, DELIVERED, FAILED, UNKNOWN = (
    "submitting",
    "submitted",
    "finished",
    "stored",
    "delivered",
    "failed",
    "unknown",
)


TEXT_SUFFIX = ".txt"


@dataclass(frozen=True)
class StoredFile:
    """A result on disk: its name below the results folder, its length in bytes and SHA-256."""

    name: str
    length: int
    sha256: str

    @property
    def is_text(self) -> bool:
        """A text in UTF-8; everything else is a picture."""
        return self.name.endswith(TEXT_SUFFIX)


@dataclass(frozen=True)
class Record:
    """One row: a request and what became of it. Times are Unix seconds.

    `drawn_key` is set where the seed was drawn by the pack (Seed -1): the key that the request has with Seed -1.
    `submit_began` is None as long as the request has certainly not been sent.
    `beat` is counted up by the owner while it submits, so that others can tell a slow owner from a dead one.
    """

    id: str
    request_key: str
    current_key: str | None
    drawn_key: str | None
    account: str
    action: str
    seed: int | None
    width: int | None
    height: int | None
    batch_size: int | None
    state: str
    owner: str
    beat: int
    task_uid: str | None
    created: float
    submit_began: float | None = None
    submitted: float | None = None
    ended: float | None = None
    delivered: float | None = None
    points_spent: int | None = None
    files: tuple[StoredFile, ...] = ()
    message: str = ""

    @property
    def is_stored(self) -> bool:
        """Its results should be on disk."""
        return self.state in (STORED, DELIVERED) and bool(self.files)

    @property
    def is_open(self) -> bool:
        """It may be paid, its results are not here yet, and the service may still have them."""
        return self.state not in (STORED, DELIVERED, FAILED) and time.time() - self.created < COLLECTABLE_SECONDS

    @property
    def is_pending(self) -> bool:
        """Paid, its results are not here yet, and the service still has them."""
        return self.is_open and self.task_uid is not None


def new_record(
    *,
    request_key: str,
    account: str,
    owner: str,
    action: str,
    seed: int | None = None,
    drawn_key: str | None = None,
    size: tuple[int, int] | None = None,
    batch_size: int | None = None,
) -> Record:
    """A row for a request that is about to be submitted."""
    width, height = size or (None, None)
    return Record(
        id=uuid.uuid4().hex,
        request_key=request_key,
        current_key=request_key,
        drawn_key=drawn_key,
        account=account,
        action=action,
        seed=seed,
        width=width,
        height=height,
        batch_size=batch_size,
        state=SUBMITTING,
        owner=owner,
        beat=0,
        task_uid=None,
        created=time.time(),
    )


COLUMNS = tuple(column.name for column in fields(Record))


def select(db: sqlite3.Connection, where: str, *values: object) -> list[Record]:
    """The rows for which the SQL condition `where` holds, in its order."""
    return [_record(row) for row in db.execute(f"SELECT {', '.join(COLUMNS)} FROM tasks WHERE {where}", values)]


def spent_since(db: sqlite3.Connection, since: float) -> int:
    """Credits of the rows that were made since then (Unix time)."""
    rows = db.execute("SELECT COALESCE(SUM(points_spent), 0) FROM tasks WHERE created >= ?", (since,))
    return int(rows.fetchone()[0])


def seconds_taken(
    db: sqlite3.Connection, action: str, size: tuple[int, int] | None, batch_size: int | None, count: int
) -> list[float]:
    """Seconds from acceptance to stored results of the newest `count` tasks that were alike."""
    width, height = size or (None, None)
    rows = db.execute(
        "SELECT ended - submitted FROM tasks WHERE action = ? AND width IS ? AND height IS ? AND batch_size IS ? "
        "AND state IN (?, ?) AND ended > submitted ORDER BY ended DESC LIMIT ?",
        (action, width, height, batch_size, STORED, DELIVERED, count),
    )
    return [row[0] for row in rows]


def row_of(record: Record) -> Sequence[object]:
    """The values of `COLUMNS`."""
    values = {name: _storable(getattr(record, name)) for name in COLUMNS}
    values["files"] = json.dumps([[file.name, file.length, file.sha256] for file in record.files])
    return tuple(values.values())


def _storable(value: object) -> object:
    """What came from outside can hold halves of surrogate pairs, which no file can."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else value


_DECODERS: dict[str, Callable[[str], object]] = {
    "files": lambda text: tuple(StoredFile(*entry) for entry in json.loads(text)),
}


def _record(row: Sequence[object]) -> Record:
    values = dict(zip(COLUMNS, row, strict=True))
    return Record(**{name: _DECODERS.get(name, lambda value: value)(value) for name, value in values.items()})  # type: ignore[arg-type]
