"""The tests on the unchanged code: how long each takes, and which lines of the mutated modules it runs."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import coverage
import pytest

from .. import processes
from ..terminal import Failure
from .forks import side_by_side
from .mutants import Mutant
from .trial import OUTPUT, Surroundings, empty

RECORD = "record.json"

_AT_IMPORT = ""
"""coverage's name for what ran in no test."""


@dataclass(frozen=True)
class Baseline:
    """What is known of the tests."""

    seconds: Mapping[str, float]
    """By the id of a test."""
    runs: Mapping[str, Mapping[int, frozenset[str]]]
    """Which tests run a line of a file. What runs as a module is imported has `_AT_IMPORT` among them."""
    failing: frozenset[str]
    """Tests that cannot tell anything of a mutant, as they fail without one."""

    def tests_of(self, mutant: Mutant) -> list[str]:
        """Those that have to do with the mutant, the quickest first."""
        by_line = self.runs.get(mutant.file, {})
        tests = frozenset().union(*(by_line.get(line, ()) for line in mutant.lines))
        if _AT_IMPORT in tests:  # whoever uses the module uses what was made then
            tests = frozenset().union(*by_line.values())
        return sorted(tests - {_AT_IMPORT} - self.failing, key=lambda test: (self.seconds[test], test))


def measure(surroundings: Surroundings, tests: Sequence[str], files: Sequence[str], width: int) -> Baseline:
    """Runs all tests once, in as many forks as run side by side. Raises Failure where they cannot be run."""
    places = [surroundings.folder / f"baseline-{number}" for number in range(width)]
    jobs = [
        (place, partial(_record, surroundings, place, tests, files, _Part(number, width)))
        for number, place in enumerate(places)
    ]
    for place, code in side_by_side(jobs, width):
        if code not in (0, pytest.ExitCode.TESTS_FAILED):
            raise Failure(f"The tests cannot be run (exit code {code}).\n{processes.tail(place / OUTPUT)}")
    measured = joined([json.loads((place / RECORD).read_text("utf-8")) for place in places])
    if measured.failing == measured.seconds.keys():
        said = processes.tail(places[0] / OUTPUT)
        raise Failure(f"All tests fail without any mutation, so they can tell nothing of mutants.\n{said}")
    return measured


def joined(records: Sequence[Mapping[str, Any]]) -> Baseline:
    """One baseline out of what several forks have written."""
    seconds = {test: taken for record in records for test, taken in record["seconds"].items()}
    runs: dict[str, dict[int, frozenset[str]]] = {}
    for record in records:
        for file, by_line in record["runs"].items():
            lines = runs.setdefault(file, {})
            for line, tests in by_line.items():
                lines[int(line)] = lines.get(int(line), frozenset()).union(tests)
    failing = frozenset(test for record in records for test in record["failing"])
    return Baseline(seconds, runs, failing)


class _Part:
    """Every n-th test, with what it takes."""

    def __init__(self, number: int, of: int) -> None:
        self.seconds: dict[str, float] = {}
        self.failing: set[str] = set()
        self.lines: coverage.Coverage | None = None
        self._number = number
        self._of = of

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = items[self._number :: self._of]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        assert self.lines is not None
        started = time.monotonic()
        self.lines.switch_context(item.nodeid)
        try:
            return (yield)
        finally:
            self.lines.switch_context(_AT_IMPORT)
            self.seconds[item.nodeid] = time.monotonic() - started

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failing.add(report.nodeid)


def _record(surroundings: Surroundings, place: Path, tests: Sequence[str], files: Sequence[str], part: _Part) -> int:
    empty(place)
    paths = {file: str(surroundings.root / file) for file in files}
    part.lines = coverage.Coverage(data_file=None, config_file=False, include=list(paths.values()))
    part.lines.set_option("run:core", "ctrace")  # the only one that knows contexts on every Python
    part.lines.start()
    code = surroundings.pytest(place, tests, part)
    part.lines.stop()
    data = part.lines.get_data()
    runs = {file: data.contexts_by_lineno(path) for file, path in paths.items()}
    record = {"seconds": part.seconds, "runs": runs, "failing": sorted(part.failing)}
    (place / RECORD).write_text(json.dumps(record), "utf-8")
    return 0 if code == pytest.ExitCode.NO_TESTS_COLLECTED else code  # there are fewer tests than parts
