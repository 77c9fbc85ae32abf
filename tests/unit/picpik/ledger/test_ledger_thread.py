"""The ledger behind its own thread: calls in order, and one in memory when the file fails."""

import asyncio
import logging
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from comfyui_picpik.picpik.api import Clock
from comfyui_picpik.picpik.ledger import (
    SUBMITTED,
    Durability,
    Ledger,
    LedgerNotUsed,
    LedgerThread,
    Owners,
    Record,
    TaskBelongsElsewhere,
    ledger as ledger_module,
    ledger_thread as thread_module,
)
from comfyui_picpik.picpik.ledger.schema import SCHEMA_VERSION
from comfyui_picpik.tests.unit.picpik.ledger.rows import row as record, rows_of

NO_DATABASE = b"not a database" * 100


@pytest.fixture
def durability():
    return Durability()


@pytest.fixture
def ledger(tmp_path, durability):
    ledger = LedgerThread(tmp_path / "ledger.sqlite", durability)
    yield ledger
    ledger.close()


async def test_calls_are_carried_out_in_their_order(ledger):
    rows = [record(str(number)) for number in range(50)]
    await asyncio.gather(*(ledger(Ledger.write, row) for row in rows))
    kept = [await ledger(Ledger.read, row.id) for row in rows]
    assert [row and row.request_key for row in sorted(kept, key=lambda row: row.created)] == [str(n) for n in range(50)]


async def test_nothing_is_opened_before_the_first_call(ledger, tmp_path):
    assert list(tmp_path.iterdir()) == []
    await ledger(Ledger.read, "an id")
    assert (tmp_path / "ledger.sqlite").exists()


async def test_what_is_noted_is_done_before_the_end(tmp_path, durability):
    ledger = LedgerThread(tmp_path / "ledger.sqlite", durability)
    row = await ledger(Ledger.write, record("one"))
    ledger.note(Ledger.tell, row.id, 5.0)
    ledger.close()
    ledger.note(Ledger.tell, row.id, 9.0)  # too late, and harmless
    ledger = Ledger(tmp_path / "ledger.sqlite")
    kept = ledger.read(row.id)
    ledger.close()
    assert kept is not None and kept.told == 5.0


async def test_a_conflict_of_two_rows_is_no_fault_of_the_file(ledger, durability):
    first, second = [await ledger(Ledger.write, replace(record(key), submit_began=1.0)) for key in ("one", "two")]
    await ledger(Ledger.write, replace(first, task_uid="uid"))
    with pytest.raises(TaskBelongsElsewhere):
        await ledger(Ledger.write, replace(second, task_uid="uid"))
    assert durability.warning is None


# -- a file that cannot be used


class HandSet(Clock):
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return HandSet()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def failing(path, durability, clock):
    """A ledger whose file is none, and that looks at it again at every call."""
    path.write_bytes(NO_DATABASE)
    ledger = LedgerThread(path, durability, clock=clock, look_again_after=0.0)
    yield ledger
    ledger.close()


@pytest.fixture
def said(caplog):
    caplog.set_level(logging.INFO, "picpik")
    return lambda: [record.getMessage() for record in caplog.records if record.name == "picpik"]


def rows_in(path: Path) -> list[Record]:
    ledger = Ledger(path)
    rows = rows_of(ledger)
    ledger.close()
    return rows


async def test_a_file_that_fails_is_said_once_and_work_goes_on_in_memory(failing, durability, path, said):
    for key in ("one", "two"):
        row = await failing(Ledger.write, record(key))
        assert await failing(Ledger.read, row.id) == row
    assert said() == [durability.warning]
    assert str(path) in durability.warning and "not remembered across a restart until this is mended:" in said()[0]
    assert path.read_bytes() == NO_DATABASE


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyError("k"), ValueError("v")])
async def test_what_fails_in_a_call_and_is_not_the_databases_is_the_callers(ledger, durability, error):
    """A result file that cannot be removed, say, is no reason to forget tasks."""

    def fail(_ledger: Ledger) -> None:
        raise error

    with pytest.raises(type(error)):
        await ledger(fail)
    assert durability.warning is None


@pytest.mark.parametrize(("failures", "is_in_memory"), [(1, False), (2, True)])
async def test_a_call_that_the_database_fails_is_tried_once_more_and_then_carried_out_in_memory(
    ledger, durability, failures, is_in_memory
):
    row = await ledger(Ledger.write, record("one"))
    calls = []

    def fail(opened: Ledger) -> Record | None:
        calls.append(opened)
        if len(calls) <= failures:
            raise sqlite3.OperationalError("disk I/O error")
        return opened.read(row.id)

    assert await ledger(fail) == row
    assert len(calls) == failures + 1
    assert ("disk I/O error" in (durability.warning or "")) is is_in_memory


