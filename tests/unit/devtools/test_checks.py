"""What the end of a lane's program means, also when it ended before it could report."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from comfyui_picpik.devtools.checks import Check


def ended(project: Path, test: str, *options: str, may_be_empty: bool = False) -> tuple[Check, int, str]:
    """pytest on one file, as a lane runs it: the check, its exit code, its output."""
    (project / "test_sample.py").write_text(test)
    (project / "pytest.ini").write_text("[pytest]\njunit_family = xunit1\n")
    report = project / "report.xml"
    arguments = ("-m", "pytest", "-p", "no:cacheprovider", f"--junitxml={report}", *options)
    variables = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    answer = subprocess.run(
        [sys.executable, *arguments], cwd=project, env=variables, capture_output=True, text=True, check=False
    )
    return Check("pytest sample", arguments, report, may_be_empty), answer.returncode, answer.stdout + answer.stderr


def test_a_lane_whose_process_dies_tells_so_with_its_last_words(tmp_path: Path):
    test = "import os\ndef test_deadly():\n    os.write(1, b'out of memory'); os._exit(137)\n"
    check, code, said = ended(tmp_path, test, "-s")

    (case,) = check.cases(code, 1.0, said)

    assert (case.name, case.outcome) == ("pytest sample ended with exit code 137", "failed")
    assert "out of memory" in case.words.splitlines()[-1]


def test_what_only_the_exit_code_tells_is_a_failure_beside_the_tests_that_passed(tmp_path: Path):
    test = "def test_good(): pass\ndef never_run():\n    pass\n"
    check, code, said = ended(tmp_path, test, "-p", "pytest_cov", "--cov=.", "--cov-fail-under=100")

    assert code
    good, whole = check.cases(code, 1.0, said)

    assert good.outcome == "passed"
    assert whole.outcome == "failed"
    assert "coverage" in whole.words.lower()


def test_a_failed_test_is_not_counted_a_second_time_for_the_exit_code(tmp_path: Path):
    check, code, said = ended(tmp_path, "def test_bad(): assert False")

    assert [case.outcome for case in check.cases(code, 1.0, said)] == ["failed"]


@pytest.mark.parametrize(("may_be_empty", "outcomes"), [(True, []), (False, ["failed"])])
def test_a_lane_without_tests_is_fine_only_when_somebody_chose_them(
    tmp_path: Path, may_be_empty: bool, outcomes: list[str]
):
    check, code, said = ended(tmp_path, "def test_good(): pass", "-k", "nothing", may_be_empty=may_be_empty)

    assert [case.outcome for case in check.cases(code, 1.0, said)] == outcomes


@pytest.mark.parametrize(("code", "outcome"), [(0, "passed"), (1, "failed")])
def test_a_tool_passes_or_fails_as_its_exit_code_says(code: int, outcome: str):
    (case,) = Check("ruff check", ("-m", "ruff")).cases(code, 2.0, "what it said")

    assert (case.name, case.outcome, case.seconds, case.words) == ("ruff check", outcome, 2.0, "what it said")
