"""What can be read of a damaged file: everything but what the damage hit."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from comfyui_picpik.picpik.ledger import STORED, Ledger, StoredFile
from comfyui_picpik.picpik.ledger.schema import SCHEMA_VERSION
from comfyui_picpik.tests.unit.picpik.ledger.rows import row, rows_of

PAGE = 4096
TABLE_LEAF, TABLE_INTERIOR = 13, 5
"""First bytes of pages, as SQLite's file format has them."""
ROWS = 400


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with 400 rows on some dozens of pages, and nothing left in its WAL."""
    path = tmp_path_factory.mktemp("whole") / "ledger.sqlite"
    ledger = Ledger(path)
    with ledger._transaction():
        for number in range(ROWS):
            key = f"{number:064x}"
            file = StoredFile(f"{number:020x}/00.png", number, "ab" * 32)
            ledger._written(row(key, task_uid=f"{number:020x}", state=STORED, files=(file,), created=float(number)))
    ledger.close()
    return path


def salvaged(path: Path) -> set[str]:
    """The ids of the rows that a ledger in memory knows."""
    ledger = Ledger.in_memory_of(path)
    ids = {id for (id,) in ledger._db.execute("SELECT id FROM tasks")}
    ledger.close()
    return ids


def pages_of(path: Path) -> list[bytes]:
    content = path.read_bytes()
    return [content[at : at + PAGE] for at in range(0, len(content), PAGE)]


def rows_on(page: bytes, ids: set[str]) -> set[str]:
    return {id for id in ids if id.encode() in page} if page[0] == TABLE_LEAF else set()


def damaged(pages: list[bytes], *numbers: int, content: bytes = b"\xff" * PAGE) -> bytes:
    return b"".join(content if number in numbers else page for number, page in enumerate(pages))


def leaves(pages: list[bytes], ids: set[str]) -> list[int]:
    return [number for number, page in enumerate(pages) if number and rows_on(page, ids)]


@pytest.mark.parametrize(
    ("content", "step"),
    [(b"\xff" * PAGE, 1), (bytes(PAGE), 7), (b"no page at all: " * 256, 7)],
    ids=["ones", "zeros", "text"],
)
def test_one_bad_page_costs_the_rows_on_it_and_no_others(whole, tmp_path, content, step):
    pages, ids = pages_of(whole), salvaged(whole)
    assert len(ids) == ROWS and len(leaves(pages, ids)) > 10
    path = tmp_path / "ledger.sqlite"
    # The first page says what is in the file, and the one interior page where the table is: without them there is none.
    for number in range(1, len(pages), step):
        if pages[number][0] != TABLE_INTERIOR:
            path.write_bytes(damaged(pages, number, content=content))
            assert salvaged(path) == ids - rows_on(pages[number], ids), f"page {number}"


def test_between_bad_pages_every_row_is_found(whole, tmp_path):
    pages, ids = pages_of(whole), salvaged(whole)
    bad = leaves(pages, ids)[::3] + leaves(pages, ids)[-1:]
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(damaged(pages, *bad))
    assert salvaged(path) == ids - set().union(*(rows_on(pages[number], ids) for number in bad))


@pytest.mark.parametrize("first", [0, 1])
def test_a_file_of_which_nothing_can_be_read_gives_nothing(whole, tmp_path, first):
    pages = pages_of(whole)
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(damaged(pages, *range(first, len(pages))))
    assert salvaged(path) == set()


def test_a_file_that_is_cut_off_gives_what_is_before_the_cut(whole, tmp_path):
    pages, ids = pages_of(whole), salvaged(whole)
    half = len(pages) // 2
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(b"".join(pages[:half]))
    assert salvaged(path) == set().union(*(rows_on(page, ids) for page in pages[:half])) != set()


@pytest.fixture
def changed(whole, tmp_path) -> Iterator[sqlite3.Connection]:
    """The file, to be changed."""
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(whole.read_bytes())
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = DELETE")
        yield db


def test_a_row_with_values_that_make_no_sense_is_left_out(changed, tmp_path):
    ids = salvaged(tmp_path / "ledger.sqlite")
    bad = [id for (id,) in changed.execute("SELECT id FROM tasks ORDER BY created LIMIT 3")]
    for id, files in zip(bad, ("no JSON", "[1, 2]", "null"), strict=True):
        changed.execute("UPDATE tasks SET files = ? WHERE id = ?", (files, id))
    assert salvaged(tmp_path / "ledger.sqlite") == ids - set(bad)


def test_of_a_newer_ledger_everything_is_copied_that_both_know(changed, tmp_path):
    path = tmp_path / "ledger.sqlite"
    before = Ledger.in_memory_of(path)
    changed.execute("ALTER TABLE tasks ADD COLUMN colour TEXT NOT NULL DEFAULT 'blue'")
    changed.execute("ALTER TABLE tasks DROP COLUMN message")
    changed.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    after = Ledger.in_memory_of(path)
    assert rows_of(after) == [replace(each, message="") for each in rows_of(before)]
    before.close()
    after.close()


def test_of_a_newer_ledger_with_other_tables_nothing_is_copied(changed, tmp_path):
    changed.execute("ALTER TABLE tasks RENAME TO requests")
    changed.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    assert salvaged(tmp_path / "ledger.sqlite") == set()


def test_of_an_older_ledger_everything_is_copied(tmp_path):
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(Path(__file__).with_name("ledger-0.1.0.sqlite").read_bytes())
    as_migrated_by_hand = salvaged(path)
    ledger = Ledger(path)
    assert {each.id for each in rows_of(ledger)} == as_migrated_by_hand
    assert len(as_migrated_by_hand) == 13
    ledger.close()
