"""Forks of this process side by side. Needs a system that can fork; this process must have no threads of its own."""

import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

CRASHED = 70
"""The exit code of a fork whose work raised an exception, which it has written to its standard error."""

_ENDING = {signal.SIGINT, signal.SIGTERM}

Key = TypeVar("Key")


def side_by_side(jobs: Iterable[tuple[Key, Callable[[], int]]], width: int) -> Iterator[tuple[Key, int]]:
    """Does each job in a fork, at most `width` at a time; gives how they end, in that order.

    A job's end is the number it returned, or minus the signal that ended it. What it has started ends with it, and all
    that still runs when nobody asks any more.
    """
    waiting = iter(jobs)
    running: dict[int, Key] = {}
    try:
        while True:
            while len(running) < width and (job := next(waiting, None)) is not None:
                key, work = job
                with _undisturbed():  # who is told to end between the two would leave a fork behind
                    running[_fork(work)] = key
            if not running:
                return
            pid, status = os.wait()
            _kill_group(pid)
            yield running.pop(pid), os.waitstatus_to_exitcode(status)
    finally:
        for pid in running:
            _kill_group(pid)
            os.waitpid(pid, 0)


def _fork(work: Callable[[], int]) -> int:
    assert sys.platform != "win32"
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        _work_and_exit(work)
    with suppress(OSError):  # it was quicker, or has ended
        os.setpgid(pid, pid)
    return pid


def _work_and_exit(work: Callable[[], int]) -> None:
    """Never returns, and waits for no thread."""
    assert sys.platform != "win32"
    code = CRASHED
    try:
        os.setpgid(0, 0)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
        code = work()
    except BaseException:  # noqa: BLE001 - what this process was forked from must not go on in it
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """What would end this process waits for a moment."""
    assert sys.platform != "win32"
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)


def _kill_group(pid: int) -> None:
    assert sys.platform != "win32"
    with suppress(ProcessLookupError, PermissionError):  # ended; macOS says the latter of what is not yet reaped
        os.killpg(pid, signal.SIGKILL)
