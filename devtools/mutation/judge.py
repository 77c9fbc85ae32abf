"""Mutants and their verdicts."""

import shutil
import signal
from collections.abc import Iterator, Sequence
from enum import Enum
from functools import partial
from pathlib import Path

import pytest

from .. import processes
from ..terminal import Failure
from .baseline import Baseline
from .forks import CRASHED, side_by_side
from .loader import ChangedModule
from .mutants import Mutant
from .trial import MAKING_READY, OUTPUT, Chosen, Surroundings, empty, limit_this_process

NEVER_IMPORTED = 71
"""The exit code of a fork whose tests never saw the mutant."""


class Verdict(Enum):
    """What the tests said of a mutant."""

    KILLED = "killed"
    TIMED_OUT = "timed out"
    """A test took far longer than it does: killed, too."""
    SURVIVED = "survived"
    UNTESTED = "untested"
    """No test runs the line: it survived, too."""

    @property
    def is_noticed(self) -> bool:
        return self in (Verdict.KILLED, Verdict.TIMED_OUT)


def judge(
    mutants: Sequence[Mutant], baseline: Baseline, surroundings: Surroundings, width: int
) -> Iterator[tuple[Mutant, Verdict]]:
    """The verdict of each mutant, in the order in which they are found. Raises Failure where one cannot be tried."""
    tests = {mutant: baseline.tests_of(mutant) for mutant in mutants}
    yield from ((mutant, Verdict.UNTESTED) for mutant in mutants if not tests[mutant])
    tested = [mutant for mutant in mutants if tests[mutant]]
    places = {mutant: surroundings.folder / f"mutant-{number}" for number, mutant in enumerate(tested)}
    jobs = ((mutant, partial(_try, mutant, places[mutant], tests[mutant], baseline, surroundings)) for mutant in tested)
    for mutant, code in side_by_side(jobs, width):
        yield mutant, verdict_of(code, places[mutant])
        shutil.rmtree(places[mutant], ignore_errors=True)


def limit(seconds: float) -> float:
    """How long a test may take that takes so many seconds on the unchanged code.

    Long, since a test that is slow because the machine is busy would count as one that has noticed something.
    """
    return 60.0 + 10 * seconds


def verdict_of(code: int, place: Path) -> Verdict:
    """What the end of a trial says. Raises Failure where the trial itself went wrong."""
    if code == 0:
        return Verdict.SURVIVED
    if code == -signal.SIGALRM:
        return Verdict.TIMED_OUT
    if code == pytest.ExitCode.NO_TESTS_COLLECTED:  # the mutant takes away the tests, and nobody complains
        return Verdict.UNTESTED
    if code in (CRASHED, NEVER_IMPORTED):
        raise Failure(f"A mutant could not be tried (exit code {code}).\n{processes.tail(place / OUTPUT)}")
    return Verdict.KILLED  # also by a usage error: that is what pytest says where a conftest cannot be imported


def _try(mutant: Mutant, place: Path, tests: Sequence[str], baseline: Baseline, surroundings: Surroundings) -> int:
    limit_this_process(MAKING_READY)
    empty(place)
    changed = ChangedModule(surroundings.root, mutant.file, mutant.source)
    changed.install()
    paths = list(dict.fromkeys(test.split("::")[0] for test in tests))
    limits = {test: limit(seconds) for test, seconds in baseline.seconds.items()}
    code = surroundings.pytest(place, paths, Chosen(tests, limits), "-x")
    return code if changed.was_imported else NEVER_IMPORTED
