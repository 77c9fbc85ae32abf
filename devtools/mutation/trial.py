"""pytest in a fork, with chosen tests and a time limit for each."""

import os
import shutil
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

OPTIONS = ("-q", "-p", "no:cacheprovider", "-p", "no:cov", "--assert=plain")

OUTPUT = "output"
"""The file in a fork's folder that has all it wrote."""

MAKING_READY = 120
"""Seconds for the imports and the collection."""


@dataclass(frozen=True)
class Surroundings:
    """What all forks have in common."""

    root: Path
    folder: Path
    """Each fork has a folder in it."""
    variables: Mapping[str, str]

    def pytest(self, place: Path, paths: Sequence[str], plugin: object, *more: str) -> int:
        """Runs the tests below `paths` in this process, which it spoils for anything else, and gives the exit code."""
        os.chdir(self.root)
        os.environ.clear()
        os.environ.update(self.variables)
        _redirect(place / OUTPUT)
        return int(pytest.main([*OPTIONS, f"--basetemp={place / 'tmp'}", *more, *paths], [plugin]))


class Chosen:
    """Tests in a given order, each with a limit: SIGALRM ends the process where one takes longer."""

    def __init__(self, tests: Sequence[str], limits: Mapping[str, float]) -> None:
        self._order = {test: at for at, test in enumerate(tests)}
        self._limits = limits
        """Of all known tests, in seconds."""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keeps also what nobody knows: the names of tests may come from the changed module."""
        wanted = [item for item in items if item.nodeid in self._order or item.nodeid not in self._limits]
        items[:] = sorted(wanted, key=lambda item: self._order.get(item.nodeid, len(self._order)))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        limit_this_process(self._limits.get(item.nodeid, MAKING_READY))
        return (yield)


def empty(place: Path) -> None:
    """Makes an empty folder for one fork."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)


def limit_this_process(seconds: float) -> None:
    """Has the system end this process after so many seconds, unless another limit is set meanwhile."""
    assert sys.platform != "win32"
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)


def _redirect(output: Path) -> None:
    """Standard input, output and error of this process, and of all that it starts."""
    sys.stdout.flush()
    sys.stderr.flush()
    nothing = os.open(os.devnull, os.O_RDONLY)
    written = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(nothing, 0)
    os.dup2(written, 1)
    os.dup2(written, 2)
