"""The end of the output of `dev.py test`: whoever has only that knows what failed, and at what."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from comfyui_picpik.devtools.reports import Case, Result, conclude, read

SAMPLE = """
import pytest

def test_good(): pass

def test_bad():
    print("noise")
    assert 6 * 9 == 42

def test_left_out(): pytest.skip("why it was left out")

@pytest.fixture
def broken(): raise OSError("the disk is gone")

def test_error(broken): pass

class TestInside:
    @pytest.mark.parametrize("value", ["a/b.c"])
    def test_deep(self, value): assert value == "another"
"""


def result(lane: str, passed: int = 0, failed: int = 0, skipped: int = 0) -> Result:
    numbers = {"passed": passed, "failed": failed, "skipped": skipped}
    return Result(lane, [Case("t", outcome, 0.1) for outcome, number in numbers.items() for _ in range(number)], 1.0)


def said(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def report_of(project: Path, **files: str) -> Path:
    """The JUnit report of a small project of its own."""
    (project / "tests").mkdir()
    for name, content in files.items():
        (project / "tests" / f"{name}.py").write_text(content)
    (project / "pytest.ini").write_text("[pytest]\njunit_family = xunit1\n")  # not this project's settings
    report = project / "report.xml"
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--junitxml={report}", "tests"]
    variables = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    subprocess.run(command, cwd=project, env=variables, capture_output=True, check=False)
    return report


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return Result("unit", read(report_of(tmp_path_factory.mktemp("project"), test_sample=SAMPLE)), 3.0)


def test_the_last_line_is_the_sum_over_all_lanes(capsys: pytest.CaptureFixture[str]):
    assert conclude([result("lint", passed=3), result("unit", passed=40, skipped=2)], 1.0, in_ci=False) == 0
    assert said(capsys)[-1] == "43 passed, 0 failed, 2 skipped"


def test_one_failure_in_any_lane_fails_the_whole(capsys: pytest.CaptureFixture[str]):
    assert conclude([result("unit", passed=40, failed=1), result("comfy", passed=5)], 1.0, in_ci=False) == 1
    assert said(capsys)[-1] == "45 passed, 1 failed, 0 skipped"


def test_a_skipped_test_fails_in_ci_and_is_named(sample: Result, capsys: pytest.CaptureFixture[str]):
    assert conclude([sample], 1.0, in_ci=True) == 1
    lines = said(capsys)
    assert lines[-1] == "1 passed, 4 failed, 0 skipped"
    (named,) = [line for line in lines if "test_left_out" in line and "why it was left out" in line]
    assert "tests/test_sample.py::test_left_out" in named


def test_each_test_of_pytest_s_own_report_has_the_id_that_pytest_takes(sample: Result):
    assert {case.name: case.outcome for case in sample.cases} == {
        "tests/test_sample.py::test_good": "passed",
        "tests/test_sample.py::test_bad": "failed",
        "tests/test_sample.py::test_left_out": "skipped",
        "tests/test_sample.py::test_error": "failed",
        "tests/test_sample.py::TestInside::test_deep[a/b.c]": "failed",
    }


def test_the_last_words_of_each_failure_stand_between_table_and_sum(sample: Result, capsys: pytest.CaptureFixture[str]):
    conclude([sample], 61.0, in_ci=False)

    lines = said(capsys)
    table, total, slowest, bad, deep, error = (
        next(place for place, line in enumerate(lines) if line.startswith(start))
        for start in (
            "lane ",
            "all of it ",
            "The slowest",
            "failed in unit: tests/test_sample.py::test_bad",
            "failed in unit: tests/test_sample.py::TestInside::test_deep[a/b.c]",
            "failed in unit: tests/test_sample.py::test_error",
        )
    )
    assert table < total < slowest < min(bad, deep, error)
    assert lines[total].endswith(" 61.0")
    assert lines[bad + 1] == "  assert (6 * 9) == 42"
    assert any("E       assert (6 * 9) == 42" in line for line in lines[bad + 2 : bad + 17])
    assert any("OSError: the disk is gone" in line for line in lines[error + 2 : error + 17])


def test_a_file_that_cannot_be_collected_is_told_with_its_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    cases = read(report_of(tmp_path, test_broken="import nothing_of_this_name"))

    conclude([Result("unit", cases, 1.0)], 1.0, in_ci=False)

    text = "\n".join(said(capsys))
    assert "failed in unit: tests/test_broken.py" in text
    assert "No module named 'nothing_of_this_name'" in text


def test_the_ten_slowest_tests_are_named_with_their_seconds(capsys: pytest.CaptureFixture[str]):
    cases = [Case(f"test_{number}", "passed", float(number)) for number in range(12)]

    conclude([Result("unit", cases[::2], 1.0), Result("comfy", cases[1::2], 1.0)], 1.0, in_ci=False)

    lines = said(capsys)
    start = lines.index("The slowest, in seconds:") + 1
    assert [line.split() for line in lines[start : start + 10]] == [[f"{n}.0", f"test_{n}"] for n in range(11, 1, -1)]
    assert lines[start + 10] == ""


def test_of_a_long_failure_only_the_end_is_shown(capsys: pytest.CaptureFixture[str]):
    words = "\n".join(f"line {number}" for number in range(100))

    conclude([Result("lint", [Case("pyright", "failed", 1.0, words)], 1.0)], 1.0, in_ci=False)

    lines = said(capsys)
    assert "  | line 99" in lines
    assert "  | line 80" not in lines
