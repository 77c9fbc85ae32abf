"""Rows of the ledger: what a state means, and when nothing of a request can be at the service any more."""

import dataclasses
import sqlite3
from contextlib import closing
from dataclasses import replace

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
    Record,
    StoredFile,
    new_record,
)
from comfyui_picpik.picpik.ledger.records import COLUMNS, OF_HAND_OUTS
from comfyui_picpik.picpik.ledger.schema import MIGRATIONS

DAY = 24 * 3600.0
WEEK = 7 * DAY
NOW = 1_700_000_000.0
FILE = StoredFile("uid/00.png", 1, "ab")


def record(**changes) -> Record:
    made = new_record(request_key="k", account="a", owner="o", action="Act", created=NOW - WEEK - 100)
    return replace(made, **changes)


TIMED = {"submit_began": NOW, "is_timed": True}
UNTIMED = {"submit_began": NOW, "is_timed": False}


@pytest.mark.parametrize(
    ("changes", "seconds"),
    [
        (TIMED, DAY),
        ({**TIMED, "task_uid": "uid"}, DAY),
        ({**TIMED, "task_uid": "cl9v2000000000000000"}, DAY),
        ({**TIMED, "state": UNKNOWN, "search_ended": NOW + 80}, DAY),
        (UNTIMED, WEEK),
        ({**UNTIMED, "task_uid": "uid"}, WEEK),
        ({**UNTIMED, "search_ended": NOW + 80}, DAY),
        ({**UNTIMED, "search_ended": 0.0}, DAY),
        ({"created": NOW}, DAY),
        ({"created": NOW, "task_uid": "uid"}, DAY),
        ({"created": NOW, "is_timed": True}, DAY),
        ({"created": NOW, "search_ended": NOW}, DAY),
        ({"created": NOW - WEEK, "submit_began": NOW, "is_timed": True}, DAY),
    ],
)
def test_how_long_something_of_a_request_may_be_at_the_service(changes, seconds):
    row = record(**changes)
    assert not row.is_expired(NOW)
    assert not row.is_expired(NOW + seconds)
    assert row.is_expired(NOW + seconds + 0.001)


def test_a_submit_that_began_at_the_beginning_of_time_has_begun():
    assert record(submit_began=0.0, is_timed=True).is_expired(DAY + 1)
    assert not record(submit_began=0.0, is_timed=True, created=-WEEK).is_expired(DAY - 1)
    assert record(submit_began=0.0).was_sent


@pytest.mark.parametrize(
    ("state", "files", "is_stored", "is_open"),
    [
        (SUBMITTING, (), False, True),
        (LOOKING, (), False, True),
        (SUBMITTED, (), False, True),
        (SUBMITTED, (FILE,), False, True),
        (FINISHED, (), False, True),
        (FINISHED, (FILE,), False, True),
        (STORED, (FILE,), True, False),
        (STORED, (), False, False),
        (DELIVERED, (FILE,), True, False),
        (DELIVERED, (), False, False),
        (FAILED, (), False, False),
        (FAILED, (FILE,), False, False),
        (UNKNOWN, (), False, True),
    ],
)
def test_what_a_state_means(state, files, is_stored, is_open):
    row = record(state=state, files=files)
    assert (row.is_stored, row.is_open, row.is_pending) == (is_stored, is_open, False)
    with_task = replace(row, task_uid="uid")
    assert (with_task.is_stored, with_task.is_open, with_task.is_pending) == (is_stored, is_open, is_open)


@pytest.mark.parametrize("task_uid", [None, "uid"])
def test_what_was_only_collected_by_its_task_uid_was_not_sent(task_uid):
    assert record(submit_began=NOW, task_uid=task_uid).was_sent
    assert not record(submit_began=None, task_uid=task_uid).was_sent


@pytest.mark.parametrize(
    ("name", "index", "is_text"),
    [
        ("uid/00.png", 0, False),
        ("uid/07.jpg", 7, False),
        ("uid/15.bin", 15, False),
        ("uid/100.webp", 100, False),
        ("uid/02.txt", 2, True),
        ("u.1/u.2/03.txt", 3, True),
        ("04.txt", 4, True),
        ("uid.txt/05.png", 5, False),
    ],
)
def test_a_file_s_name_tells_its_place_and_what_it_is(name, index, is_text):
    file = StoredFile(name, 1, "ab")
    assert (file.index, file.is_text) == (index, is_text)


def test_a_new_record_is_about_to_be_submitted():
    row = new_record(
        request_key="k", account="a", owner="o", action="Act", created=5.0, seed=0, drawn_key="d", size=(64, 32),
        batch_size=3,
    )  # fmt: skip
    told = {name: getattr(row, name) for name in COLUMNS if name != "id"}
    untold = {
        field.name: field.default for field in dataclasses.fields(Record) if field.default is not dataclasses.MISSING
    }
    assert told == {
        **untold, "request_key": "k", "current_key": "k", "drawn_key": "d", "account": "a", "action": "Act", "seed": 0,
        "width": 64, "height": 32, "batch_size": 3, "state": SUBMITTING, "owner": "o", "task_uid": None, "created": 5.0,
    }  # fmt: skip


def test_a_new_record_of_an_action_without_seed_and_size_tells_none_and_has_an_id_of_its_own():
    first, second = (new_record(request_key="k", account="a", owner="o", action="Act") for _ in range(2))
    assert (first.seed, first.width, first.height, first.batch_size, first.drawn_key) == (None,) * 5
    assert first.id != second.id
    assert first.created > 1_700_000_000


def test_a_new_record_may_be_of_the_beginning_of_time():
    assert new_record(request_key="k", account="a", owner="o", action="Act", created=0.0).created == 0.0


def test_the_table_has_a_column_for_each_value_and_no_other():
    with closing(sqlite3.connect(":memory:")) as db:
        for migration in MIGRATIONS:
            db.executescript(migration)
        columns = [row[1] for row in db.execute("PRAGMA table_info(tasks)")]
    assert tuple(columns) == COLUMNS
    assert set(OF_HAND_OUTS) < set(columns)
