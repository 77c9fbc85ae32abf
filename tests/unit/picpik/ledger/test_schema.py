"""What is asked of the ledger for a task does not take longer the more tasks there were: no question reads all rows."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from comfyui_picpik.picpik.ledger import FILE_NAME, STORED, Ledger, Record, StoredFile, TaskHistory, new_record
from comfyui_picpik.picpik.ledger.records import open_accounts, spent_since

ROW = new_record(
    request_key="key", account="account", owner="me", action="Action", seed=7, size=(64, 64), batch_size=1, created=5.0
)
STORED_ROW = replace(
    ROW, state=STORED, task_uid="uid", submitted=6.0, ended=9.0, files=(StoredFile("uid/00.png", 3, "f" * 64),)
)

QUESTIONS: dict[str, Callable[[Ledger], object]] = {
    "is it there": lambda ledger: ledger.current("key"),
    "claim": lambda ledger: ledger.claim(ROW),
    "drawn": lambda ledger: ledger.undelivered("drawn"),
    "submit": lambda ledger: ledger.begin_submit(ROW),
    "write": lambda ledger: ledger.write(STORED_ROW),
    "deliver": lambda ledger: ledger.deliver(ROW.id, 9.0),
    "find": lambda ledger: ledger.find("uid", "account"),
    "whose is it": lambda ledger: ledger.owners_of("uid"),
    "are they ours": lambda ledger: ledger.submitted_among(["uid", "other"], "account"),
    "whose could it be": lambda ledger: ledger.rivals(ROW),
    "how long do such take": lambda ledger: ledger.seconds_taken(ROW, 20),
    "what was left": lambda ledger: ledger.uncollected("account"),
    "who left something": lambda ledger: open_accounts(ledger._db),
    "what has files": lambda ledger: ledger.with_files(),
    "what was spent": lambda ledger: spent_since(ledger._db, 5.0),
}


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[tuple[Ledger, list[str]]]:
    """A ledger with a row, and the SQL that it runs from now on."""
    ledger = Ledger(tmp_path / FILE_NAME)
    ledger.write(STORED_ROW)
    statements: list[str] = []
    ledger._db.set_trace_callback(statements.append)
    yield ledger, statements
    ledger.close()


def scans(ledger: Ledger, statements: list[str]) -> list[str]:
    """Steps of those statements that read the whole table; an index that holds a part of it is not that."""
    ledger._db.set_trace_callback(None)
    steps = []
    for statement in statements:
        if statement.split()[0] in ("SELECT", "INSERT", "UPDATE", "DELETE"):
            steps += [row[3] for row in ledger._db.execute(f"EXPLAIN QUERY PLAN {statement}")]
    return [step for step in steps if step.startswith("SCAN tasks") and "INDEX" not in step]


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_question_reads_all_rows(question: str, asked: tuple[Ledger, list[str]]):
    ledger, statements = asked
    QUESTIONS[question](ledger)
    assert statements
    assert scans(ledger, statements) == []


def test_neither_does_the_look_at_what_an_account_had_made(
    asked: tuple[Ledger, list[str]], monkeypatch, tmp_path: Path
):
    ledger, statements = asked
    monkeypatch.setattr(TaskHistory, "_read", lambda _self, query: query(ledger._db))
    found: list[Record] = TaskHistory(tmp_path).done("account", "Action", (64, 64))
    assert [record.id for record in found] == [ROW.id]
    assert scans(ledger, statements) == []


def test_a_question_without_an_index_would_be_noticed(asked: tuple[Ledger, list[str]]):
    ledger, statements = asked
    ledger._db.execute("SELECT id FROM tasks WHERE message = 'x'").fetchall()
    assert scans(ledger, statements) == ["SCAN tasks"]
