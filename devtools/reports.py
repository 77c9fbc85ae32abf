"""What is said at the end of `dev.py test`: the lanes, the slowest tests, the last words of what failed, the sum.

Whoever keeps only the end of the output shall still know what failed, and at what.
"""

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .terminal import say

SLOWEST_SHOWN = 10
LAST_WORDS = 15
"""Lines shown of a failure: enough to see the assertion."""

LONGEST_SUMMARY = 300

OUTCOMES: dict[str, Literal["failed", "skipped"]] = {"failure": "failed", "error": "failed", "skipped": "skipped"}
"""What a child of a JUnit report's `testcase` means. A test without one passed."""


@dataclass(frozen=True)
class Case:
    """One test, or one tool of the lane lint, and how it ended."""

    name: str
    outcome: Literal["passed", "failed", "skipped"]
    seconds: float
    words: str = ""
    """Why it did not pass."""
    summary: str = ""
    """The same in a line."""


@dataclass(frozen=True)
class Result:
    """How a lane ended."""

    lane: str
    cases: Sequence[Case]
    seconds: float

    def those(self, outcome: str) -> list[Case]:
        """The cases that ended like this."""
        return [case for case in self.cases if case.outcome == outcome]


def read(report: Path) -> list[Case]:
    """The tests of a JUnit report of pytest's family `xunit1`."""
    return [_case(element) for element in ElementTree.parse(report).getroot().iter("testcase")]


def conclude(results: Sequence[Result], seconds: float, in_ci: bool) -> int:
    """Says how it all ended, and gives the exit code. In CI nothing may be skipped."""
    _say_table(results, seconds)
    _say_slowest(results)
    for result in results:
        for case in result.those("failed"):
            _say_failure(result.lane, case)
    passed, failed, skipped = (sum(len(one.those(name)) for one in results) for name in ("passed", "failed", "skipped"))
    if in_ci and skipped:
        _say_skipped(results, skipped)
        failed, skipped = failed + skipped, 0
    say(f"\n{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


def last_words(text: str) -> str:
    """The last lines of a text, marked as somebody else's."""
    return "\n".join("  | " + line for line in text.rstrip().splitlines()[-LAST_WORDS:])


def _say_table(results: Sequence[Result], seconds: float) -> None:
    say(f"\n{'lane':<12} {'passed':>8} {'failed':>8} {'skipped':>8} {'seconds':>9}")
    for one in results:
        passed, failed, skipped = (len(one.those(name)) for name in ("passed", "failed", "skipped"))
        say(f"{one.lane:<12} {passed:>8} {failed:>8} {skipped:>8} {one.seconds:>9.1f}")
    say(f"{'all of it':<12} {seconds:>36.1f}")


def _say_slowest(results: Sequence[Result]) -> None:
    slowest = sorted((case for one in results for case in one.cases), key=lambda case: case.seconds, reverse=True)
    if slowest:
        say("\nThe slowest, in seconds:")
    for case in slowest[:SLOWEST_SHOWN]:
        say(f"{case.seconds:>8.1f}  {case.name}")


def _say_failure(lane: str, case: Case) -> None:
    say(f"\nfailed in {lane}: {case.name}")
    if case.summary:  # the last words may be a long call log
        say(f"  {case.summary}")
    say(last_words(case.words))


def _say_skipped(results: Sequence[Result], number: int) -> None:
    say(f"\nIn CI every test has to run: the {number} skipped ones count as failed.")
    for one in results:
        for case in one.those("skipped"):
            say(f"  {case.name}: {case.words}")


def _case(element: ElementTree.Element) -> Case:
    name, seconds = _node_id(element), float(element.get("time", 0))
    for child, outcome in _endings(element):
        message = child.get("message", "")
        if outcome == "skipped":
            return Case(name, outcome, seconds, message)
        return Case(name, outcome, seconds, (child.text or "").strip(), message.split("\n")[0][:LONGEST_SUMMARY])
    return Case(name, "passed", seconds)


def _endings(element: ElementTree.Element) -> Iterator[tuple[ElementTree.Element, Literal["failed", "skipped"]]]:
    return ((child, OUTCOMES[child.tag]) for child in element if child.tag in OUTCOMES)


def _node_id(element: ElementTree.Element) -> str:
    """The id that pytest takes: file, classes and name."""
    file, name = element.get("file", ""), element.get("name", "")
    module = file.removesuffix(".py").replace("\\", "/").replace("/", ".")
    dotted = element.get("classname", "")
    if not dotted:  # a file that could not be collected
        return file or name
    classes = dotted.removeprefix(module).strip(".")
    return "::".join([file or dotted, *(classes.split(".") if file and classes else ()), name])
