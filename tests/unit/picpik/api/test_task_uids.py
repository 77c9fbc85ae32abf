"""The time inside a TaskUID."""

import pytest
from comfyui_picpik.picpik.api import created_at


@pytest.mark.parametrize(
    ("task_uid", "unix_time"),
    [
        ("9m4e2mr0ui3e8a215n4g", 1300816219),  # the example of the xid specification
        ("ckti5nf2h4keq8mr9n00", 1698374365),
        ("cktlm6lrh4miq8ng9nf0", 1698388762),
        ("00000000000000000000", 0),
    ],
)
def test_the_time_inside_a_task_uid_is_read(task_uid, unix_time):
    assert created_at(task_uid) == unix_time


@pytest.mark.parametrize("task_uid", ["", "short", "CKTI5NF2H4KEQ8MR9N00", "wwwwwwwwwwwwwwwwwwww", "taskUId1" * 3])
def test_what_is_no_task_uid_has_no_time(task_uid):
    assert created_at(task_uid) is None
