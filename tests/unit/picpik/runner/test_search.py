"""Which task at the service a submit may have made: judged by the time inside the TaskUID, by the service's clock."""

import time

import pytest
from comfyui_picpik.picpik.runner.search import may_be_made_by

ALPHABET = "0123456789abcdefghijklmnopqrstuv"


def task_uid(unix_time: float) -> str:
    """An xid of that second."""
    bits = int(unix_time) << 3
    return "".join(ALPHABET[bits >> shift & 31] for shift in range(30, -5, -5)) + "0" * 13


@pytest.mark.parametrize(
    ("seconds_after", "may"),
    [
        (-3600, False),
        (-12, False),
        (-9, True),
        (0, True),
        (1, True),
        (180, True),
        (600, True),
        (620, False),
        (86400, False),
    ],
)
def test_a_task_is_of_a_submit_when_it_was_made_while_that_lasted(seconds_after, may):
    began = 1_700_000_000.0
    assert may_be_made_by(began, task_uid(began + seconds_after)) is may


@pytest.mark.parametrize("uid", ["", "not an xid", "x" * 20, "0" * 19])
def test_a_task_whose_time_cannot_be_read_is_never_taken(uid):
    assert not may_be_made_by(time.time(), uid)
