"""What the end of a trial says of its mutant."""

import signal
from pathlib import Path

import pytest
from comfyui_picpik.devtools.mutation.forks import CRASHED
from comfyui_picpik.devtools.mutation.judge import NEVER_IMPORTED, Verdict, verdict_of
from comfyui_picpik.devtools.terminal import Failure


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        (0, Verdict.SURVIVED),
        (pytest.ExitCode.TESTS_FAILED, Verdict.KILLED),
        (pytest.ExitCode.INTERRUPTED, Verdict.KILLED),  # as when a module cannot be imported
        (pytest.ExitCode.INTERNAL_ERROR, Verdict.KILLED),
        (pytest.ExitCode.USAGE_ERROR, Verdict.KILLED),  # as when a conftest cannot be imported
        (pytest.ExitCode.NO_TESTS_COLLECTED, Verdict.UNTESTED),
        (-signal.SIGSEGV, Verdict.KILLED),
        (-signal.SIGALRM, Verdict.TIMED_OUT),
    ],
)
def test_an_end_is_a_verdict(tmp_path: Path, code: int, verdict: Verdict):
    assert verdict_of(code, tmp_path) is verdict


@pytest.mark.parametrize("code", [CRASHED, NEVER_IMPORTED])
def test_a_trial_that_went_wrong_says_nothing_of_the_mutant(tmp_path: Path, code: int):
    (tmp_path / "output").write_text("what was wrong")

    with pytest.raises(Failure, match="what was wrong"):
        verdict_of(code, tmp_path)


def test_what_survived_or_was_not_tested_was_not_noticed():
    assert [verdict for verdict in Verdict if verdict.is_noticed] == [Verdict.KILLED, Verdict.TIMED_OUT]
