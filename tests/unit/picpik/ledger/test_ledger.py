"""The ledger: what each row may become, and that no process can undo what another has written."""

import sqlite3
import time
from dataclasses import replace

import pytest
from comfyui_picpik.picpik.ledger import (
    DELIVERED,
    FAILED,
    FINISHED,
    STORED,
    SUBMITTED,
    SUBMITTING,
    UNKNOWN,
    Ledger,
    StoredFile,
    TaskBelongsElsewhere,
    new_record,
)
from comfyui_picpik.picpik.ledger.ledger import LedgerTooNew
from comfyui_picpik.picpik.ledger.records import Record, select
from comfyui_picpik.picpik.ledger.schema import SCHEMA_VERSION

FILE = StoredFile("task/00.png", 10, "ab")

SCHEMA_1 = """
    CREATE TABLE tasks (id TEXT PRIMARY KEY, request_key TEXT NOT NULL, current_key TEXT UNIQUE, drawn_key TEXT,
        account TEXT NOT NULL, action TEXT NOT NULL, seed INTEGER, width INTEGER, height INTEGER, batch_size INTEGER,
        state TEXT NOT NULL, owner TEXT NOT NULL, beat INTEGER NOT NULL DEFAULT 0, task_uid TEXT UNIQUE,
        created REAL NOT NULL, submit_began REAL, submitted REAL, ended REAL, delivered REAL, points_spent INTEGER,
        files TEXT NOT NULL DEFAULT '[]', message TEXT NOT NULL DEFAULT '');
    INSERT INTO tasks (id, request_key, current_key, account, action, seed, state, owner, task_uid, created, files)
        VALUES ('i', 'k', 'k', 'me', 'Act', 1, 'stored', 'p', 'uid1', 5.0, '[["uid1/00.png", 3, "ff"]]');
    PRAGMA user_version = 1;
"""
"""A file as schema 1 left it. It stays as it is here: every later version of the pack must be able to read it."""


def rows_of(ledger: Ledger) -> list[Record]:
    return select(ledger._db, "1 ORDER BY created DESC")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "home" / "ledger.sqlite"


@pytest.fixture
def open_ledger(path):
    opened = []

    def open_() -> Ledger:
        opened.append(Ledger(path))
        return opened[-1]

    yield open_
    for each in opened:
        each.close()


@pytest.fixture
def ledger(open_ledger):
    return open_ledger()


def record(key="key", owner="me", **changes):
    return replace(new_record(request_key=key, account="account", owner=owner, action="Act", seed=1), **changes)


def test_the_first_claim_of_a_request_is_new_and_the_second_is_not(ledger, open_ledger):
    first, second = record(owner="a"), record(owner="b")
    assert ledger.claim(first) == (first, True)
    assert open_ledger().claim(second) == (first, False)


def test_a_request_whose_try_is_over_may_be_claimed_anew(ledger):
    first = record()
    ledger.claim(first)
    ledger.write(replace(first, state=FAILED, current_key=None, task_uid="uid1"))
    again, is_new = ledger.claim(first)
    assert is_new and again.id != first.id
    assert ledger.read(first.id).task_uid == "uid1"


def test_a_row_comes_back_as_it_was_written(open_ledger):
    whole = record(
        drawn_key="drawn", width=64, height=65, batch_size=2, state=STORED, task_uid="uid", submit_began=1.5,
        submitted=2.5, ended=3.5, delivered=4.5, points_spent=7, files=(FILE, FILE), message="é",
    )  # fmt: skip
    open_ledger().write(whole)
    assert open_ledger().read(whole.id) == whole


def test_a_half_of_a_surrogate_pair_from_outside_can_be_written(ledger):
    ledger.write(replace(record(), message="broken \ud800", action="\udfff"))
    assert rows_of(ledger)[0].message == "broken ?"


def test_begin_submit_writes_when_it_began(ledger):
    claimed, _ = ledger.claim(record())
    before = time.time()
    begun = ledger.begin_submit(claimed)
    assert begun == ledger.read(claimed.id)
    assert begun.state == SUBMITTING and begun.submit_began >= before


