"""The sum at the end of `dev.py test`."""

import subprocess
import sys
from pathlib import Path

import pytest
from comfyui_picpik.devtools.lanes import Result, conclude, counts
from comfyui_picpik.tests.paths import ROOT


def last_line(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out.splitlines()[-1]


def test_the_last_line_is_the_sum_over_all_lanes(capsys: pytest.CaptureFixture[str]):
    assert conclude([Result("lint", 3, 0, 0, 1.0), Result("unit", 40, 0, 2, 1.0)], in_ci=False) == 0
    assert last_line(capsys) == "43 passed, 0 failed, 2 skipped"


def test_one_failure_in_any_lane_fails_the_whole(capsys: pytest.CaptureFixture[str]):
    assert conclude([Result("unit", 40, 1, 0, 1.0), Result("comfy", 5, 0, 0, 1.0)], in_ci=False) == 1
    assert last_line(capsys) == "45 passed, 1 failed, 0 skipped"


def test_a_skipped_test_fails_in_ci(capsys: pytest.CaptureFixture[str]):
    assert conclude([Result("unit", 40, 0, 2, 1.0)], in_ci=True) == 1
    assert last_line(capsys) == "40 passed, 2 failed, 0 skipped"


def test_the_counts_are_those_of_pytest_s_own_report(tmp_path: Path):
    (tmp_path / "test_sample.py").write_text(
        "import pytest\n"
        "def test_good(): pass\n"
        "def test_bad(): assert False\n"
        "def test_left_out(): pytest.skip('why')\n"
        "@pytest.fixture\n"
        "def broken(): raise OSError\n"
        "def test_error(broken): pass\n"
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\n")  # not this project's settings
    report = tmp_path / "report.xml"
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--junitxml={report}", str(tmp_path)]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)

    assert counts(report) == (1, 2, 1)


def test_a_lane_that_does_not_exist_is_refused_with_the_names_of_those_that_do():
    command = [sys.executable, ROOT / "dev.py", "test", "units"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)

    assert answer.returncode == 2
    assert "there is no lane 'units'; the lanes are lint, unit, integration, comfy, browser" in answer.stderr
