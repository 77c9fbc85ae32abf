"""The score, and what is said of survivors."""

import pytest
from comfyui_picpik.devtools.mutation.judge import Verdict
from comfyui_picpik.devtools.mutation.mutants import Mutant
from comfyui_picpik.devtools.mutation.score import Judged, conclude, score_of, shown
from comfyui_picpik.devtools.mutation.survivors import Survivor

KILLED, TIMED_OUT, SURVIVED, UNTESTED = Verdict.KILLED, Verdict.TIMED_OUT, Verdict.SURVIVED, Verdict.UNTESTED


def judged(verdict: Verdict, is_equivalent: bool | None = None, was: str = "a > 5", becomes: str = "a >= 5") -> Judged:
    mutant = Mutant("picpik/a.py", "C.f", 7, range(7, 8), was, becomes, "")
    known = None if is_equivalent is None else Survivor(("", "", "", ""), is_equivalent, "nobody is ever 5")
    return Judged(mutant, verdict, known)


@pytest.mark.parametrize(
    ("all_of_it", "score"),
    [
        ([judged(KILLED), judged(TIMED_OUT)], 1.0),
        ([judged(KILLED), judged(SURVIVED)], 0.5),
        ([judged(KILLED), judged(UNTESTED)], 0.5),
        ([judged(KILLED), judged(SURVIVED, is_equivalent=True)], 1.0),
        ([judged(KILLED), judged(SURVIVED, is_equivalent=False)], 0.5),  # a reason makes nothing killed
        ([judged(KILLED), judged(KILLED, is_equivalent=True)], 1.0),
        ([judged(KILLED, is_equivalent=True), judged(SURVIVED)], 0.5),  # it was killed, so it does change something
        ([], 1.0),
    ],
)
def test_the_score_is_the_part_that_was_killed_of_those_that_change_something(all_of_it: list[Judged], score: float):
    assert score_of(all_of_it) == score


@pytest.mark.parametrize(("survived", "code"), [(0, 0), (1, 0), (2, 1)])
def test_the_command_fails_below_its_target(survived: int, code: int):
    all_of_it = [judged(KILLED)] * (10 - survived) + [judged(SURVIVED)] * survived

    assert conclude(all_of_it, seconds=60, target=0.9) == code


def test_each_survivor_is_shown_with_its_place_and_its_change(capsys: pytest.CaptureFixture[str]):
    conclude([judged(SURVIVED), judged(KILLED, becomes="a > 6")], seconds=60, target=0.9)

    said = capsys.readouterr().out
    assert "Survived:\npicpik/a.py:7 C.f\n    - a > 5\n    + a >= 5\n" in said
    assert "a > 6" not in said
    assert "50.0% of 2 mutants killed in 60 s; 90% are wanted" in said


def test_known_survivors_are_named_with_their_reasons(capsys: pytest.CaptureFixture[str]):
    conclude([judged(SURVIVED, True), judged(SURVIVED, False), judged(KILLED, False)], seconds=60, target=0.9)

    said = capsys.readouterr().out
    titles = ("Change nothing, and are not counted:", "Survived for a reason:", "Known as survivors, but killed:")
    for title in titles:
        assert f"{title}\npicpik/a.py:7 C.f\n    - a > 5\n    + a >= 5\n    nobody is ever 5\n" in said


def test_a_line_that_no_test_runs_says_so():
    assert "picpik/a.py:7 C.f (no test runs it)" in shown(judged(UNTESTED))


def test_of_a_long_line_the_changed_part_is_shown():
    was = f"f({', '.join(f'argument_{number}' for number in range(100))})"
    text = shown(judged(SURVIVED, was=was, becomes=was.replace("argument_90", "None")))

    assert "argument_90, argument_91" in text and "None, argument_91" in text
    assert max(map(len, text.splitlines())) < 170
