"""The ledger: which request became which TaskUID, and where its result files are.

One SQLite file (WAL) in the pack's home folder, shared by every ComfyUI process that uses that folder. At most one row
of a request is current (`current_key`), which the database enforces, also between processes. All methods block; the
runner calls them from one thread of its own.
"""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from ..api import COLLECTABLE_SECONDS
from .disk import keep_as_private_as_its_folder, make_folder, sync_names
from .merge import merged, of_one_task
from .records import (
    COLUMNS,
    DELIVERED,
    FAILED,
    LOOKING,
    OF_HAND_OUTS,
    STORED,
    SUBMITTED,
    SUBMITTING,
    UNKNOWN,
    Record,
    Sighting,
    StoredFile,
    row_of,
    seconds_taken,
    select,
)
from .salvage import copy_readable
from .schema import HAS_FILES, IS_OPEN, MIGRATIONS, SCHEMA_VERSION

FILE_NAME = "ledger.sqlite"
MEMORY = ":memory:"

_BUSY_TIMEOUT = 60.0
_BUSY_PAUSE = 0.01
_INSERT = f"INSERT INTO tasks ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
_WAS_SUBMITTED = "SELECT 1 FROM tasks WHERE account = {account} AND task_uid = {task_uid} AND submit_began IS NOT NULL"
_MOST_SIGHTINGS = 1000
_CHANGED = (name for name in COLUMNS[1:] if name not in OF_HAND_OUTS)
_UPSERT = f"{_INSERT} ON CONFLICT (id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _CHANGED)}"


class LedgerTooNew(Exception):
    """The file was written by a newer version of the pack; it is left alone."""


class TaskBelongsElsewhere(Exception):
    """Another request's row has this TaskUID."""


