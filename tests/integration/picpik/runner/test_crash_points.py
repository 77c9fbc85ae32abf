"""At every seam of every scenario: a crash, a failing disk, a power cut. Nothing is paid twice, nothing is lost.

The seams, the blows and the lives between them are in `tests/integration/crash_points`. POSIX only: lives are forks.

What is counted, from the sandbox's own record of accepted tasks: of each request exactly one may be accepted, whatever
happens at whichever seam, after ComfyUI was started again and the request was run again, as often as its messages ask.
The sandbox lists a task until somebody has seen it, so not even a crash between a send and its answer is an excuse.
Each accepted task's result must be whole in the results folder and named in the ledger at the end. Where a crash has
left several equal requests without an answer, nobody can tell whose task is whose: then they must be named to the user,
nothing more may be paid, and Poll Task must bring their results.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from comfyui_picpik.tests.integration.crash_points.scenarios import OTHER_ACTIONS, SCENARIOS, Scenario
from comfyui_picpik.tests.integration.crash_points.seams import CRASH, CUT, CUT_KEEPING_NAMES, DISK_ERROR
from comfyui_picpik.tests.integration.crash_points.sweep import Figures, Sweep
from comfyui_picpik.tests.integration.crash_points.zygotes import Zygotes

AT_ONCE = 5
"""Points that are tried at once."""

MEMORY = Path("/dev/shm")

NOT_IN_EVERY_LIFE = 6
"""Lives differ by a poll or two: so many of the last seams are not reached by every one of them."""

TOLD = 4
"""So many failing points are told in full."""

KINDS = {
    CRASH: "crash points",
    DISK_ERROR: "failing disk operations (ENOSPC, EIO)",
    CUT: "power cuts",
    CUT_KEEPING_NAMES: "power cuts that keep names and drop contents",
}

each_scenario = pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)


@pytest.fixture(scope="module")
def figures(say_at_the_end: Any) -> Iterator[dict[str, Figures]]:
    figures = {kind: Figures(name) for kind, name in KINDS.items()}
    yield figures
    for each in figures.values():
        if each.points:
            say_at_the_end(str(each))
            say_at_the_end(each.told_of_seams())


@pytest.fixture(scope="module")
def zygotes() -> Iterator[Zygotes]:
    with Zygotes(AT_ONCE) as zygotes:
        yield zygotes


@pytest.fixture
def in_memory() -> Iterator[Path]:
    """A folder in memory, where the system has such: nothing here asks how long a disk takes.

    What a flush keeps is asked, and answered by `power.Mirror`, for no file system loses anything in a test.
    """
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        yield Path(folder)


@pytest.fixture
def sweep(make_house: Any, in_memory: Path, a_picture: Path, zygotes: Zygotes) -> Sweep:
    def make(home: Path, scenario: Scenario) -> Any:
        return make_house(home, until_seen=True, seconds_per_task=scenario.seconds_per_task)

    return Sweep(in_memory, a_picture, make, zygotes)


@pytest.mark.parametrize("scenario", (*SCENARIOS, *OTHER_ACTIONS), ids=lambda scenario: scenario.name)
def test_a_process_may_end_at_any_seam(scenario: Scenario, sweep: Sweep, figures: dict[str, Figures]) -> None:
    assert_that_all_is_well(scenario, CRASH, sweep, figures)


@each_scenario
def test_any_disk_operation_may_fail(scenario: Scenario, sweep: Sweep, figures: dict[str, Figures]) -> None:
    assert_that_all_is_well(scenario, DISK_ERROR, sweep, figures)


@each_scenario
def test_the_power_may_go_at_any_seam(scenario: Scenario, sweep: Sweep, figures: dict[str, Figures]) -> None:
    """And the disk forgets all that was not synced."""
    assert_that_all_is_well(scenario, CUT, sweep, figures)


@pytest.mark.parametrize("scenario", SCENARIOS[:2], ids=lambda scenario: scenario.name)
def test_the_disk_may_keep_names_of_files_without_their_contents(
    scenario: Scenario, sweep: Sweep, figures: dict[str, Figures]
) -> None:
    assert_that_all_is_well(scenario, CUT_KEEPING_NAMES, sweep, figures)


def assert_that_all_is_well(scenario: Scenario, kind: str, sweep: Sweep, figures: dict[str, Figures]) -> None:
    seen = sweep.over(scenario, kind)
    figures[kind].add(scenario.name, seen)
    wrong = {k: seen[k].wrong for k in sorted(seen) if seen[k].wrong}
    told = "\n".join(line for story in list(wrong.values())[:TOLD] for line in story)
    assert not wrong, f"{len(wrong)} of {len(seen)} points, {sorted(wrong)}:\n{told}"
    missed = [k for k in range(1, max(seen)) if k not in seen and k <= max(seen) - NOT_IN_EVERY_LIFE]
    assert not missed, "seams that were stepped over"
