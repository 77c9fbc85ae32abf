"""Which task at the service a submit without an answer may have made: only what contradicts excludes one."""

from dataclasses import replace

import pytest
from comfyui_picpik.picpik.api import TASK_ACTIONS, TaskDetail, TaskStatus
from comfyui_picpik.picpik.ledger import LOOKING, new_record
from comfyui_picpik.picpik.runner.candidates import Candidate, Verdict, may_be_made_by, verdict
from comfyui_picpik.tests.xids import xid

BEGAN = 1_700_000_000.0
LATEST = BEGAN + 100

MINE, OTHER = "ApplyReferencePattern", "DescribeImages"
RUNNING, FAILED, FINISHED = TaskStatus.RUNNING, TaskStatus.FAILED, TaskStatus.FINISHED
FITS, UNDECIDED, CONTRADICTED = Verdict.FITS, Verdict.UNDECIDED, Verdict.CONTRADICTED

SEEDED = replace(
    new_record(request_key="k", account="a", owner="o", action=MINE, seed=7),
    state=LOOKING, submit_began=BEGAN, is_timed=True,
)  # fmt: skip
SEEDLESS = replace(SEEDED, seed=None)


def sighting(action: str, seed: int | None, status: TaskStatus = RUNNING, uid: str | None = None) -> Candidate:
    uid = uid or xid(BEGAN + 1)
    return Candidate(uid, BEGAN + 2, detail=TaskDetail(uid, status, action=action, seed=seed))


@pytest.mark.parametrize(
    ("record", "action", "seed", "status", "expected"),
    [
        (SEEDED, MINE, 7, RUNNING, FITS),
        (SEEDED, MINE, 7, FINISHED, FITS),
        (SEEDED, MINE, 7, FAILED, FITS),
        (SEEDED, MINE, 8, RUNNING, CONTRADICTED),
        (SEEDED, MINE, 0, RUNNING, UNDECIDED),
        (SEEDED, MINE, 0, FINISHED, CONTRADICTED),
        (SEEDED, MINE, 0, FAILED, CONTRADICTED),
        (SEEDED, MINE, -1, FINISHED, UNDECIDED),
        (SEEDED, MINE, -1, FAILED, CONTRADICTED),
        (SEEDED, "", 0, RUNNING, UNDECIDED),
        (SEEDED, MINE, None, RUNNING, UNDECIDED),
        (SEEDED, MINE, -1, RUNNING, UNDECIDED),
        (SEEDED, MINE, None, FINISHED, UNDECIDED),
        (SEEDED, MINE, None, FAILED, CONTRADICTED),
        (SEEDED, OTHER, 7, RUNNING, CONTRADICTED),
        (SEEDED, OTHER, None, RUNNING, CONTRADICTED),
        (SEEDED, "", 7, RUNNING, UNDECIDED),
        (SEEDED, "", None, RUNNING, UNDECIDED),
        (SEEDED, "", None, FINISHED, UNDECIDED),
        (SEEDED, "", 7, FAILED, CONTRADICTED),
        (SEEDED, "", 8, RUNNING, CONTRADICTED),
        (SEEDED, "GenerateImg2Img", 7, RUNNING, UNDECIDED),
        (SEEDED, "GenerateImg2Img", 8, RUNNING, CONTRADICTED),
        (SEEDLESS, MINE, None, RUNNING, FITS),
        (SEEDLESS, MINE, -1, RUNNING, FITS),
        (SEEDLESS, MINE, 0, RUNNING, FITS),
        (SEEDLESS, MINE, 8, RUNNING, FITS),
        (SEEDLESS, "", 8, RUNNING, UNDECIDED),
        (SEEDLESS, OTHER, None, RUNNING, CONTRADICTED),
        (replace(SEEDED, seed=0), MINE, 0, RUNNING, UNDECIDED),
        (replace(SEEDED, seed=0), MINE, 0, FINISHED, FITS),
        (replace(SEEDED, seed=0), MINE, 7, RUNNING, CONTRADICTED),
        (replace(SEEDED, seed=0), MINE, None, RUNNING, UNDECIDED),
    ],
)
def test_what_a_task_tells_decides_and_what_it_leaves_out_does_not(record, action, seed, status, expected):
    assert verdict(record, sighting(action, seed, status), LATEST) is expected


@pytest.mark.parametrize("action", sorted(TASK_ACTIONS - {MINE}))
def test_a_task_of_another_documented_action_is_another_s(action):
    assert verdict(SEEDED, sighting(action, 7), LATEST) is CONTRADICTED


def test_an_action_of_ours_that_no_page_documents_is_still_ours():
    record = replace(SEEDED, action="Brand-new")
    assert verdict(record, sighting("Brand-new", 7), LATEST) is FITS


@pytest.mark.parametrize("uid", [xid(BEGAN), "no xid"])
def test_a_task_that_ran_and_of_which_nothing_is_told_may_be_it(uid):
    assert verdict(SEEDED, Candidate(uid, BEGAN), LATEST) is UNDECIDED
    assert verdict(SEEDED, Candidate(uid, BEGAN, is_gone=True), LATEST) is UNDECIDED


def test_a_task_that_was_made_at_another_time_is_another_s_whatever_it_tells():
    assert verdict(SEEDED, sighting(MINE, 7, uid=xid(BEGAN - 3600)), LATEST) is CONTRADICTED
    assert verdict(SEEDED, Candidate(xid(BEGAN - 3600), BEGAN), LATEST) is CONTRADICTED


@pytest.mark.parametrize(
    ("seconds_after", "may"),
    [
        (-3600, False), (-11, False), (-10, True), (-9, True), (0, True), (1, True), (60, True), (100, True),
        (110, True), (111, False), (86400, False),
    ],
)  # fmt: skip
def test_a_task_is_of_a_submit_when_it_was_made_while_that_can_have_made_it(seconds_after, may):
    assert may_be_made_by(SEEDED, Candidate(xid(BEGAN + seconds_after), 0.0), LATEST) is may


@pytest.mark.parametrize(("seconds_after", "may"), [(-86400, True), (-11, True), (0, True), (110, True), (111, False)])
@pytest.mark.parametrize(
    "record",
    [replace(SEEDED, is_timed=False), replace(SEEDED, submit_began=None), replace(SEEDED, is_timed=False, seed=None)],
)
def test_a_submit_whose_time_by_the_service_s_clock_is_not_known_may_have_begun_at_any_time(record, seconds_after, may):
    assert may_be_made_by(record, Candidate(xid(BEGAN + seconds_after), 0.0), LATEST) is may


@pytest.mark.parametrize("uid", ["", "not an xid", "x" * 20, "0" * 19, "0" * 21])
@pytest.mark.parametrize(
    ("unseen_until", "may"),
    [(BEGAN - 3600, True), (BEGAN, True), (LATEST, True), (LATEST + 10, True), (LATEST + 11, False)],
)
def test_a_task_whose_time_cannot_be_read_was_made_before_it_was_unseen_until(uid, unseen_until, may):
    assert may_be_made_by(SEEDED, Candidate(uid, unseen_until), LATEST) is may


@pytest.mark.parametrize(
    ("detail", "has_ended"),
    [
        (None, False),
        (TaskDetail("u", RUNNING), False),
        (TaskDetail("u", FAILED), True),
        (TaskDetail("u", FINISHED), True),
    ],
)
def test_a_task_tells_no_more_when_it_has_ended_or_is_gone(detail, has_ended):
    assert Candidate("u", 0.0, detail=detail).has_ended is has_ended
    assert Candidate("u", 0.0, is_gone=True, detail=detail).has_ended
