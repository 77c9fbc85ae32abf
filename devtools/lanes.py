"""`dev.py test`: the lanes, side by side as far as the machine goes, each run even if another one failed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from . import checks, chromium, exiftool, reports
from .background_lanes import BackgroundLane, side_by_side
from .checks import Check
from .comfyui_source import ComfyuiSource
from .environment import Environment
from .processes import Terminated
from .reports import Case, Result
from .terminal import Failure, say

NAMES = ("lint", "unit", "integration", "windows", "simulation", "comfy", "browser")

LIGHT = ("windows",)
"""Lanes that mostly wait."""

LONGEST_FIRST = (*LIGHT, "comfy", "browser", "simulation", "integration", "unit", "lint")
"""The order in which lanes start, so that no long one is left over for the end."""

MOST_SIDE_BY_SIDE = 3
"""A lane with ComfyUI servers wants some GB of memory."""


@dataclass(frozen=True)
class Runner:
    """What all lanes need."""

    environment: Environment
    comfyui: ComfyuiSource
    pytest_arguments: Sequence[str]

    def run(self, lanes: Sequence[str]) -> list[Result]:
        """Runs `lanes`; whatever keeps one from running is a failure of that lane."""
        prepared = {lane: self._prepare(lane) for lane in lanes}
        ended = {lane: each for lane, each in prepared.items() if isinstance(each, Result)}
        free = {lane: each for lane, each in prepared.items() if not isinstance(each, Result)}
        if len(lanes) == 1 and lanes[0] != "lint":
            results = [self._in_the_foreground(lane, wanted) for lane, wanted in free.items()]
        else:
            ordered = sorted(free, key=LONGEST_FIRST.index)
            in_the_background = [self._in_the_background(lane, free[lane]) for lane in ordered]
            results = side_by_side(in_the_background, min(_cores(), MOST_SIDE_BY_SIDE))
        ended |= {result.lane: result for result in results}
        return [ended[lane] for lane in lanes]

    def _prepare(self, lane: str) -> list[Check] | Result:
        """What a lane runs, once it has what it wants; how the lane ended when that cannot be had."""
        try:
            if lane == "browser":
                chromium.provide(self.environment)
            if lane == "unit":
                exiftool.provide(self.environment)
            return checks.of_lane(lane, self.environment, self.comfyui, self.pytest_arguments)
        except Failure as failure:
            return Result(lane, [Case("what the lane needs", "failed", 0.0, str(failure))], 0.0)

    def _in_the_background(self, lane: str, wanted: Sequence[Check]) -> BackgroundLane:
        log = self.environment.logs / f"{lane}.log"
        variables = checks.variables(self.environment, self.comfyui)
        return BackgroundLane(lane, wanted, variables, self.environment.root, log, is_light=lane in LIGHT)

    def _in_the_foreground(self, lane: str, wanted: Sequence[Check]) -> Result:
        say(f"\n===== {lane} =====")
        (self.environment.logs / f"{lane}.log").unlink(missing_ok=True)  # that of an earlier run would mislead
        started = time.monotonic()
        cases: list[Case] = []
        for check in wanted:
            begun = time.monotonic()
            code = self._python(check)
            cases += check.cases(code, time.monotonic() - begun, "What it said stands above.")
        return Result(lane, cases, time.monotonic() - started)

    def _python(self, check: Check) -> int:
        """Runs a check in the foreground; ends it in order when we are to end."""
        say(f"$ python {' '.join(check.arguments)}" + (f"  # {check.at}" if check.at else ""))
        variables = checks.variables(self.environment, self.comfyui) | dict(check.variables)
        command = [sys.executable, *check.arguments]
        process = subprocess.Popen(command, cwd=self.environment.root, env=variables)
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
    """Runs `lanes`, says how they ended, and gives the exit code."""
    say(f"ComfyUI {comfyui.version} in {comfyui.path}")
    started = time.monotonic()
    results = Runner(environment, comfyui, pytest_arguments).run(lanes)
    in_ci = os.environ.get("CI", "").lower() in ("1", "true")
    return reports.conclude(results, time.monotonic() - started, in_ci)


def _cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
