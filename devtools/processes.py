"""Started programs: each in a process group of its own, so that it ends together with everything it started."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Protocol

from .terminal import Failure

LINES_SHOWN_ON_FAILURE = 25


class Process(Protocol):
    """A started program, as `subprocess.Popen` has it."""

    @property
    def pid(self) -> int:
        """The process id."""
        ...

    def poll(self) -> int | None:
        """None while it runs."""
        ...

    def wait(self, timeout: float | None = None) -> int:
        """Waits for its end. Raises TimeoutExpired."""
        ...

    def send_signal(self, sig: int, /) -> None:
        """Harmless when it has ended already."""
        ...


class Terminated(KeyboardInterrupt):
    """Somebody asked this process to end. A KeyboardInterrupt, so that whatever cleans up on Ctrl-C cleans up now."""


def treat_termination_as_ctrl_c() -> None:
    """SIGTERM, and the closing of the terminal, unwind the stack instead of ending the process where it stands."""

    def unwind(number: int, _frame: FrameType | None) -> None:
        raise Terminated(number)

    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job would hand down "ignored"
    signal.signal(signal.SIGTERM, unwind)
    if sys.platform == "win32":
        signal.signal(signal.SIGBREAK, unwind)  # what `interrupt` sends there
    elif signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # nohup means to go on
        signal.signal(signal.SIGHUP, unwind)


def start(
    command: Sequence[str | Path], log: Path, environment: Mapping[str, str], cwd: Path | None = None
) -> subprocess.Popen[bytes]:
    """Starts `command` with nothing to read; all it writes is appended to `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            cwd=cwd,
            creationflags=subprocess.CREATE_NEW_PROCESS_GROUP if sys.platform == "win32" else 0,
            start_new_session=sys.platform != "win32",
        )


def run(command: Sequence[str | Path], log: Path, environment: Mapping[str, str], cwd: Path | None = None) -> None:
    """Runs `command` to its end; a failure carries the last lines of `log`."""
    log.unlink(missing_ok=True)
    process = start(command, log, environment, cwd)
    try:
        code = process.wait()
    finally:
        kill(process)
    if code:
        raise Failure(f"A command failed: {' '.join(map(str, command))}\n{tail(log)}")


def end(process: Process, timeout: float = 15.0) -> None:
    """Asks a program to end, as Ctrl-C would, and ends it for good when it has not after `timeout` seconds."""
    interrupt(process)
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout)
    kill(process)


def interrupt(process: Process) -> None:
    """Asks a program to end, as Ctrl-C would. Harmless when it has ended already."""
    if process.poll() is None:
        process.send_signal(signal.CTRL_BREAK_EVENT if sys.platform == "win32" else signal.SIGINT)


def kill(process: Process) -> None:
    """Ends a program and all that it started, at once. Harmless when it has ended already."""
    if sys.platform == "win32":
        if process.poll() is None:
            subprocess.run(["taskkill", "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False)
    else:
        with suppress(ProcessLookupError, PermissionError):  # ended; macOS says the latter of what is not yet reaped
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def tail(log: Path, lines: int = LINES_SHOWN_ON_FAILURE) -> str:
    """The last lines of a log, and where the rest is."""
    text = log.read_text("utf-8", errors="replace") if log.is_file() else ""
    return "\n".join([*("  | " + line for line in text.splitlines()[-lines:]), f"The whole log: {log}"])
