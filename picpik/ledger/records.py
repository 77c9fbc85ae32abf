"""Rows of the ledger: a request, and what became of it.

A request is in one of these states:

    submitting   about to be sent, or being sent, by the process that `owner` names
    looking      it may or may not have been accepted, and that process looks for its task
    submitted    the service gave it a TaskUID
    finished     the service has its results, we do not have all of them yet
    stored       its results are on disk
    delivered    ... and a node has handed them out
    failed       refused, failed, or gone; running again makes a new task
    unknown      it may or may not have been accepted, and was looked for in vain
"""

from __future__ import annotations

import json
import sqlite3
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from ..api import COLLECTABLE_SECONDS
from .schema import IS_HERE, IS_OPEN

SUBMITTING, LOOKING, SUBMITTED, FINISHED, STORED, DELIVERED, FAILED, UNKNOWN = (
    "submitting",
    "looking",
    "submitted",
    "finished",
    "stored",
    "delivered",
    "failed",
    "unknown",
)


TEXT_SUFFIX = ".txt"

_WORST_CLOCK = 7 * 24 * 3600.0
"""A computer's clock is trusted to be no further off than this, in seconds."""


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

    @property
    def index(self) -> int:
        """Its place among the task's results, counted from 0."""
        return int(self.name.rpartition("/")[2].partition(".")[0])


@dataclass(frozen=True)
class Record:
    """One row: a request and what became of it. Times are Unix seconds, by our own clock where nothing else is said.

    `drawn_key` is set where the seed was drawn by the pack (Seed -1): the key that the request has with Seed -1.
    `submit_began` is None as long as the request has certainly not been sent. It is by the service's clock where
    `is_timed`; else it is by our own, or the moment of the first look for the task, before which it was sent.
    `search_ended`, by the service's clock: until then a task with no answer was looked for, through the whole window.
    `suspects` are TaskUIDs of tasks that may be it, and do not tell.
    `credits_before` is UsedCredits right before the submit, where that was known.
    `results` is how many results the service has listed.
    `told`, `handed_out`, `delivered`, `used`: when the user was told that the search is over, when the TaskUID and the
    pictures were given to a node, and the last time at which they were.
    `held_by` is the process in which somebody waits for a result with a drawn seed, or has got it and not let go yet.
    `submitted` and `ended` are by the service's clock as far as that was known; `ended` is None where nobody was
    looking when the task ended.
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
    task_uid: str | None
    created: float
    submit_began: float | None = None
    is_timed: bool = False
    search_ended: float | None = None
    suspects: tuple[str, ...] = ()
    credits_before: int | None = None
    submitted: float | None = None
    ended: float | None = None
    points_spent: int | None = None
    results: int | None = None
    files: tuple[StoredFile, ...] = ()
    message: str = ""
    told: float | None = None
    handed_out: float | None = None
    delivered: float | None = None
    used: float | None = None
    held_by: str | None = None

    @property
    def is_stored(self) -> bool:
        """Its results should be on disk."""
        return self.state in (STORED, DELIVERED) and bool(self.files)

    @property
    def is_open(self) -> bool:
        """It may be paid, and its results are not all here yet."""
        return self.state not in (STORED, DELIVERED, FAILED)

    @property
    def is_pending(self) -> bool:
        """Paid, and its results are not all here yet."""
        return self.is_open and self.task_uid is not None

    @property
    def was_sent(self) -> bool:
        """A submit of ours has made it, or may have: it was not only asked for by its TaskUID."""
        return self.submit_began is not None

    def is_expired(self, now: float) -> bool:
        """Can nothing of it be at the service any more? `now` is by the service's clock."""
        if self.submit_began is None:
            return now - self.created > COLLECTABLE_SECONDS
        trusted = COLLECTABLE_SECONDS if self.is_timed or self.search_ended is not None else _WORST_CLOCK
        return now - self.submit_began > trusted


def new_record(
    *,
    request_key: str,
    account: str,
    owner: str,
    action: str,
    created: float | None = None,
    seed: int | None = None,
    drawn_key: str | None = None,
    held_by: str | None = None,
    size: tuple[int, int] | None = None,
    batch_size: int | None = None,
) -> Record:
    """A row for a request that is about to be submitted; `created` just now where nothing else is said."""
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
        task_uid=None,
        created=time.time() if created is None else created,
        held_by=held_by,
    )


COLUMNS = tuple(column.name for column in fields(Record))
_SELECT = f"SELECT {', '.join(COLUMNS)} FROM tasks WHERE "

OF_HAND_OUTS = ("told", "handed_out", "delivered", "used", "held_by")
"""Columns that are set when something is given to a user, whatever the request's job is doing meanwhile."""


@dataclass(frozen=True)
class Sighting:
    """A task that was running at the service at some look, of whichever process, and that no submit has got as its own.

    `unseen_until`: when the look before that was, which did not list it, by the service's clock.
    `action` and `seed` are what the service told of it; None where it did not.
    """

    task_uid: str
    unseen_until: float
    action: str | None = None
    seed: int | None = None


def select(db: sqlite3.Connection, where: str, *values: object) -> list[Record]:
    """The rows for which the SQL condition `where` holds, in its order."""
    return [_record(row) for row in db.execute(_SELECT + where, values)]


def open_accounts(db: sqlite3.Connection) -> set[str]:
    """The accounts of rows that may be paid for and are not stored."""
    rows = db.execute(f"SELECT DISTINCT account FROM tasks WHERE {IS_OPEN}")
    return {row[0] for row in rows}


def spent_since(db: sqlite3.Connection, since: float) -> dict[str, int]:
    """Credits of the rows that were made since then (Unix time), by account."""
    rows = db.execute("SELECT account, SUM(points_spent) FROM tasks WHERE created >= ? GROUP BY account", (since,))
    return {account: int(credits or 0) for account, credits in rows}


def seconds_taken(
    db: sqlite3.Connection, action: str, size: tuple[int, int] | None, batch_size: int | None, count: int
) -> list[float]:
    """Seconds from acceptance to the end, of the newest `count` tasks that were alike and whose end was seen."""
    width, height = size or (None, None)
    rows = db.execute(
        "SELECT ended - submitted FROM tasks WHERE action = ? AND width IS ? AND height IS ? AND batch_size IS ? "
        f"AND {IS_HERE} AND ended > submitted ORDER BY ended DESC LIMIT ?",
        (action, width, height, batch_size, count),
    )
    return [row[0] for row in rows]


def row_of(record: Record) -> Sequence[object]:
    """The values of `COLUMNS`."""
    values = {name: _storable(getattr(record, name)) for name in COLUMNS}
    values["files"] = json.dumps([[file.name, file.length, file.sha256] for file in record.files])
    values["suspects"] = json.dumps(record.suspects)
    return tuple(values.values())


def _storable(value: object) -> object:
    """What came from outside can hold halves of surrogate pairs, which no file can."""
    return value.encode(errors="replace").decode() if isinstance(value, str) else value


_DECODERS: dict[int, Callable[..., object]] = {
    COLUMNS.index("files"): lambda text: tuple(StoredFile(*entry) for entry in _list(text)),
    COLUMNS.index("suspects"): lambda text: tuple(_list(text)),
    COLUMNS.index("is_timed"): bool,
}


def _list(text: str) -> list[Any]:
    return [] if text == "[]" else json.loads(text)  # most are empty, and every row has two


def _record(row: Sequence[object]) -> Record:
    values = [*row]
    for index, decoder in _DECODERS.items():
        values[index] = decoder(values[index])
    return Record(*values)  # type: ignore[arg-type]