def test_a_request_that_is_sent_anew_leaves_its_unknown_try_in_the_ledger(ledger):
    claimed, _ = ledger.claim(record(drawn_key="drawn"))
    first = ledger.begin_submit(claimed)
    second = ledger.begin_anew(first)
    assert ledger.read(first.id) == replace(first, state=UNKNOWN, current_key=None)
    assert ledger.claim(record()) == (second, False)
    assert second.submit_began is None and second.drawn_key == "drawn"
    assert ledger.rivals(second) == [ledger.read(first.id)]


def test_a_row_that_was_taken_over_must_not_be_sent_by_its_old_owner(ledger):
    claimed, _ = ledger.claim(record(owner="a"))
    taken = ledger.take_over(claimed, "b")
    assert taken.owner == "b"
    assert ledger.begin_submit(claimed) is None
    assert ledger.begin_submit(taken) is not None


def test_a_row_with_a_task_uid_must_not_be_sent(ledger):
    claimed, _ = ledger.claim(record())
    ledger.adopt(claimed, "uid1")
    assert ledger.begin_submit(claimed) is None


def test_only_one_of_two_processes_takes_a_row_over(ledger):
    claimed, _ = ledger.claim(record(owner="dead"))
    assert ledger.take_over(claimed, "a") is not None
    assert ledger.take_over(claimed, "b") is None


def test_a_row_whose_owner_gave_a_sign_of_life_is_not_taken_over(ledger):
    claimed, _ = ledger.claim(record(owner="a"))
    ledger.beat([claimed.id], "a")
    assert ledger.take_over(claimed, "b") is None


def test_nobody_gives_signs_of_life_for_another(ledger):
    claimed, _ = ledger.claim(record(owner="a"))
    ledger.beat([claimed.id], "b")
    assert ledger.read(claimed.id) == claimed


def test_a_row_with_a_task_uid_is_not_taken_over(ledger):
    claimed, _ = ledger.claim(record())
    ledger.adopt(claimed, "uid1")
    assert ledger.take_over(claimed, "b") is None


def test_a_task_belongs_to_one_row_only(ledger):
    first, _ = ledger.claim(record("one"))
    second, _ = ledger.claim(record("two"))
    assert ledger.adopt(first, "uid1").task_uid == "uid1"
    assert ledger.adopt(second, "uid1") is None
    with pytest.raises(TaskBelongsElsewhere):
        ledger.write(replace(second, task_uid="uid1"))


def test_a_row_never_loses_its_task_uid_to_a_process_that_did_not_know_it(ledger):
    claimed, _ = ledger.claim(record())
    adopted = ledger.adopt(claimed, "uid1")
    assert ledger.write(replace(claimed, state=UNKNOWN)) == adopted
    assert ledger.read(claimed.id) == adopted


def test_a_second_task_uid_gets_a_row_of_its_own(ledger):
    claimed, _ = ledger.claim(record())
    adopted = ledger.adopt(claimed, "uid1")
    other = ledger.write(replace(claimed, state=SUBMITTED, task_uid="uid2"))
    assert other.id != adopted.id and other.current_key is None
    assert ledger.find("uid1") == adopted and ledger.find("uid2") == other


def test_a_row_that_was_replaced_stays_out_of_the_way_of_its_successor(ledger):
    first, _ = ledger.claim(record())
    ledger.write(replace(first, current_key=None, state=FAILED))
    second, _ = ledger.claim(record())
    assert ledger.write(replace(first, state=SUBMITTED, task_uid="late")).current_key is None
    assert ledger.claim(record()) == (second, False)


def test_only_a_stored_row_is_delivered(ledger):
    for state, after in ((STORED, DELIVERED), (SUBMITTED, SUBMITTED), (FAILED, FAILED)):
        row = ledger.write(record(state, state=state))
        ledger.deliver(row.id)
        assert ledger.read(row.id).state == after
        assert (ledger.read(row.id).delivered is not None) == (after == DELIVERED)


def test_undelivered_gives_the_oldest_that_is_paid_and_not_delivered(ledger):
    rows = [
        record("a", drawn_key="d", state=DELIVERED, delivered=1.0, created=1.0),
        record("b", drawn_key="d", state=FAILED, current_key=None, created=2.0),
        record("c", drawn_key="other", created=3.0),
        record("e", drawn_key="d", state=STORED, created=5.0),
        record("f", drawn_key="d", state=UNKNOWN, created=4.0),
    ]
    for row in rows:
        ledger.write(row)
    assert ledger.undelivered("d", ()) == rows[4]
    assert ledger.undelivered("d", {rows[4].id}) == rows[3]
    assert ledger.undelivered("d", {rows[4].id, rows[3].id}) is None


