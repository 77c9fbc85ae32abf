"""Several ComfyUI processes on one home folder, and what kill -9 leaves behind."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("runner_process.py")
PATIENCE = {"beat": 0.2, "dead_after": 1.0}
KILLS = 24


class Process:
    """A running `runner_process.py`."""

    def __init__(self, house: Any, home: Path, picture: Path, requests: Sequence[tuple[str, int]], **more: Any) -> None:
        account = house.account
        order = {
            "root": str(ROOT),
            "home": str(home),
            "picture": str(picture),
            "account": [account.endpoint, account.public_key, account.private_key],
            "requests": list(requests),
            "patience": PATIENCE,
            "prepare": "nothing",
            "stops": True,
            **more,
        }
        self._process = subprocess.Popen(
            [sys.executable, str(SCRIPT), json.dumps(order)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait_until_ready(self) -> None:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line == "ready\n", self._process.communicate()[1]

    def go(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()

    def outcome(self) -> dict[str, Any]:
        out, error = self._process.communicate(timeout=90)
        assert self._process.returncode == 0 and not error, error
        return json.loads(out)


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that other users can reach, which pytest's own are not."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def start(make_house: Any, place: Path) -> Any:
    """Starts a process and waits until it is about to submit."""
    picture = place / "picture.png"
    picture.write_bytes(b"".join(_decoded(make_house)))
    picture.chmod(0o644)

    def start(house: Any, home: Path, requests: Sequence[tuple[str, int]], **more: Any) -> Process:
        process = Process(house, home, picture, requests, **more)
        process.wait_until_ready()
        return process

    return start


def _decoded(make_house: Any) -> list[bytes]:
    import base64

    return [base64.b64decode(piece) for piece in make_house().extract("any").raw_image.pieces]


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
    end = time.monotonic() + 20
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
    end = time.monotonic() + 20
    while not house.paid() and time.monotonic() < end:
        time.sleep(0.01)
    second.go()
    task = house.sandbox.tasks[0]
    while not task.polls and time.monotonic() < end:
        time.sleep(0.01)
    time.sleep(0)
    for process in (first, second):
        process.kill()
    assert house.paid() == 1
    assert house.requests("GeneratePatternsFromImage") == 1


def test_kill_9_at_any_moment_costs_no_second_task(make_house, start, place):
    """The tasks last long enough for the next start to find them running, so each is paid exactly once."""
    house = make_house(seconds_per_task=6.0)
    draw = random.Random(1)
    moments = [draw.uniform(0.0, 0.5) for _ in range(KILLS)]

    def live(number: int) -> list[str]:
        home = place / f"home{number}"
        requests = [(f"{number} {entry}", number * 10 + entry) for entry in range(3)]
        victim = start(house, home, requests)
        victim.go()
        time.sleep(moments[number])  # the moment is the test
        victim.kill()
        survivor = start(house, home, requests)
        survivor.go()
        outcome = survivor.outcome()
        assert all(all(lengths) for _, lengths in outcome["results"])
        return [name for name, _ in requests]

    with ThreadPoolExecutor(6) as at_once:
        names = [name for names in at_once.map(live, range(KILLS)) for name in names]
    assert {name: house.paid(name) for name in names} == dict.fromkeys(names, 1)


def test_a_process_that_ends_without_saying_so_ends_quietly(house, start, place):
    """At the interpreter's end, executors are shut before `atexit` is called."""
    process = start(house, place / "home", [("one", 1)], stops=False)
    process.go()
    assert process.outcome()["log"] == []
    assert house.paid() == 1


def test_a_read_only_home_brings_the_picture_and_one_warning(house, start, place):
    home = place / "home"
    home.mkdir()
    home.chmod(0o555)
    process = start(house, home, [("one", 1), ("two", 2)], prepare="give up root")
    process.go()
    _assert_one_warning(process.outcome(), str(home))
    assert list(home.iterdir()) == []
    home.chmod(0o755)


def test_a_read_only_home_still_knows_what_was_paid(house, start, place):
    home = place / "home"
    first = start(house, home, [("one", 1)])
    first.go()
    paid = first.outcome()["results"]
    for path in (home, *home.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    second = start(house, home, [("one", 1)], prepare="give up root")
    second.go()
    assert second.outcome()["results"] == paid
    assert house.paid() == 1
    for path in (home, *home.rglob("*")):
        path.chmod(0o755)


def test_a_full_disk_brings_the_picture_and_one_warning(house, start, place):
    process = start(house, place / "home", [("one", 1), ("two", 2)], prepare="fill the disk")
    process.go()
    _assert_one_warning(process.outcome(), str(place / "home"))


def test_a_disk_that_fills_up_later_brings_what_was_paid_unpaid(house, start, place):
    first = start(house, place / "home", [("one", 1)])
    first.go()
    paid = first.outcome()["results"]
    second = start(house, place / "home", [("one", 1), ("two", 2)], prepare="fill the disk")
    second.go()
    outcome = second.outcome()
    _assert_one_warning(outcome, str(place / "home"))
    assert outcome["results"][0] == paid[0]
    assert house.paid("one") == 1


def _assert_one_warning(outcome: dict[str, Any], home: str) -> None:
    assert all(all(lengths) for _, lengths in outcome["results"])
    assert outcome["log"] == [outcome["warning"]]
    assert home in outcome["warning"] and "not remembered" in outcome["warning"]
