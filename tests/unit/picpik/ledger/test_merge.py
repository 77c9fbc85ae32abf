"""One row in the file and in memory: what it is when the two meet again."""

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
    StoredFile,
)
from comfyui_picpik.picpik.ledger.merge import merged, of_one_task
from comfyui_picpik.tests.unit.picpik.ledger.rows import row

FILE = StoredFile("uid/00.png", 10, "ab")

BEFORE = row(task_uid="uid", state=SUBMITTED, submit_began=1.0)
FINISHED_NOW = replace(BEFORE, state=FINISHED)
STORED_NOW = replace(BEFORE, state=STORED, files=(FILE,), ended=5.0)


def test_a_row_that_only_memory_knows_goes_into_the_file():
    assert merged(BEFORE, None, None) == BEFORE


def test_a_row_that_the_file_has_lost_goes_into_it_again():
    assert merged(BEFORE, BEFORE, None) == BEFORE


def test_a_row_that_changed_nowhere_stays_as_it_is():
    assert merged(BEFORE, BEFORE, BEFORE) is None


def test_a_row_that_changed_in_memory_is_what_it_became_there_even_if_that_is_less():
    for change in (STORED_NOW, replace(BEFORE, state=FAILED, current_key=None), replace(BEFORE, state=UNKNOWN)):
        assert merged(change, BEFORE, BEFORE) == change


def test_a_row_that_changed_in_the_file_alone_stays_as_it_is_there():
    assert merged(BEFORE, BEFORE, STORED_NOW) is None


def test_a_row_that_came_to_the_same_in_both_stays_as_it_is():
    assert merged(STORED_NOW, BEFORE, STORED_NOW) is None


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ({"state": SUBMITTING, "task_uid": None}, {"state": SUBMITTED}),
        ({"state": UNKNOWN, "task_uid": None}, {"state": SUBMITTING, "task_uid": None}),
        ({"state": FAILED, "task_uid": None}, {"state": UNKNOWN, "task_uid": None}),
        ({"state": UNKNOWN, "task_uid": None}, {"state": LOOKING, "task_uid": None}),
        ({"state": FAILED, "task_uid": None}, {"state": SUBMITTED}),
        ({"state": SUBMITTED}, {"state": FINISHED}),
        ({"state": FINISHED}, {"state": FAILED, "current_key": None}),
        ({"state": FAILED, "current_key": None}, {"state": STORED, "files": (FILE,)}),
        ({"state": STORED, "files": (FILE,)}, {"state": STORED, "files": (FILE, FILE)}),
        ({"state": STORED, "files": (FILE,)}, {"state": DELIVERED, "files": (FILE,), "delivered": 9.0}),
        ({"state": "of a later version"}, {"state": UNKNOWN}),
    ],
)
def test_of_a_row_that_changed_in_both_the_one_that_has_come_further_stays(less, more):
    less, more, before = replace(BEFORE, **less), replace(BEFORE, **more), replace(BEFORE, message="before")
    assert merged(more, before, less) == more
    assert merged(less, before, more) == more


def test_of_two_that_have_come_as_far_the_files_stays():
    mine, there = replace(FINISHED_NOW, message="mine"), replace(FINISHED_NOW, message="there")
    assert merged(mine, BEFORE, there) == there


def test_a_delivery_that_only_one_knows_of_has_happened():
    delivered = replace(STORED_NOW, files=(), state=DELIVERED, delivered=8.0)
    assert merged(delivered, BEFORE, STORED_NOW) == replace(STORED_NOW, delivered=8.0)


def test_two_tasks_of_one_row_stay_known_both():
    mine, there = replace(BEFORE, task_uid="mine"), replace(BEFORE, task_uid="there")
    other = merged(mine, replace(BEFORE, task_uid=None), there)
    assert other is not None and other.id != there.id
    assert (other.task_uid, other.current_key) == ("mine", None)


def test_of_two_rows_of_one_task_the_request_is_that_of_the_submit_and_the_files_are_those_of_either():
    submitted = row("asked for", task_uid="uid", state=SUBMITTED, submit_began=1.0)
    collected = row("task uid", task_uid="uid", state=STORED, files=(FILE,), ended=7.0, points_spent=60)
    for one, other in ((submitted, collected), (collected, submitted)):
        both = of_one_task(one, other)
        assert (both.id, both.request_key, both.current_key) == (submitted.id, "asked for", "asked for")
        assert (both.state, both.files, both.ended, both.points_spent) == (STORED, (FILE,), 7.0, 60)


def test_of_two_rows_of_one_task_that_nobody_submitted_the_first_stays():
    one, other = (row(f"task {key}", task_uid="uid", state=SUBMITTED) for key in "ab")
    assert of_one_task(one, other) == one