class Ledger:
    """One open ledger. `path` is a file, or `MEMORY` for one that lasts as long as the process.

    A new home folder is for its owner alone; one that was there keeps its rights, and who may use the folder may use
    the ledger. `patience` is how many seconds a file is waited for that another process has.
    """

    def __init__(self, path: Path | str, *, patience: float | None = None) -> None:
        self._copied: dict[str, Record] = {}
        patience = _BUSY_TIMEOUT if patience is None else patience
        is_new = isinstance(path, Path) and not path.exists()
        if isinstance(path, Path):
            make_folder(path.parent, 0o700)
        self._db = sqlite3.connect(
            str(path), timeout=patience, isolation_level=None, check_same_thread=False, cached_statements=64
        )
        try:
            if isinstance(path, Path):
                for suffix in ("", "-wal", "-shm"):
                    keep_as_private_as_its_folder(path.with_name(path.name + suffix), is_new=is_new)
            self._prepare_when_free(time.monotonic() + patience)
            if isinstance(path, Path):  # also if it is there: who made it may have died before this
                sync_names(path.parent)
        except BaseException:
            self._db.close()
            raise

    @classmethod
    def in_memory_of(cls, path: Path) -> Ledger:
        """A ledger in memory that knows what can still be read of the file at `path`, which is left as it is."""
        ledger = cls(MEMORY)
        with ledger._transaction():
            copy_readable(path, ledger._db)
        ledger._copied = {row.id: row for row in ledger._many("1")}
        return ledger

    def take_in(self, memory: Ledger) -> None:
        """Writes down what `memory`, made by `in_memory_of`, knows and this file does not. All of it, or nothing.

        What both have changed meanwhile is as far as either has come; a request's current row stays the file's.
        """
        with self._transaction():
            for mine in memory._many("1 ORDER BY created"):
                row = merged(mine, memory._copied.get(mine.id), self._one("id = ?", mine.id))
                if row is not None:
                    self._replace(row)
            self._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")  # sees whether it can be written at all

    def check(self) -> None:
        """Raises sqlite3.Error where a page of the file is damaged."""
        found = self._db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise sqlite3.DatabaseError(found)

    def wait_for_others(self) -> None:
        """From now on a busy file is waited for as long as usual."""
        self._db.execute(f"PRAGMA busy_timeout = {round(_BUSY_TIMEOUT * 1000)}")

    def close(self) -> None:
        self._db.close()

    def claim(self, wanted: Record) -> tuple[Record, bool]:
        """The current row of the request, and False; or `wanted`, written down just now, and True."""
        with self._transaction():
            current = self._one("current_key = ?", wanted.request_key)
            if current is not None:
                return current, False
            if self._one("id = ?", wanted.id):  # that try is over: this is another one
                wanted = replace(wanted, id=uuid.uuid4().hex)
            self._db.execute(_UPSERT, row_of(wanted))
            return wanted, True

    def current(self, request_key: str) -> Record | None:
        """The row that a run of this request meets."""
        return self._one("current_key = ?", request_key)

    def undelivered(self, drawn_key: str) -> list[Record]:
        """Rows with this drawn key that may be paid for and were given to nobody: what has a task first, the oldest."""
        return self._many(
            "drawn_key = ? AND current_key IS NOT NULL AND delivered IS NULL AND handed_out IS NULL "
            "AND NOT (state = ? AND told IS NOT NULL) ORDER BY task_uid IS NULL, created",
            drawn_key, UNKNOWN,
        )  # fmt: skip

    def hold(self, seen: Record, owner: str) -> bool:
        """Has a row with a drawn seed kept for somebody in the process `owner`; False where it changed since `seen`."""
        with self._transaction():
            changed = self._db.execute(
                "UPDATE tasks SET held_by = ? WHERE id = ? AND held_by IS ? AND delivered IS NULL "
                "AND handed_out IS NULL",
                (owner, seen.id, seen.held_by),
            ).rowcount
        return bool(changed)

    def let_go(self, id: str, owner: str) -> None:
        """Says that nobody in the process `owner` waits for the row any more."""
        self._note("UPDATE tasks SET held_by = NULL WHERE id = ? AND held_by = ?", id, owner)

    def take_over(self, seen: Record, owner: str) -> Record | None:
        """Makes `owner` the one who decides about a row without TaskUID; None where it changed since `seen`."""
        state = LOOKING if seen.was_sent else SUBMITTING
        with self._transaction():
            changed = self._db.execute(
                "UPDATE tasks SET owner = ?, state = ? WHERE id = ? AND owner = ? AND state = ? "
                "AND submit_began IS ? AND task_uid IS NULL",
                (owner, state, seen.id, seen.owner, seen.state, seen.submit_began),
            ).rowcount
        return replace(seen, owner=owner, state=state) if changed else None

    def begin_submit(self, record: Record) -> Record | None:
        """Writes down, before a byte of it leaves, that the request is sent now, as `record` says.

        None where another process has taken the row over, or has its TaskUID already, and where the request has another
        current row, as when this one was made in memory while the file could not be used: then it must not be sent.
        """
        with self._transaction():
            there = self._one("id = ?", record.id)
            if there is not None and (there.owner != record.owner or there.task_uid is not None):
                return None
            if self._one("current_key = ? AND id != ?", record.request_key, record.id):
                return None
            return self._written(replace(record, state=SUBMITTING))

    def begin_anew(self, record: Record, created: float) -> Record | None:
        """A new row for a request that was sent, got no answer, and was looked for in vain.

        The old row stays, in state unknown: should its task turn up, it must not be taken for another request's. None
        where another process was first.
        """
        with self._transaction():
            there = self._one("id = ?", record.id)
            if there is None or (there.owner, there.current_key) != (record.owner, record.request_key):
                return None
            self._written(replace(record, state=UNKNOWN, current_key=None))
            return self._written(
                replace(
                    record,
                    id=uuid.uuid4().hex,
                    state=SUBMITTING,
                    created=created,
                    submit_began=None,
                    is_timed=False,
                    search_ended=None,
                    suspects=(),
                    credits_before=None,
                    message="",
                    told=None,
                )
            )

    def adopt(self, record: Record, task_uid: str, at: float) -> Record | None:
        """Gives the row a TaskUID that was found at the service; None where another row was submitted as that task.

        What was collected under that TaskUID alone becomes this row's.
        """
        found = replace(record, state=SUBMITTED, task_uid=task_uid, submitted=at, suspects=())
        with self._transaction():
            there = self._one("id = ?", record.id)
            if there is not None and there.task_uid is not None:
                return there
            known = self._one("account = ? AND task_uid = ?", record.account, task_uid)
            if known is not None and known.was_sent:
                return None
            if known is not None:
                self._db.execute("DELETE FROM tasks WHERE id = ?", (known.id,))
                state = SUBMITTED if known.state == FAILED else known.state
                found = replace(
                    found, state=state, files=known.files, results=known.results, points_spent=known.points_spent
                )
            adopted = self._written(found)
            if known is None or known.delivered is None:
                return adopted
            self._db.execute(
                "UPDATE tasks SET delivered = ?, used = ? WHERE id = ?", (known.delivered, known.used, adopted.id)
            )
            return replace(adopted, delivered=known.delivered, used=known.used)

    def write(self, record: Record) -> Record:
        """Writes the row as it is in `record`, flushed to disk when this returns, and gives what is there now.

        What was handed out is not for this to say, and stays as it is. A row that another one has replaced meanwhile
        is written, but stays out of the way of its successor. A row never loses its results or its TaskUID: where
        another process has stored them, or given it one, meanwhile, the row stays as it is, and a second TaskUID gets a
        row of its own. Where another row of the account has the TaskUID, one that was only asked for by it gives way
        to that row, which is given; for one that was sent, TaskBelongsElsewhere is raised.
        """
        with self._transaction():
            there = self._one("id = ?", record.id)
            if there is not None and there.is_stored and not record.is_stored:
                return there
            if there is not None and there.task_uid not in (None, record.task_uid):
                if record.task_uid is None:
                    return there
                record = replace(record, id=uuid.uuid4().hex, current_key=None)
            return self._written(record)

    def lose_files(self, record: Record, intact: Sequence[StoredFile]) -> Record:
        """Says that of a row's result files only these are left: the others are to be fetched again."""
        with self._transaction():
            state = SUBMITTED if record.is_stored else record.state
            return self._written(replace(record, state=state, files=tuple(intact)))

    def tell(self, id: str, at: float) -> None:
        """Says that the user was told that this task was looked for in vain, and that running again pays.

        The earliest time counts: whoever has asked for it after that has asked knowing it. It is the first one, unless
        the clock was set back.
        """
        self._note("UPDATE tasks SET told = MIN(COALESCE(told, ?1), ?1) WHERE id = ?2", at, id)

    def hand_out(self, id: str, at: float) -> None:
        """Says that a node has given the TaskUID away instead of the pictures."""
        self._note("UPDATE tasks SET handed_out = ? WHERE id = ?", at, id)

    def deliver(self, id: str, at: float) -> None:
        """Says that a node has handed out the pictures."""
        self._note(
            "UPDATE tasks SET delivered = COALESCE(delivered, ?), used = ?, "
            "state = CASE state WHEN ? THEN ? ELSE state END WHERE id = ?",
            at, at, STORED, DELIVERED, id,
        )  # fmt: skip

    def read(self, id: str) -> Record | None:
        return self._one("id = ?", id)

    def find(self, task_uid: str, account: str) -> Record | None:
        """The row of a task, as this account knows it."""
        return self._one("task_uid = ? AND account = ?", task_uid, account)

    def owners_of(self, task_uid: str) -> list[Record]:
        """The rows of a task, of any account; those of its submit first."""
        return self._many("task_uid = ? ORDER BY submit_began IS NULL", task_uid)

    def submitted_among(self, task_uids: Collection[str], account: str) -> set[str]:
        """Those of `task_uids` that some row of the account was submitted as."""
        return {uid for uid in task_uids if (row := self.find(uid, account)) is not None and row.was_sent}

    def see(self, account: str, running: Sequence[str], unseen_until: float, now: float) -> list[Sighting]:
        """Remembers, for every process, that these tasks are running, and gives all that were running at any look.

        Tasks that a row was submitted as are left out; of those that no row has, the newest thousand are given. Times
        are by the service's clock; what was seen a day ago is forgotten.
        """
        with self._transaction():
            self._db.executemany(
                "INSERT OR IGNORE INTO sightings (account, task_uid, unseen_until, seen) SELECT ?1, ?2, ?3, ?4 "
                f"WHERE NOT EXISTS ({_WAS_SUBMITTED.format(account='?1', task_uid='?2')})",
                [(account, uid, unseen_until, now) for uid in running],
            )
            self._db.execute("DELETE FROM sightings WHERE seen < ?", (now - COLLECTABLE_SECONDS,))
            rows = self._db.execute(
                "SELECT task_uid, unseen_until, action, seed FROM sightings WHERE account = ? AND NOT EXISTS "
                f"({_WAS_SUBMITTED.format(account='sightings.account', task_uid='sightings.task_uid')}) "
                "ORDER BY rowid DESC LIMIT ?",
                (account, _MOST_SIGHTINGS),
            ).fetchall()
        return [Sighting(*row) for row in reversed(rows)]

    def note_told(self, account: str, sightings: Sequence[Sighting]) -> None:
        """What the service has told of tasks that were seen."""
        with self._transaction():
            self._db.executemany(
                "UPDATE sightings SET action = ?, seed = ? WHERE account = ? AND task_uid = ?",
                [(each.action, each.seed, account, each.task_uid) for each in sightings],
            )

    def rivals(self, record: Record) -> list[Record]:
        """Other rows that were sent, have no TaskUID, and that the same task at the service could belong to."""
        return self._many(
            "id != ? AND account = ? AND action = ? AND seed IS ? AND task_uid IS NULL AND state IN (?, ?, ?) "
            "AND submit_began IS NOT NULL",
            record.id, record.account, record.action, record.seed, SUBMITTING, LOOKING, UNKNOWN,
        )  # fmt: skip

    def uncollected(self, account: str) -> list[Record]:
        """Rows of an account that may be paid for and are not stored, oldest first."""
        return self._many(f"account = ? AND {IS_OPEN} ORDER BY created", account)

    def seconds_taken(self, record: Record, count: int) -> list[float]:
        """Seconds that the newest `count` tasks like this one took."""
        size = None if record.width is None or record.height is None else (record.width, record.height)
        return seconds_taken(self._db, record.action, size, record.batch_size, count)

    def with_files(self) -> list[Record]:
        """Rows that have result files: delivered ones first, each group by their last use, the oldest first."""
        return self._many(f"{HAS_FILES} ORDER BY delivered IS NULL, COALESCE(used, delivered, created)")

    def unchanged(self, seen: Record) -> Record | None:
        """The row, or None where it is not as in `seen` any more."""
        there = self._one("id = ?", seen.id)
        return there if there == seen else None

    def release(self, seen: Record) -> Record | None:
        """From now on no run counts on the files of the row; None where it is not as in `seen` any more."""
        return self._change(seen, "current_key", None)

    def forget_files(self, seen: Record) -> Record | None:
        """Says that the files of the row are gone; None where it is not as in `seen` any more."""
        return self._change(seen, "files", "[]")

    def _change(self, seen: Record, column: str, value: object) -> Record | None:
        with self._transaction():
            if self.unchanged(seen) is None:
                return None
            self._db.execute(f"UPDATE tasks SET {column} = ? WHERE id = ?", (value, seen.id))
            return self._one("id = ?", seen.id)

    def _prepare_when_free(self, deadline: float) -> None:
        """Waits by itself: the switch to WAL is refused at once while another process opens the file, too."""
        while True:
            try:
                return self._prepare()
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() >= deadline:
                    raise
            time.sleep(_BUSY_PAUSE)

    def _prepare(self) -> None:
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")  # a TaskUID must survive a power cut
        with self._transaction():
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            if version > SCHEMA_VERSION:
                raise LedgerTooNew("it was written by a newer version of the pack")
            for migration in MIGRATIONS[version:]:
                for statement in migration.split(";"):
                    self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def _replace(self, row: Record) -> None:
        """Makes the row what it is, with every column, and with no other row for its task."""
        twin = self._one("account = ? AND task_uid = ? AND id != ?", row.account, row.task_uid, row.id)
        if twin is not None:
            self._db.execute("DELETE FROM tasks WHERE id IN (?, ?)", (row.id, twin.id))
            row = of_one_task(twin, row)
        if self._one("current_key = ? AND id != ?", row.current_key, row.id):
            row = replace(row, current_key=None)
        self._db.execute("DELETE FROM tasks WHERE id = ?", (row.id,))
        self._db.execute(_INSERT, row_of(row))

    def _written(self, record: Record) -> Record:
        if record.current_key is None and record.is_stored and record.request_key:
            record = replace(record, current_key=record.request_key)  # its request finds what was paid for it
        if self._one("current_key = ? AND id != ?", record.current_key, record.id):
            record = replace(record, current_key=None)
        elsewhere = self._one("account = ? AND task_uid = ? AND id != ?", record.account, record.task_uid, record.id)
        if elsewhere is not None:
            if record.was_sent:
                raise TaskBelongsElsewhere(record.task_uid)
            return elsewhere
        self._db.execute(_UPSERT, row_of(record))
        return self._one("id = ?", record.id) or record

    def _note(self, change: str, *values: object) -> None:
        with self._transaction():
            self._db.execute(change, values)

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
