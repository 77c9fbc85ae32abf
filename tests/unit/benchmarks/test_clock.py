"""How runs are repeated and summed up."""

import pytest
from comfyui_picpik.benchmarks import clock
from comfyui_picpik.benchmarks.clock import FEWEST_ROUNDS, MOST_ROUNDS, Cost, interleaved, median


@pytest.fixture(autouse=True)
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here takes any."""
    monkeypatch.setattr(clock, "_MEMORY_OF_STAGES", 1)


def test_contestants_take_turns_and_nobody_is_always_first():
    order = []
    interleaved({"ours": lambda: order.append("ours"), "peer": lambda: order.append("peer")}, seconds=0)
    assert order == ["ours", "peer", "peer", "ours", "ours", "peer"][: 2 * FEWEST_ROUNDS]


def test_there_are_never_more_rounds_than_are_worth_it():
    runs = []
    interleaved({"ours": lambda: runs.append(1)}, seconds=3600)
    assert len(runs) == MOST_ROUNDS


def test_what_a_contestant_slept_is_not_counted():
    costs = interleaved({"peer": lambda: 100.0}, seconds=0)
    assert -101 < costs["peer"].wall < -99


def test_the_median_is_taken_of_wall_and_cpu_each():
    assert median([Cost(1, 30), Cost(2, 10), Cost(9, 20)]) == Cost(2, 20)