async def test_memory_ends_when_the_file_can_be_used_again(failing, durability, path, said):
    written = [await failing(Ledger.write, record(key)) for key in ("one", "two")]
    path.unlink()
    written.append(await failing(Ledger.write, record("three")))
    assert {row.id: row for row in rows_in(path)} == {row.id: row for row in written}
    assert durability.warning is None
    assert (
        len(said()) == 2
        and said()[1] == f"PICPIK: the ledger {path} is in use again, with all that was paid meanwhile."
    )


async def test_the_file_is_looked_at_again_only_every_few_seconds(path, durability, clock):
    path.write_bytes(NO_DATABASE)
    ledger = LedgerThread(path, durability, clock=clock, look_again_after=5.0)
    await ledger(Ledger.write, record("one"))
    path.unlink()
    for seconds in (0.0, 4.9):
        clock.now = 100.0 + seconds
        await ledger(Ledger.write, record("two"))
        assert not path.exists()
    clock.now = 105.0
    await ledger(Ledger.read, "an id")
    assert len(rows_in(path)) == 3 and durability.warning is None
    ledger.close()


async def test_a_look_in_vain_is_not_repeated_at_once(path, durability, clock, monkeypatch):
    path.write_bytes(NO_DATABASE)
    looks = []
    ledger = LedgerThread(path, durability, clock=clock, look_again_after=5.0)
    opened = ledger._opened
    monkeypatch.setattr(ledger, "_opened", lambda *patience: (looks.append(clock.now), opened(*patience))[1])
    for at in (0.0, 1.0, 5.0, 6.0, 9.9, 10.0, 11.0):
        clock.now = at
        await ledger(Ledger.read, "an id")
    ledger.close()
    assert looks == [0.0, 0.0, 5.0, 10.0, 11.0]  # twice before it is given up, and once when it ends


async def test_what_was_written_in_memory_goes_into_the_file_at_the_end_if_that_can_be(path, durability, clock):
    path.write_bytes(NO_DATABASE)
    ledger = LedgerThread(path, durability, clock=clock)
    row = await ledger(Ledger.write, record("one"))
    path.unlink()
    ledger.close()
    assert rows_in(path) == [row]


async def test_a_file_that_is_locked_for_long_is_used_again_afterwards(path, durability, clock, monkeypatch, said):
    monkeypatch.setattr(ledger_module, "_BUSY_TIMEOUT", 0.05)
    monkeypatch.setattr(thread_module, "_PATIENCE_OF_A_LOOK", 0.05)
    ledger = LedgerThread(path, durability, clock=clock, look_again_after=0.0)
    before = await ledger(Ledger.write, record("before"))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        meanwhile = await ledger(Ledger.write, record("meanwhile"))
        assert await ledger(Ledger.read, before.id) == before
        assert "locked" in durability.warning
        other.execute("ROLLBACK")
    before = await ledger(Ledger.write, replace(before, message="again"))
    assert {row.id: row for row in rows_in(path)} == {row.id: row for row in (before, meanwhile)}
    assert durability.warning is None and len(said()) == 2
    ledger.close()


async def test_a_file_that_is_used_again_is_waited_for_as_long_as_before(failing, path):
    await failing(Ledger.read, "an id")
    path.unlink()
    await failing(Ledger.read, "an id")
    waits = await failing(lambda ledger: ledger._db.execute("PRAGMA busy_timeout").fetchone())
    assert waits == (60_000,)


async def test_a_file_that_opens_but_cannot_be_written_is_not_used_again(failing, durability, path, monkeypatch, said):
    await failing(Ledger.read, "an id")
    path.unlink()

    def full(_file: Ledger, _memory: Ledger) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as full_disk:
        full_disk.setattr(Ledger, "take_in", full)
        row = await failing(Ledger.write, record("one"))
        assert durability.warning is not None and len(said()) == 1
    assert await failing(Ledger.read, row.id) == row
    assert durability.warning is None and rows_in(path) == [row]


