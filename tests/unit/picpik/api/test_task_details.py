"""What the service says of a task, and what the pack makes of it."""

import pytest
from comfyui_picpik.picpik.api import TaskDetail, TaskStatus


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
        ({"Status": "Rendering", "TxtList": ["a dress"]}, TaskStatus.FINISHED),
        ({"Status": "Rendering", "TxtList": ["a dress"], "Action": "ApplyReferencePattern"}, TaskStatus.UNKNOWN),
        ({"Status": "Running", "ErrorMassage": "no cloth found"}, TaskStatus.FAILED),
        ({"Status": "Running", "ErrorMessage": "no cloth found", "ErrorCode": 0}, TaskStatus.FAILED),
        ({"Status": "Rejected", "ErrorMassage": "no cloth found"}, TaskStatus.FAILED),
        ({"Status": "Rendering", "ErrorMassage": "half of it", "ImgList": ["http://x"]}, TaskStatus.FAILED),
        ({"Status": "Finished", "ErrorMassage": "no cloth found"}, TaskStatus.FAILED),
        ({"Status": "Finished", "ErrorMassage": "a warning", "ImgList": ["http://x"]}, TaskStatus.FINISHED),
        ({"Status": "Running", "ErrorMassage": "failed"}, TaskStatus.FAILED),
        ({"Status": "Running", "ErrorMassage": " \n"}, TaskStatus.RUNNING),
        ({"Status": "Running", "ErrorMassage": "Success."}, TaskStatus.RUNNING),
        ({"Status": "Running", "ErrorMassage": "OK"}, TaskStatus.RUNNING),
        ({"Status": "Running", "ErrorMassage": "running"}, TaskStatus.RUNNING),
        ({"Status": "Finished", "ErrorMassage": "ok"}, TaskStatus.FINISHED),
        ({"Status": "Running", "ErrorMassage": {"code": 5}}, TaskStatus.RUNNING),
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


def test_an_error_message_of_blanks_does_not_hide_the_other_spelling():
    assert detail(ErrorMassage=" ", ErrorMessage="no cloth found").error_message == "no cloth found"


@pytest.mark.parametrize(
    "junk",
    [
        {"ImgList": None},
        {"ImgList": 5},
        {"ImgList": "http://a"},
        {"TxtList": "text"},
        {"Seed": "5"},
        {"Seed": True},
        {"ConsumeApiPoint": 1.5},
        {"ConsumeApiPoint": 2**63, "Seed": -(10**30), "ErrorCode": 10**30},
        {"Seed": -1},
        {"Action": ["A"], "ErrorMassage": 5, "ErrorCode": True},
        {"ImgList": [None, 5, ""], "TxtList": {"a": 1}},
    ],
)
def test_a_field_of_a_wrong_type_counts_as_not_given(junk):
    read = detail(Status="Running", **junk)
    assert (read.image_urls, read.texts, read.seed, read.points_spent) == ((), (), None, None)
    assert (read.status, read.error_code, read.error_message) == (TaskStatus.RUNNING, None, "")


def test_only_what_the_action_brings_counts_as_its_result():
    both = {"ImgList": ["http://a"], "TxtList": ["a dress"]}
    assert (detail(**both).image_urls, detail(**both).texts) == (("http://a",), ("a dress",))
    known = detail(Action="GeneratePatternsFromImageResponse", **both)
    assert (known.image_urls, known.texts) == (("http://a",), ())


def test_whatever_a_task_says_can_be_written_down_as_utf_8():
    broken = detail(Status="a\ud800", ErrorMassage="b\udfff", TxtList=["c\ud800"], Action="D")
    assert (broken.status_word, broken.error_message, broken.texts) == ("a?", "b?", ("c?",))


@pytest.mark.parametrize("echoed", ["DescribeImages", "DescribeImagesResponse", " DescribeImages "])
def test_an_action_is_known_however_it_is_echoed(echoed):
    assert detail(Action=echoed).action == "DescribeImages"


def test_an_unknown_word_is_shown_as_it_came():
    assert detail(Status="Rendering").status_text == 'in state "Rendering"'
