"""The ledger as people look at it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from comfyui_picpik.picpik.ledger import (
    DELIVERED,
    FAILED,
    FINISHED,
    LOOKING,
    STORED,
    SUBMITTED,
    SUBMITTING,
    UNKNOWN,
    Ledger,
    Record,
    StoredFile,
    TaskHistory,
    new_record,
)

ACTION = "GeneratePatternsFromImage"


def record(key: str, **changes: Any) -> Record:
    made = new_record(request_key=key, account="a", owner="o", action=ACTION, seed=1, size=(1024, 512), batch_size=1)
    return replace(made, **{"state": STORED, "task_uid": key, **changes})


def write(home: Path, *records: Record) -> TaskHistory:
    ledger = Ledger(home / "ledger.sqlite")
    for each in records:
        ledger.write(each)
    ledger.close()
    return TaskHistory(home)


def test_without_a_ledger_there_is_nothing_and_nothing_is_made(tmp_path: Path):
    history = TaskHistory(tmp_path / "none")

    assert (history.recent(5), history.find("x"), history.spent_since(0)) == ([], None, {})
    assert history.done("a", ACTION, (1, 1)) == []
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_ledger_is_nothing_to_look_at(tmp_path: Path):
    (tmp_path / "ledger.sqlite").write_bytes(b"no database" * 100)
    assert TaskHistory(tmp_path).recent(5) == []


def test_a_home_named_from_where_the_process_is_can_be_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write(tmp_path / "home", record("k", files=(StoredFile("k/00.png", 1, "x"),)))
    picture = tmp_path / "home" / "results" / "k" / "00.png"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"x")
    monkeypatch.chdir(tmp_path)
    history = TaskHistory(Path("home"))
    (tmp_path / "elsewhere").mkdir()
    for folder in (tmp_path, tmp_path / "elsewhere"):
        monkeypatch.chdir(folder)
        (task,) = history.recent(5)
        assert history.file(task, 0) == picture


def test_the_newest_come_first_and_only_so_many(tmp_path: Path):
    history = write(tmp_path, *(record(f"k{age}", created=1000.0 - age) for age in range(5)))
    assert [task.task_uid for task in history.recent(3)] == ["k0", "k1", "k2"]


def test_credits_are_summed_from_a_moment_on(tmp_path: Path):
    history = write(
        tmp_path,
        record("old", created=10.0, points_spent=100),
        record("new", created=20.0, points_spent=7),
        record("newer", created=30.0, points_spent=5),
        record("untold", created=40.0),
        record("another's", created=40.0, account="b", points_spent=3),
    )
    spent = {since: history.spent_since(since) for since in (0, 20, 25, 50)}
    assert spent == {0: {"a": 112, "b": 3}, 20: {"a": 12, "b": 3}, 25: {"a": 5, "b": 3}, 50: {}}


def test_rows_that_have_to_do_with_hand_outs_are_read_with_them(tmp_path: Path):
    written = record("k", handed_out=1.0, delivered=2.0, used=3.0, told=4.0, suspects=("a", "b"), is_timed=True)
    assert write(tmp_path, written).recent(1) == [written]


def test_accounts_with_open_tasks_are_those_that_may_have_paid_for_something_that_is_not_here(tmp_path: Path):
    states = (SUBMITTING, LOOKING, SUBMITTED, FINISHED, UNKNOWN, STORED, DELIVERED, FAILED)
    rows = [record(state, account=f"of {state}", state=state, task_uid=None) for state in states]
    history = write(tmp_path, *rows, record("again", account="of submitted", state=SUBMITTED))
    assert history.accounts_with_open_tasks() == {f"of {state}" for state in states[:5]}
    assert TaskHistory(tmp_path / "none").accounts_with_open_tasks() == set()


def test_what_an_account_had_made_is_found_by_its_action_and_size_the_newest_first(tmp_path: Path):
    history = write(
        tmp_path,
        record("old", created=10.0),
        record("new", created=30.0, state=DELIVERED, batch_size=4),
        record("of another size", width=64),
        record("of another action", action="ApplyReferencePattern"),
        record("of another account", account="the sandbox"),
        record("failed", state=FAILED),
        record("not here yet", state=SUBMITTED),
        record("of no size", width=None, height=None),
    )
    assert [task.task_uid for task in history.done("a", ACTION, (1024, 512))] == ["new", "old"]
    assert [task.task_uid for task in history.done("a", ACTION, None)] == ["of no size"]


@pytest.mark.parametrize(
    ("changes", "is_pending"),
    [
        ({"state": SUBMITTED}, True),
        ({"state": STORED}, False),
        ({"state": FAILED}, False),
        ({"state": SUBMITTED, "task_uid": None}, False),
        ({"state": UNKNOWN, "task_uid": None}, False),
        ({"state": FINISHED}, True),
    ],
)
def test_what_can_be_collected(tmp_path: Path, changes: dict[str, Any], is_pending: bool):
    (task,) = write(tmp_path, record("k", **changes)).recent(1)
    assert task.is_pending is is_pending


def test_a_picture_is_found_by_its_index_while_it_is_on_disk(tmp_path: Path):
    files = (StoredFile("k/00.png", 1, "x"), StoredFile("k/01.png", 1, "x"))
    history = write(tmp_path, record("k", files=files))
    picture = tmp_path / "results" / "k" / "01.png"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"x")
    (task,) = history.recent(1)

    assert history.find(task.id) == task
    assert [history.file(task, index) for index in (-1, 0, 1, 2)] == [None, None, picture, None]


def test_texts_and_pictures_of_a_task_are_told_apart(tmp_path: Path):
    files = tuple(StoredFile(name, 1, "x") for name in ("k/00.png", "k/01.png", "k/00.txt", "k/01.txt"))
    history = write(tmp_path, record("k", files=files))
    folder = tmp_path / "results" / "k"
    folder.mkdir(parents=True)
    (folder / "01.png").write_bytes(b"x")
    (folder / "00.txt").write_text("织物", "utf-8")
    (task,) = history.recent(1)

    assert (history.pictures(task), history.texts(task)) == ([1], ["织物"])