async def test_a_damaged_file_does_not_come_and_go(path, durability, clock, said):
    """One page is bad: it opens, and some calls would work."""
    ledger = LedgerThread(path, durability, clock=clock, look_again_after=0.0)
    rows = [await ledger(Ledger.write, record(f"{number}", created=float(number))) for number in range(100)]
    ledger.close()
    content = path.read_bytes()
    path.write_bytes(content[:-4096] + b"\xff" * 4096)
    ledger = LedgerThread(path, durability, clock=clock, look_again_after=0.0)
    for row in rows:
        await ledger(Ledger.write, replace(row, message="seen"))
    assert len(said()) == 1
    path.rename(path.with_name("moved away"))
    await ledger(Ledger.read, "an id")
    assert durability.warning is None and len(said()) == 2
    assert {row.id for row in rows_in(path)} == {row.id for row in rows}
    ledger.close()


async def test_of_two_processes_each_brings_what_it_wrote_in_memory(path, clock):
    path.write_bytes(NO_DATABASE)
    ledgers = [LedgerThread(path, Durability(), clock=clock, look_again_after=0.0) for _ in range(2)]
    written = [await ledger(Ledger.write, record(f"{number}")) for number, ledger in enumerate(ledgers)]
    path.unlink()
    for ledger in ledgers:
        for row in written:
            assert await ledger(Ledger.read, row.id) in (row, None)
    assert {row.id for row in rows_in(path)} == {row.id for row in written}
    for ledger in ledgers:
        ledger.close()


# -- a file of a newer version


@pytest.fixture
def newer(path, durability, clock):
    """A ledger whose file is too new, with one row."""
    made = Ledger(path)
    made.write(record("before", state=SUBMITTED, task_uid="uid"))
    made.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("ALTER TABLE tasks ADD COLUMN colour TEXT")
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    ledger = LedgerThread(path, durability, clock=clock, look_again_after=0.0)
    yield ledger
    ledger.close()


async def test_of_a_newer_ledger_what_was_paid_is_known_and_nothing_is_written(newer, durability, path):
    before = path.read_bytes()
    row, is_new = await newer(Ledger.claim, record("before"))
    assert (is_new, row.task_uid) == (False, "uid")
    await newer(Ledger.write, record("new"))
    assert "newer version" in durability.warning and durability.warning.endswith(
        "until this is mended: update the pack."
    )
    assert path.read_bytes() == before


async def test_a_newer_ledger_is_said_once_before_paying(newer, path):
    with pytest.raises(LedgerNotUsed) as refusal:
        await newer.check_before_paying()
    assert str(path) in refusal.value.what and "newer version" in refusal.value.what
    assert "run again" in refusal.value.do
    for _ in range(2):
        await newer.check_before_paying()


async def test_a_newer_ledger_is_said_once_for_each_request_of_a_batch(newer):
    for _ in range(2):
        with pytest.raises(LedgerNotUsed):
            await newer.check_before_paying("one")
        await newer.check_before_paying("one")
        with pytest.raises(LedgerNotUsed):
            await newer.check_before_paying("two")
        newer._refused.clear()


async def test_any_other_ledger_lets_pay(ledger, failing):
    for each in (ledger, failing):
        await each.check_before_paying()


# -- who is alive


async def test_who_has_the_file_open_is_alive_until_the_end(path, durability):
    owners, others = Owners(path.parent / "owners"), Owners(path.parent / "owners")
    ledger = LedgerThread(path, durability, owners)
    assert not others.is_alive(owners.me)
    await ledger(Ledger.read, "an id")
    assert others.is_alive(owners.me)
    ledger.close()
    assert not others.is_alive(owners.me)


async def test_who_cannot_be_seen_to_be_alive_writes_nothing_that_others_would_take_over(path, durability, clock):
    (path.parent / "owners").write_bytes(b"in the way")
    owners = Owners(path.parent / "owners")
    ledger = LedgerThread(path, durability, owners, clock=clock, look_again_after=0.0)
    row = await ledger(Ledger.write, record("one"))
    assert "owners" in durability.warning and rows_in(path) == []
    (path.parent / "owners").unlink()
    await ledger(Ledger.read, "an id")
    assert durability.warning is None and rows_in(path) == [row]
    assert Owners(path.parent / "owners").is_alive(owners.me)
    ledger.close()


async def test_a_path_named_from_where_the_process_is_stays_where_it_was(tmp_path, durability, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ledger = LedgerThread(Path("ledger.sqlite"), durability)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    row = await ledger(Ledger.write, record("one"))
    assert rows_in(tmp_path / "ledger.sqlite") == [row]
    ledger.close()
