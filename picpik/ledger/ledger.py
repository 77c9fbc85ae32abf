"""The ledger: which request became which TaskUID, and where its result files are.

One SQLite file (WAL) in the pack's home folder, shared by every ComfyUI process that uses that folder. At most one row
of a request is current (`current_key`), which the database enforces, also between processes. All methods block; the
runner calls them from one thread of its own.
"""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from .records import (
    COLUMNS,
    DELIVERED,
    FINISHED,
    STORED,
    SUBMITTED,
    SUBMITTING,
    UNKNOWN,
    Record,
    row_of,
    select,
)
from .schema import MIGRATIONS, SCHEMA_VERSION

FILE_NAME = "ledger.sqlite"
MEMORY = ":memory:"

_BUSY_TIMEOUT = 5.0
_INSERT = f"INSERT INTO tasks ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
_UPSERT = f"{_INSERT} ON CONFLICT (id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in COLUMNS[1:])}"


class LedgerTooNew(Exception):
    """The file was written by a newer version of the pack; it is left alone."""


class TaskBelongsElsewhere(Exception):
    """Another request's row has this TaskUID."""


class Ledger:
    """One open ledger. `path` is a file, or `MEMORY` for one that lasts as long as the process."""

    def __init__(self, path: Path | str) -> None:
        if isinstance(path, Path):
            path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(
            str(path), timeout=_BUSY_TIMEOUT, isolation_level=None, check_same_thread=False, cached_statements=64
        )
        try:
            self._prepare()
        except BaseException:
            self._db.close()
            raise

    @classmethod
    def in_memory_of(cls, path: Path) -> Ledger:
        """A ledger in memory that knows what can still be read of the file at `path`, which is left as it is."""
        ledger = cls(MEMORY)
        for how in ("mode=ro", "mode=ro&immutable=1"):  # the latter where not even a lock file can be made
            with suppress(sqlite3.Error, OSError, LedgerTooNew):
                ledger._copy_from(f"{path.absolute().as_uri()}?{how}")
                break
        return ledger

    def close(self) -> None:
        self._db.close()

    def claim(self, wanted: Record) -> tuple[Record, bool]:
        """The current row of the request, and False; or `wanted`, written down just now, and True."""
        with self._transaction():
            current = self._one("current_key = ?", wanted.request_key)
            if current is not None:
                return current, False
            if wanted.task_uid is None and self._one("id = ?", wanted.id):  # that try is over: this is another one
                wanted = replace(wanted, id=uuid.uuid4().hex)
            self._db.execute(_UPSERT, row_of(wanted))
            return wanted, True

    def undelivered(self, drawn_key: str, apart_from: Collection[str]) -> Record | None:
        """The oldest row with this drawn key that was paid for and not delivered; ids in `apart_from` are skipped."""
        rows = self._many("drawn_key = ? AND current_key IS NOT NULL AND delivered IS NULL ORDER BY created", drawn_key)
        return next((row for row in rows if row.id not in apart_from), None)

    def take_over(self, seen: Record, owner: str) -> Record | None:
        """Makes `owner` the one who decides about a row without TaskUID; None where it changed since `seen`."""
        taken = replace(seen, owner=owner, beat=seen.beat + 1, state=SUBMITTING)
        with self._transaction():
            changed = self._db.execute(
                "UPDATE tasks SET owner = ?, beat = ?, state = ? "
                "WHERE id = ? AND owner = ? AND beat = ? AND state = ? AND task_uid IS NULL",
                (taken.owner, taken.beat, taken.state, seen.id, seen.owner, seen.beat, seen.state),
            ).rowcount
        return taken if changed else None

    def begin_submit(self, record: Record) -> Record | None:
        """Writes down, before a byte of it leaves, that the request is sent now.

        None where another process has taken the row over, or has its TaskUID already: then it must not be sent.
        """
        with self._transaction():
            there = self._one("id = ?", record.id)
            if there is not None and (there.owner != record.owner or there.task_uid is not None):
                return None
            return self._written(replace(record, state=SUBMITTING, submit_began=time.time()))

    def begin_anew(self, record: Record) -> Record:
        """A new row for a request that was sent, got no answer, and was looked for in vain.

        The old row stays, in state unknown: should its task turn up, it must not be taken for another request's.
        """
        with self._transaction():
            self._written(replace(record, state=UNKNOWN, current_key=None))
            return self._written(
                replace(
                    record, id=uuid.uuid4().hex, state=SUBMITTING, created=time.time(), submit_began=None, message=""
                )
            )

    def adopt(self, record: Record, task_uid: str) -> Record | None:
        """Gives the row a TaskUID that was found at the service; None where another row has it already."""
        try:
            return self.write(replace(record, state=SUBMITTED, task_uid=task_uid, submitted=time.time()))
        except TaskBelongsElsewhere:
            return None

    def write(self, record: Record) -> Record:
        """Writes the row as it is in `record`, flushed to disk when this returns, and gives what is there now.

        A row that another one has replaced meanwhile is written, but stays out of the way of its successor. A row
        never loses its TaskUID: where another process has given it one meanwhile, the row stays as it is, and a second
        TaskUID gets a row of its own. Raises TaskBelongsElsewhere where another row has the TaskUID.
        """
        with self._transaction():
            there = self._one("id = ?", record.id)
            if there is not None and there.task_uid not in (None, record.task_uid):
                if record.task_uid is None:
                    return there
                record = replace(record, id=uuid.uuid4().hex, current_key=None)
            return self._written(record)

    def deliver(self, id: str) -> None:
        """Says that a node has handed out the pictures."""
        with self._transaction():
            self._db.execute(
                "UPDATE tasks SET state = ?, delivered = ? WHERE id = ? AND state = ?",
                (DELIVERED, time.time(), id, STORED),
            )

    def beat(self, ids: Collection[str], owner: str) -> None:
        """Says that the owner of these rows, which have no TaskUID yet, lives."""
        with self._transaction():
            self._db.executemany(
                "UPDATE tasks SET beat = beat + 1 WHERE id = ? AND owner = ? AND task_uid IS NULL",
                [(id, owner) for id in ids],
            )

    def read(self, id: str) -> Record | None:
        return self._one("id = ?", id)

    def find(self, task_uid: str) -> Record | None:
        return self._one("task_uid = ?", task_uid)

    def knows(self, task_uids: Collection[str]) -> set[str]:
        """Those of `task_uids` that some row has."""
        return {uid for uid in task_uids if self.find(uid)}

    def rivals(self, record: Record) -> list[Record]:
        """Other rows that were sent, have no TaskUID, and that the same task at the service could belong to."""
        return self._many(
            "id != ? AND account = ? AND action = ? AND seed IS ? AND task_uid IS NULL AND state IN (?, ?) "
            "AND submit_began IS NOT NULL",
            record.id, record.account, record.action, record.seed, SUBMITTING, UNKNOWN,
        )  # fmt: skip

    def uncollected(self, account: str) -> list[Record]:
        """Rows of an account that may be paid for and are not stored, oldest first."""
        return self._many(
            "account = ? AND state IN (?, ?, ?, ?) ORDER BY created",
            account, SUBMITTED, FINISHED, SUBMITTING, UNKNOWN,
        )  # fmt: skip

    def with_files(self) -> list[Record]:
        """Rows that have result files: delivered ones first, each group oldest first."""
        return self._many("files != '[]' ORDER BY delivered IS NULL, COALESCE(delivered, created)")

    def _prepare(self) -> None:
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")  # a TaskUID must survive a power cut
        with self._transaction():
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            if version > SCHEMA_VERSION:
                raise LedgerTooNew(f"schema {version}, this version of the pack knows {SCHEMA_VERSION}")
            for migration in MIGRATIONS[version:]:
                for statement in migration.split(";"):
                    self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def _copy_from(self, uri: str) -> None:
        with closing(sqlite3.connect(uri, uri=True)) as source:
            version = source.execute("PRAGMA user_version").fetchone()[0]
            if version != SCHEMA_VERSION:
                return
            rows = source.execute(f"SELECT {', '.join(COLUMNS)} FROM tasks").fetchall()
        with self._transaction():
            self._db.executemany(_INSERT, rows)

    def _written(self, record: Record) -> Record:
        if self._one("current_key = ? AND id != ?", record.current_key, record.id):
            record = replace(record, current_key=None)
        if self._one("task_uid = ? AND id != ?", record.task_uid, record.id):
            raise TaskBelongsElsewhere(record.task_uid)
        self._db.execute(_UPSERT, row_of(record))
        return record

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def _one(self, where: str, *values: object) -> Record | None:
        return next(iter(self._many(where, *values)), None)

    def _many(self, where: str, *values: object) -> list[Record]:
        return select(self._db, where, *values)
