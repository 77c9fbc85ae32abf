"""Lanes side by side: their programs in the background, and what a lane's programs wrote shown in one piece."""

import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from . import processes
from .checks import Check
from .reports import Case, Result, last_words
from .terminal import say, signs_of_life

SECONDS_BETWEEN_LOOKS = 0.1

TIMEOUT = 120.0
"""Seconds for lanes that were asked to end: they have servers to end in order."""

PROGRESS = re.compile(rb"\[ *(\d+)%\]\s*(?:\n|$)")
"""pytest's, at the end of a line."""


class BackgroundLane:
    """One lane in the background: its checks one after the other, each run even if an earlier one failed.

    One that `is_light` mostly waits, and runs beside others without taking the place of one.
    """

    def __init__(
        self,
        lane: str,
        checks: Sequence[Check],
        variables: Mapping[str, str],
        folder: Path,
        log: Path,
        *,
        is_light: bool = False,
    ) -> None:
        self.lane = lane
        self.log = log
        self.is_light = is_light
        self._waiting = list(checks)
        self._variables = variables
        self._folder = folder
        self._cases: list[Case] = []
        self._seconds = 0.0
        self._started = 0.0
        self._written_before = 0
        self._running: tuple[Check, subprocess.Popen[bytes]] | None = None

    def start(self) -> None:
        """Starts the first program."""
        self.log.unlink(missing_ok=True)
        self._start_next()

    def is_over(self) -> bool:
        """Whether all programs have ended; starts the next one when one has."""
        if self._running is not None:
            check, process = self._running
            code = process.poll()
            if code is None:
                return False
            self._conclude(check, code)
            self._start_next()
        return self._running is None

    def result(self) -> Result:
        """How the lane ended."""
        return Result(self.lane, self._cases, self._seconds)

    def state(self) -> str:
        """The lane's name, for how long it has been running, and how far its tests have come."""
        found = PROGRESS.findall(self.log.read_bytes()) if self.log.is_file() else []
        progress = f" ({int(found[-1])} %)" if found else ""
        return f"{self.lane} {self._seconds + time.monotonic() - self._started:.0f} s{progress}"

    def output(self) -> str:
        """All that was written so far."""
        return self.log.read_text("utf-8", errors="replace").rstrip()

    def interrupt(self) -> None:
        """Asks the running program to end in order."""
        if self._running is not None:
            processes.interrupt(self._running[1])

    def wait(self, until: float) -> None:
        """Waits for the end of the running program, not longer than `until`."""
        if self._running is not None:
            self._running[1].wait(max(0.0, until - time.monotonic()))

    def kill(self) -> None:
        """Ends the running program at once."""
        if self._running is not None:
            processes.kill(self._running[1])

    def _start_next(self) -> None:
        self._running = None
        if not self._waiting:
            return
        check = self._waiting.pop(0)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            log.write(f"$ python {' '.join(check.arguments)}\n".encode())
        self._written_before = self.log.stat().st_size
        self._started = time.monotonic()
        command = [sys.executable, *check.arguments]
        variables = {**self._variables, **check.variables}
        self._running = check, processes.start(command, self.log, variables, self._folder)

    def _conclude(self, check: Check, code: int) -> None:
        self.kill()  # what it has left behind
        seconds = time.monotonic() - self._started
        said = self.log.read_bytes()[self._written_before :].decode("utf-8", errors="replace")
        self._cases += check.cases(code, seconds, said)
        self._seconds += seconds


def side_by_side(lanes: Sequence[BackgroundLane], width: int) -> list[Result]:
    """Runs `width` lanes at a time, in their order, and shows the output of each when it has ended."""
    waiting, running = list(lanes), list[BackgroundLane]()
    try:
        while waiting or running:
            while waiting and (waiting[0].is_light or sum(not lane.is_light for lane in running) < width):
                running.append(waiting.pop(0))
                running[-1].start()
            ended = _first_to_end(running)
            running.remove(ended)
            say(f"\n===== {ended.lane} =====\n{ended.output()}")
    except KeyboardInterrupt:
        _end(running)
        for lane in running:
            say(f"\n{lane.lane} was stopped. Its last words ({lane.log}):\n{last_words(lane.output())}")
        raise
    finally:
        for lane in running:
            lane.kill()
    return [lane.result() for lane in lanes]


def _first_to_end(running: Sequence[BackgroundLane]) -> BackgroundLane:
    with signs_of_life(lambda: ", ".join(lane.state() for lane in running)):
        while True:
            for lane in running:
                if lane.is_over():
                    return lane
            time.sleep(SECONDS_BETWEEN_LOOKS)


def _end(running: Sequence[BackgroundLane]) -> None:
    """Asks all to end, in order; whoever asks again, as with a second Ctrl-C, asks them again."""
    until = time.monotonic() + TIMEOUT
    while time.monotonic() < until:
        try:
            for lane in running:
                lane.interrupt()
            for lane in running:
                lane.wait(until)
            return
        except (KeyboardInterrupt, subprocess.TimeoutExpired):
            continue
