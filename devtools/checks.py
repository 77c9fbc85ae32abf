"""What a lane consists of: the programs it runs, and what their ends mean."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from . import front_end_package, reports
from .comfyui_source import ComfyuiSource
from .environment import Environment
from .front_end_package import FrontEndPackage
from .reports import Case

COMPLETE = {"unit": ("--cov=imaging", "--cov-branch", "--cov-fail-under=100", "--cov-report=term-missing:skip-covered")}
"""What a whole lane has to cover by branch: wrong pixels are paid for like right ones."""

WHERE_IT_HANGS = ("-o", "faulthandler_timeout=180")
"""Has pytest show where a test stands that has been running for so many seconds."""

WITH_FILES = ("-o", "junit_family=xunit1")
"""Has pytest's report name the file of a test."""

UNDER_THE_RULES_OF_WINDOWS = (
    "unit/picpik",
    "unit/imaging",
    "unit/pattern",
    "unit/sandbox",
    "integration/picpik",
    "integration/sandbox",
)

NO_TESTS_COLLECTED = 5
"""pytest's exit code."""


@dataclass(frozen=True)
class Check:
    """One program: a tool of the lane lint, or pytest with the tests of a lane."""

    name: str
    arguments: tuple[str, ...]
    """Python's."""
    report: Path | None = None
    """pytest's JUnit report."""
    may_be_empty: bool = False
    """Whether the tests were chosen by somebody, as with -k, who may have chosen those of another lane."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Of its environment, beside those that all lanes get."""
    at: str = ""
    """What the tests are run with, where they are run with several."""

    def cases(self, code: int, seconds: float, said: str) -> list[Case]:
        """What ended like this, after `seconds` and with `said` as its output."""
        if self.report is None:
            return [Case(self.name, "failed" if code else "passed", seconds, said)]
        if code == NO_TESTS_COLLECTED and self.may_be_empty:
            return []
        cases = [self._placed(case) for case in reports.read(self.report)] if self.report.is_file() else []
        if code and not any(case.outcome == "failed" for case in cases):
            cases.append(Case(f"{self.name} ended with exit code {code}", "failed", 0.0, said))
        return cases

    def _placed(self, case: Case) -> Case:
        return replace(case, name=f"{case.name} ({self.at})") if self.at else case


def of_lane(
    lane: str, environment: Environment, comfyui: ComfyuiSource, pytest_arguments: Sequence[str]
) -> list[Check]:
    """The programs of one lane, in their order. Raises Failure where one lacks what it needs."""
    if lane == "lint":
        return _lint(environment, comfyui)
    if lane == "browser":
        pinned, newest = front_end_package.pinned(), front_end_package.newest(environment)
        front_ends = [pinned] if pinned.version == newest.version else [pinned, newest]
        return [_browser_tests(each, environment, pytest_arguments) for each in front_ends]
    if lane == "windows":
        # elsewhere nothing tells which files are open; on Windows itself its rules hold for every lane
        return [_tests_by_the_rules_of_windows(environment, pytest_arguments)] if sys.platform == "linux" else []
    return [_tests(lane, environment, pytest_arguments)]


def variables(environment: Environment, comfyui: ComfyuiSource) -> dict[str, str]:
    """What the programs of all lanes get."""
    return environment.variables() | {
        "COMFYUI_PATH": str(comfyui.path),
        "RUFF_CACHE_DIR": str(environment.folder / "ruff"),
        "PYRIGHT_PYTHON_CACHE_DIR": str(environment.folder / "pyright"),
        "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1",
    }


def _lint(environment: Environment, comfyui: ComfyuiSource) -> list[Check]:
    pyright_settings = _write_pyright_settings(environment, comfyui)
    return [
        Check("ruff check", ("-m", "ruff", "check", "--output-format=concise", ".")),
        Check("ruff format", ("-m", "ruff", "format", "--check", ".")),
        Check("pyright", ("-m", "pyright", "--project", str(pyright_settings))),
    ]


def _browser_tests(front_end: FrontEndPackage, environment: Environment, pytest_arguments: Sequence[str]) -> Check:
    check = _tests("browser", environment, pytest_arguments, f"browser-{front_end.version}")
    served = {front_end_package.VARIABLE: str(front_end.folder)} if front_end.folder else {}
    return replace(check, variables=served, at=f"front end {front_end.version}")


def _tests_by_the_rules_of_windows(environment: Environment, pytest_arguments: Sequence[str]) -> Check:
    """The unit and integration tests that touch files, under `tests/windows/rules`."""
    below = environment.temp / "windows"
    below.mkdir(parents=True, exist_ok=True)
    check = _tests("windows", environment, pytest_arguments)
    wanted = [f"tests/{each}" for each in UNDER_THE_RULES_OF_WINDOWS]
    variables = {
        "WINDOWS_RULES_BELOW": str(below),
        "PYTHONPATH": str(environment.root / "tests" / "windows" / "rules"),
        "PICPIK_FAULT_SEQUENCES": "30",
    }
    arguments = (*check.arguments, *wanted, f"--basetemp={below / 'tests'}")
    return replace(check, arguments=arguments, variables=variables, at="the rules of Windows")


def _tests(lane: str, environment: Environment, pytest_arguments: Sequence[str], name: str = "") -> Check:
    report = environment.artifacts / f"{name or lane}.xml"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    cache = f"cache_dir={environment.folder / 'pytest' / lane}"  # lanes that run side by side would share one
    wanted = pytest_arguments or COMPLETE.get(lane, ())  # arguments may choose a part of the lane
    options = (f"--junitxml={report}", *WITH_FILES, *WHERE_IT_HANGS, "-o", cache, *wanted)
    return Check(f"pytest tests/{lane}", ("-m", "pytest", f"tests/{lane}", *options), report, bool(pytest_arguments))


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
