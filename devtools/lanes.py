"""`dev.py test`: the lanes, one after the other, each run even if an earlier one failed, and their sum."""

import json
import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import chromium
from .comfyui_source import ComfyuiSource
from .environment import Environment
from .processes import Terminated
from .terminal import Failure, say

NAMES = ("lint", "unit", "integration", "comfy", "browser")

COMPLETE = {"unit": ("--cov=imaging", "--cov-branch", "--cov-fail-under=100", "--cov-report=")}
"""What a whole lane has to cover by branch: wrong pixels are paid for like right ones."""

WHERE_IT_HANGS = ("-o", "faulthandler_timeout=180")
"""Has pytest show where a test stands that has been running for so many seconds."""

NO_TESTS_COLLECTED = 5
"""pytest's exit code."""


@dataclass(frozen=True)
class Result:
    """How a lane ended."""

    lane: str
    passed: int
    failed: int
    skipped: int
    seconds: float


@dataclass(frozen=True)
class Runner:
    """What all lanes need."""

    environment: Environment
    comfyui: ComfyuiSource
    pytest_arguments: Sequence[str]

    def run(self, lane: str) -> Result:
        """Runs one lane; whatever keeps it from running counts as one failure."""
        say(f"\n===== {lane} =====")
        started = time.monotonic()
        try:
            passed, failed, skipped = self._lint() if lane == "lint" else self._pytest(lane)
        except Failure as failure:
            say(str(failure))
            passed, failed, skipped = 0, 1, 0
        return Result(lane, passed, failed, skipped, time.monotonic() - started)

    def _lint(self) -> tuple[int, int, int]:
        pyright_settings = _write_pyright_settings(self.environment, self.comfyui)
        checks = (
            ("ruff", "check", "."),
            ("ruff", "format", "--check", "."),
            ("pyright", "--project", str(pyright_settings)),
        )
        codes = [self._python("-m", *check) for check in checks]
        return codes.count(0), len(codes) - codes.count(0), 0

    def _pytest(self, lane: str) -> tuple[int, int, int]:
        if lane == "browser":
            chromium.provide(self.environment)
        report = self.environment.artifacts / f"{lane}.xml"
        report.parent.mkdir(parents=True, exist_ok=True)
        report.unlink(missing_ok=True)
        wanted = self.pytest_arguments or COMPLETE.get(lane, ())  # arguments may choose a part of the lane
        code = self._python("-m", "pytest", f"tests/{lane}", f"--junitxml={report}", *WHERE_IT_HANGS, *wanted)
        if code == NO_TESTS_COLLECTED and self.pytest_arguments:  # as with -k, which chooses tests of one lane
            return 0, 0, 0
        passed, failed, skipped = counts(report) if report.is_file() else (0, 0, 0)
        return passed, failed or int(code != 0), skipped

    def _python(self, *arguments: str) -> int:
        """Runs the environment's Python in the foreground; ends it in order when we are to end."""
        say("$ python " + " ".join(arguments))
        variables = self.environment.variables() | {
            "COMFYUI_PATH": str(self.comfyui.path),
            "RUFF_CACHE_DIR": str(self.environment.folder / "ruff"),
            "PYRIGHT_PYTHON_CACHE_DIR": str(self.environment.folder / "pyright"),
            "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1",
        }
        process = subprocess.Popen([sys.executable, *arguments], cwd=self.environment.root, env=variables)
        try:
            return process.wait()
        except Terminated:
            process.send_signal(signal.SIGTERM if sys.platform == "win32" else signal.SIGINT)
            process.wait()
            raise
        except KeyboardInterrupt:  # the terminal has told the child, too
            process.wait()
            raise


def run(environment: Environment, comfyui: ComfyuiSource, lanes: Sequence[str], pytest_arguments: Sequence[str]) -> int:
    """Runs `lanes`, prints what became of them, and gives the exit code."""
    say(f"ComfyUI {comfyui.version} in {comfyui.path}")
    runner = Runner(environment, comfyui, pytest_arguments)
    return conclude([runner.run(lane) for lane in lanes], in_ci=os.environ.get("CI", "").lower() in ("1", "true"))


def conclude(results: Sequence[Result], in_ci: bool) -> int:
    """Prints the table and, alone on the last line, the sum. In CI nothing may be skipped."""
    say(f"\n{'lane':<12} {'passed':>8} {'failed':>8} {'skipped':>8} {'seconds':>9}")
    for one in results:
        say(f"{one.lane:<12} {one.passed:>8} {one.failed:>8} {one.skipped:>8} {one.seconds:>9.1f}")
    passed = sum(one.passed for one in results)
    failed = sum(one.failed for one in results)
    skipped = sum(one.skipped for one in results)
    if in_ci and skipped:
        say(f"\nIn CI every test has to run: the {skipped} skipped ones count as failed.")
        failed, skipped = failed + skipped, 0
    say(f"\n{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


def counts(report: Path) -> tuple[int, int, int]:
    """Passed, failed and skipped tests of a JUnit report."""
    suites = ElementTree.parse(report).getroot().iter("testsuite")
    tests = failed = skipped = 0
    for suite in suites:
        tests += int(suite.get("tests", 0))
        failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped += int(suite.get("skipped", 0))
    return tests - failed - skipped, failed, skipped


def _write_pyright_settings(environment: Environment, comfyui: ComfyuiSource) -> Path:
    """The settings of pyproject.toml, plus where ComfyUI's own modules lie, which differs from machine to machine."""
    settings = environment.folder / "pyrightconfig.json"
    content = {
        "extends": str(environment.root / "pyproject.toml"),
        "venvPath": str(environment.folder),
        "venv": environment.venv.name,
        "extraPaths": [str(environment.root), str(comfyui.path)],
    }
    settings.write_text(json.dumps(content, indent=2), "utf-8")
    return settings
