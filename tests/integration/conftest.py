"""A local PICPIK, a home folder, and task runners that wait for nothing long."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from comfyui_picpik.imaging import check_picture
from comfyui_picpik.picpik.api import Account, Action, Timeouts
from comfyui_picpik.picpik.runner import Delays, Runner
from comfyui_picpik.sandbox import SandboxThread, start_in_thread
from comfyui_picpik.tests.integration.example_actions import example_action, png
from comfyui_picpik.tests.paths import ROOT

QUICK = Delays(
    first_retry=0.01,
    longest_retry=0.1,
    longest_pause=0.2,
    first_look=0.05,
    longest_look=0.1,
    search_window=0.4,
    missing=0.3,
    liveness=0.02,
)
"""Pauses for nothing long. An answer is still waited for as long as users wait, since machines have slow moments."""
SHORT = Timeouts(connect=2.0, read=1.0, whole_answer=2.0, whole_picture=2.0)
"""For tests in which a time-out is nothing special."""
SOON = 60.0
"""Seconds after which a test that waits for something has failed."""

SCRIPT = Path(__file__).with_name("runner_process.py")
OF_PROCESSES = {"search_window": 1.0}

_HAS_FORKS = os.name == "posix" and "WINDOWS_RULES_BELOW" not in os.environ
collect_ignore = [] if _HAS_FORKS else ["picpik/runner/test_disks.py", "picpik/runner/test_crash_points.py"]


def pytest_configure(config: pytest.Config) -> None:
    # anyio has one coroutine wait inside another: a runner that ends at that very moment leaves the inner one unstarted
    config.addinivalue_line("filterwarnings", "ignore:coroutine 'connect_tcp:RuntimeWarning")


def extract(name: str, seed: int = 1, batch_size: int = 1) -> Action:
    """A request that is equal to no other of another name."""
    return example_action("GeneratePatternsFromImage", name, seed, batch_size)


def apply(name: str, seed: int = 1, batch_size: int = 1) -> Action:
    return example_action("ApplyReferencePattern", name, seed, batch_size)


class House:
    """One home folder, one sandbox, and the runners that were started in it."""

    QUICK = QUICK
    SHORT = SHORT
    SOON = SOON
    extract = staticmethod(extract)
    apply = staticmethod(apply)

    def __init__(self, home: Path, **settings: Any) -> None:
        self.home = home
        self.service: SandboxThread = start_in_thread(**{"seconds_queued": 0, "seconds_per_task": 0, **settings})
        self._runners: list[Runner] = []

    @property
    def sandbox(self):
        return self.service.sandbox

    @property
    def faults(self):
        return self.service.sandbox.faults

    @property
    def account(self) -> Account:
        return Account(self.service.endpoint, self.service.public_key, self.service.private_key)

    @property
    def unreachable_account(self) -> Account:
        """The same account, for the same requests, behind a proxy that refuses every connection."""
        return Account(self.account.endpoint, self.account.public_key, self.account.private_key, "http://127.0.0.1:9")

    def runner(self, **settings: Any) -> Runner:
        """A runner on the home folder, as a start of ComfyUI makes one."""
        return self._runner_in(self.home, settings)

    def runner_elsewhere(self) -> Runner:
        """A runner on another computer: the same account may be used there, but it knows nothing of this home."""
        return self._runner_in(self.home.with_name(f"{self.home.name} elsewhere"), {})

    def _runner_in(self, home: Path, settings: Mapping[str, Any]) -> Runner:
        runner = Runner(home, check_picture, **{"poll_interval": 0.05, "delays": QUICK, **settings})
        self._runners.append(runner)
        return runner

    def run(self, runner: Runner, action: Any) -> Any:
        """What a node does: submit, wait, deliver, let go."""
        handle = runner.submit(self.account, action)
        try:
            result = handle.result.result(SOON)
            result.deliver()
            return result
        finally:
            handle.release()

    def paid(self, name: str | None = None) -> int:
        """Accepted tasks, all or those of one request."""
        return len([task for task in self.sandbox.tasks if name in (None, *task.parameters["PositivePrompts"])])

    def requests(self, action: str) -> int:
        return self.sandbox.state()["requests"].get(action, 0)

    def close(self) -> None:
        for runner in self._runners:
            runner.stop()
        self.service.stop()


@pytest.fixture
def make_house(tmp_path: Path) -> Iterator[Any]:
    """Houses with settings of their own for the sandbox. When they are closed, none of their threads may be left."""
    before = set(threading.enumerate())
    houses: list[House] = []

    def make(home: Path | None = None, **settings: Any) -> House:
        houses.append(House(home or tmp_path / f"home{len(houses)}", **settings))
        return houses[-1]

    yield make
    for house in houses:
        house.close()
    left = [thread for thread in threading.enumerate() if thread not in before and thread.is_alive()]
    assert not left, f"threads that nobody ended: {left}"


@pytest.fixture
def house(make_house) -> House:
    return make_house()


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
            "delays": OF_PROCESSES,
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

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """It does nothing meanwhile, and does not know of it."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def outcome(self) -> dict[str, Any]:
        out, error = self._process.communicate(timeout=180)
        assert self._process.returncode == 0 and not error, error
        return json.loads(out)


@pytest.fixture
def a_picture(tmp_path: Path) -> Path:
    """A picture that requests can send."""
    path = tmp_path / "picture.png"
    path.write_bytes(png())
    return path


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that other users can reach, which pytest's own are not."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def start(place: Path) -> Any:
    """Starts a process and waits until it is about to submit."""
    picture = place / "picture.png"
    picture.write_bytes(png())
    picture.chmod(0o644)

    def start(house: Any, home: Path, requests: Sequence[tuple[str, int]], **more: Any) -> Process:
        process = Process(house, home, picture, requests, **more)
        process.wait_until_ready()
        return process

    return start