def test_rivals_are_what_the_same_task_could_belong_to(ledger):
    mine = record("mine", submit_began=1.0)
    rival = record("rival", submit_began=1.0)
    unknown = record("unknown", submit_began=1.0, state=UNKNOWN)
    for row in (
        mine,
        rival,
        unknown,
        record("never sent"),
        record("has its task", submit_began=1.0, state=SUBMITTED, task_uid="uid"),
        record("other seed", submit_began=1.0, seed=2),
        record("other action", submit_began=1.0, action="Other"),
        record("other account", submit_began=1.0, account="other"),
        record("over", submit_began=1.0, state=FAILED),
    ):
        ledger.write(row)
    assert {row.id for row in ledger.rivals(mine)} == {rival.id, unknown.id}


def test_uncollected_is_what_may_be_paid_for_and_is_not_stored(ledger):
    states = (SUBMITTING, SUBMITTED, FINISHED, STORED, DELIVERED, FAILED, UNKNOWN)
    for created, state in enumerate(states, start=10):
        ledger.write(record(state, state=state, created=created))
    ledger.write(record("other account", state=SUBMITTED, created=10.0, account="other"))
    assert [row.state for row in ledger.uncollected("account")] == [SUBMITTING, SUBMITTED, FINISHED, UNKNOWN]


def test_files_are_listed_delivered_first_each_oldest_first(ledger):
    for name, created, delivered in (("new", 9, None), ("old", 1, None), ("d2", 2, 8.0), ("d1", 3, 7.0)):
        ledger.write(record(name, files=(FILE,), created=created, delivered=delivered))
    ledger.write(record("no files"))
    assert [row.request_key for row in ledger.with_files()] == ["d1", "d2", "old", "new"]


def test_a_newer_ledger_is_left_alone(path, open_ledger):
    open_ledger()
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    db.close()
    with pytest.raises(LedgerTooNew):
        Ledger(path)
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION + 1,)
    db.close()


def test_an_empty_file_becomes_a_ledger(path, open_ledger):
    path.parent.mkdir()
    path.touch()
    assert rows_of(open_ledger()) == []


def test_a_ledger_of_schema_1_is_understood(path, open_ledger):
    path.parent.mkdir()
    with sqlite3.connect(path) as db:
        db.executescript(SCHEMA_1)
    db.close()
    row, is_new = open_ledger().claim(record("k"))
    assert not is_new
    assert row.is_stored and row.task_uid == "uid1" and row.files == (StoredFile("uid1/00.png", 3, "ff"),)


def test_an_upgrade_that_fails_in_the_middle_changes_nothing(path, monkeypatch):
    from comfyui_picpik.picpik.ledger import ledger as module

    monkeypatch.setattr(module, "MIGRATIONS", (*module.MIGRATIONS, "CREATE TABLE more (a); NOT SQL"))
    monkeypatch.setattr(module, "SCHEMA_VERSION", SCHEMA_VERSION + 1)
    path.parent.mkdir()
    with sqlite3.connect(path) as db:
        db.executescript(SCHEMA_1)
    db.close()
    with pytest.raises(sqlite3.OperationalError):
        Ledger(path)
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (1,)
        assert db.execute("SELECT name FROM sqlite_master WHERE name = 'more'").fetchone() is None
    db.close()


def test_a_ledger_in_memory_knows_what_could_be_read_and_leaves_the_file_alone(path, ledger, open_ledger):
    kept = ledger.write(record())
    in_memory = Ledger.in_memory_of(path)
    assert in_memory.read(kept.id) == kept
    in_memory.write(record("another"))
    assert rows_of(open_ledger()) == [kept]
    in_memory.close()


@pytest.mark.parametrize("content", [b"", b"no database at all, but longer than a header" * 100])
def test_a_ledger_in_memory_starts_empty_where_nothing_can_be_read(path, content):
    path.parent.mkdir()
    path.write_bytes(content)
    in_memory = Ledger.in_memory_of(path)
    assert rows_of(in_memory) == []
    in_memory.close()
