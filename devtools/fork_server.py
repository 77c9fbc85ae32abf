"""Python programs that start in half the time: as forks of a Python that has imported what they import first."""

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from . import processes
from .terminal import Failure

IS_POSSIBLE = sys.platform == "linux"
"""Elsewhere nobody can wait for the end of a process that is not a child of theirs."""

PROGRAM = Path(__file__).with_name("forked_python.py")


class ForkedProcess:
    """What a `ForkServer` has started: like a Popen, but nobody knows its exit status, which is told as 0."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._end = os.pidfd_open(pid)

    def poll(self) -> int | None:
        """None while it runs."""
        return 0 if self._has_ended(0.0) else None

    def wait(self, timeout: float | None = None) -> int:
        """Waits for its end. Raises TimeoutExpired after `timeout` seconds."""
        if not self._has_ended(timeout):
            raise subprocess.TimeoutExpired(f"forked process {self.pid}", timeout or 0.0)
        return 0

    def send_signal(self, number: int) -> None:
        """Harmless when it has ended already."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._end, number)

    def _has_ended(self, timeout: float | None) -> bool:
        return bool(select.select([self._end], [], [], timeout)[0])

    def __del__(self) -> None:
        with suppress(AttributeError):  # it had ended before it was known
            os.close(self._end)


class ForkServer:
    """Starts programs in this Python as `processes.start` does. `close` it; what it has started goes on."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        """Its own Python gets `environment`, writes what it has to say to `log`, and starts when it is needed."""
        self._environment = environment
        self._log = log
        self._process: subprocess.Popen[str] | None = None

    def start(
        self, command: Sequence[str | Path], log: Path, environment: Mapping[str, str], cwd: Path
    ) -> ForkedProcess:
        """Starts `command`, a program in Python and its arguments. Raises Failure where that does not succeed."""
        log.parent.mkdir(parents=True, exist_ok=True)
        order = {
            "command": [str(word) for word in command],
            "log": str(log.absolute()),
            "environment": dict(environment),
            "cwd": str(cwd),
        }
        server = self._running()
        assert server.stdin is not None
        assert server.stdout is not None
        with suppress(BrokenPipeError):  # then there is no answer, either
            print(json.dumps(order), file=server.stdin, flush=True)
        try:
            return ForkedProcess(int(server.stdout.readline()))
        except ValueError:
            raise Failure(f"The Python that is to be forked has ended.\n{processes.tail(self._log)}") from None
        except ProcessLookupError:
            raise Failure(f"A program ended as it started: {order['command']}\n{processes.tail(log)}") from None

    def close(self) -> None:
        """Ends the Python that is forked."""
        if self._process is not None:
            self._process.communicate()
            self._process = None

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None:
            self._log.parent.mkdir(parents=True, exist_ok=True)
            with self._log.open("ab") as said:
                self._process = subprocess.Popen(
                    [sys.executable, str(PROGRAM)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=said,
                    text=True,
                    env=dict(self._environment),
                    start_new_session=True,
                )
        return self._process
