"""Several ComfyUI processes on one home folder, and what kill -9 leaves behind."""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor

KILLS = 24


def test_processes_that_send_the_same_requests_at_the_same_time_pay_once(make_house, start, place):
    house = make_house(seconds_per_task=0.3)
    requests = [(f"{number}", number) for number in range(10)]
    with ThreadPoolExecutor(4) as starting:
        processes = list(starting.map(lambda _: start(house, place / "home", requests), range(4)))
    for process in processes:
        process.go()
    outcomes = [process.outcome() for process in processes]
    assert all(outcome == outcomes[0] for outcome in outcomes)
    assert outcomes[0]["warning"] is None and outcomes[0]["log"] == []
    assert house.paid() == 10


def test_a_process_that_takes_long_to_submit_is_not_taken_for_dead(make_house, start, place):
    """Eight requests at four places, each submit longer than a dead process is waited for."""
    house = make_house()
    house.faults.add("slow", action="GeneratePatternsFromImage", seconds=2.0, times=8)
    requests = [(f"{number}", number) for number in range(8)]
    first, second = (start(house, place / "home", requests) for _ in range(2))
    first.go()
    end = time.monotonic() + 60
    while not house.faults.fired and time.monotonic() < end:
        time.sleep(0.01)
    second.go()
    assert first.outcome()["results"] == second.outcome()["results"]
    assert house.paid() == 8


def test_a_process_that_looks_for_its_task_is_not_taken_for_dead(make_house, start, place):
    house = make_house(seconds_per_task=20)
    house.faults.add("reset", action="GeneratePatternsFromImage", accepted=True)
    house.faults.add("slow", action="ListRunningTasks", seconds=3.0)
    first, second = (start(house, place / "home", [("one", 1)]) for _ in range(2))
    first.go()
    end = time.monotonic() + 60
    while not house.paid() and time.monotonic() < end:
        time.sleep(0.01)
    second.go()
    task = house.sandbox.tasks[0]
    while not task.polls and time.monotonic() < end:
        time.sleep(0.01)
    for process in (first, second):
        process.kill()
    assert house.paid() == 1
    assert house.requests("GeneratePatternsFromImage") == 1


def test_kill_9_at_any_moment_costs_no_second_task(make_house, start, place):
    """No task is over before the next start has found it, so each is paid exactly once."""
    draw = random.Random(1)
    moments = [draw.uniform(0.0, 0.5) for _ in range(KILLS)]

    def live(number: int) -> list[int]:
        house = make_house(seconds_per_task=2.0, until_seen=True)
        home = place / f"home{number}"
        requests = [(f"{entry}", entry) for entry in range(3)]
        victim = start(house, home, requests)
        victim.go()
        time.sleep(moments[number])  # the moment is the test
        victim.kill()
        survivor = start(house, home, requests)
        survivor.go()
        assert all(all(lengths) for _, lengths in survivor.outcome()["results"])
        return [house.paid(name) for name, _ in requests]

    with ThreadPoolExecutor(6) as at_once:
        assert list(at_once.map(live, range(KILLS))) == [[1, 1, 1]] * KILLS


def test_a_process_that_ends_without_saying_so_ends_quietly(house, start, place):
    """At the interpreter's end, executors are shut before `atexit` is called."""
    process = start(house, place / "home", [("one", 1)], stops=False)
    process.go()
    assert process.outcome()["log"] == []
    assert house.paid() == 1
