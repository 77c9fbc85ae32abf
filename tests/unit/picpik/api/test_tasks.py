"""What the service says of a task, and what the pack makes of it."""

import pytest
from comfyui_picpik.picpik.tasks import TaskDetail, TaskStatus, created_at


def detail(**fields) -> TaskDetail:
    return TaskDetail.from_params({"TaskUID": "u", "Action": "A"} | fields)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"Status": "Queuing"}, TaskStatus.QUEUED),
        ({"Status": "Running"}, TaskStatus.RUNNING),
        ({"Status": "Finished", "ImgList": ["http://x"]}, TaskStatus.FINISHED),
        ({"Status": "finished ", "ImgList": ["http://x"]}, TaskStatus.FINISHED),
        ({"Status": "Finished"}, TaskStatus.FINISHED),
        ({"Status": "SUCCESS", "ImgList": ["http://x"]}, TaskStatus.FINISHED),
        ({"Status": "Error"}, TaskStatus.FAILED),
        ({"Status": "Error", "ErrorCode": 0}, TaskStatus.FAILED),
        ({"Status": "Running", "ErrorCode": 7}, TaskStatus.FAILED),
        ({"Status": "Finished", "ErrorCode": 7}, TaskStatus.FAILED),
        ({"Status": "Finished", "ErrorCode": 7, "ImgList": ["http://x"]}, TaskStatus.FINISHED),
        ({"Status": "Rendering"}, TaskStatus.UNKNOWN),
        ({"Status": "Rendering", "ImgList": []}, TaskStatus.UNKNOWN),
        ({"Status": "Rendering", "ImgList": ["http://x"], "ErrorCode": 0}, TaskStatus.FINISHED),
        ({"Status": "Rendering", "ImgList": ["http://x"], "ErrorCode": 3}, TaskStatus.FAILED),
        ({"Status": "Running", "ImgList": ["http://half"]}, TaskStatus.RUNNING),
        ({}, TaskStatus.UNKNOWN),
        ({"Status": None}, TaskStatus.UNKNOWN),
        ({"Status": 3}, TaskStatus.UNKNOWN),
    ],
)
def test_a_known_word_or_evidence_decides_and_anything_else_keeps_waiting(fields, status):
    assert detail(**fields).status is status


def test_every_documented_field_is_read():
    read = detail(
        Status="Finished",
        ImgList=["http://a", "http://b"],
        Seed=5,
        ConsumeApiPoint=60,
        ErrorCode=0,
        ErrorMassage="",
    )
    assert (read.task_uid, read.action, read.status_word) == ("u", "A", "Finished")
    assert read.image_urls == ("http://a", "http://b")
    assert (read.seed, read.points_spent, read.error_code) == (5, 60, 0)


@pytest.mark.parametrize("spelling", ["ErrorMassage", "ErrorMessage"])
def test_the_error_message_is_read_in_both_spellings(spelling):
    assert detail(Status="Error", **{spelling: "no cloth found"}).error_message == "no cloth found"


@pytest.mark.parametrize("junk", [{"ImgList": None}, {"Seed": "5"}, {"Seed": True}, {"ConsumeApiPoint": 1.5}])
def test_a_field_of_a_wrong_type_counts_as_not_given(junk):
    read = detail(Status="Running", **junk)
    assert (read.image_urls, read.seed, read.points_spent) == ((), None, None)


def test_an_unknown_word_is_shown_as_it_came():
    assert detail(Status="Rendering").status_text == 'in state "Rendering"'


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
