"""The probe against services that differ from what is assumed: each difference is found, and what is spent is said."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from comfyui_picpik.devtools.probe import command, trials
from comfyui_picpik.devtools.probe.table import AS_ASSUMED, DIFFERS, NOT_ASKED
from comfyui_picpik.picpik.accounts import differences, read_facts
from comfyui_picpik.picpik.api import ASSUMED
from comfyui_picpik.sandbox import Quirks, SandboxThread, start_in_thread
from comfyui_picpik.tests.paths import ROOT
from comfyui_picpik.tests.waiting import until

CAP = 60
ROW = re.compile(r"^\| (.+?) \| (.*?) \| (.*?) \| (.+?) \| `(.+?)` \|$", re.MULTILINE)

SERVICES: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "as assumed": ({}, {}),
    "other words": (
        {"status_words": {"Queuing": "WAIT", "Running": "WORK", "Finished": "FIN", "Error": "BAD"}},
        {"Status words": "WAIT > WORK > FIN"},
    ),
    "bare Base64 only": ({"pictures_taken_as": "bare"}, {"Pictures in Base64": "bare only"}),
    "inverted mask": ({"redrawn": "black"}, {"What of the mask is redrawn": "black"}),
    "idempotent request_uuid": ({"idempotent_request_uuid": True}, {"The same request_uuid twice": "one task"}),
    "throttling": ({"most_calls_per_second": 5}, {f"{trials._BURST} free calls at once": "RetCode 153"}),
    "hidden Seed": (
        {"seed_told": "never"},
        {"Seed of a finished task": "not told", "Seed of a task under way": "not told"},
    ),
}
"""Quirks of the sandbox, and the rows that must say so; all other rows are as assumed."""


class Probing:
    """Probes of one service, with one home folder."""

    def __init__(self, endpoint: str, keys: tuple[str, str], home: Path) -> None:
        self.home = home
        self.variables = {
            "PICPIK_ENDPOINT": endpoint,
            "PICPIK_PUBLIC_KEY": keys[0],
            "PICPIK_PRIVATE_KEY": keys[1],
            "PICPIK_HOME": str(home),
        }
        self.said: list[str] = []

    def run(self, cap: int = CAP) -> int:
        return command.run(ROOT, cap, self.variables, self.said.append)

    @property
    def report(self) -> str:
        return (self.home / "probe.md").read_text("utf-8")

    def rows(self, verdict: str) -> dict[str, str]:
        return {what: said for what, _, said, found, _ in ROW.findall(self.report) if found == verdict}

    @property
    def spent(self) -> int:
        found = re.search(r"Spent: (\d+) of", self.report)
        assert found
        return int(found[1])


def served(seconds: float = 0.1, **quirks: Any) -> SandboxThread:
    return start_in_thread(seconds_queued=seconds, seconds_per_task=seconds, quirks=Quirks(**quirks))


def probing(sandbox: SandboxThread, home: Path) -> Probing:
    return Probing(sandbox.endpoint, (sandbox.public_key, sandbox.private_key), home)


@pytest.fixture
def serve() -> Iterator[Callable[..., SandboxThread]]:
    started: list[SandboxThread] = []

    def start(seconds: float = 0.1, **quirks: Any) -> SandboxThread:
        started.append(served(seconds, **quirks))
        return started[-1]

    yield start
    for sandbox in started:
        sandbox.stop()


@pytest.fixture(scope="module")
def probed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], tuple[Probing, SandboxThread]]]:
    """The probes of all services, which mostly wait, at once."""
    sandboxes = {name: served(0.3, **quirks) for name, (quirks, _) in SERVICES.items()}
    probes = {name: probing(sandbox, tmp_path_factory.mktemp("home")) for name, sandbox in sandboxes.items()}
    with ThreadPoolExecutor(len(probes)) as threads:
        running = {name: threads.submit(probe.run) for name, probe in probes.items()}

        def ended(name: str) -> tuple[Probing, SandboxThread]:
            assert running[name].result() == 0
            return probes[name], sandboxes[name]

        yield ended
    for sandbox in sandboxes.values():
        sandbox.stop()


@pytest.mark.parametrize("name", SERVICES)
def test_each_difference_is_found_and_nothing_else(name: str, probed, say_at_the_end):
    expected = SERVICES[name][1]
    probe, sandbox = probed(name)

    differing = probe.rows(DIFFERS)
    assert set(differing) == set(expected)
    assert all(expected[what] in said for what, said in differing.items())
    assert len(probe.rows(AS_ASSUMED)) >= 20
    assert probe.rows(NOT_ASKED) == {"largest": f"it may cost 394 credits, and {CAP - probe.spent} of {CAP} are left"}
    assert probe.spent == sandbox.sandbox.state()["credits"]["UsedCredits"] <= CAP
    assert_without_canaries(probe, sandbox)
    say_at_the_end(f"\nprobe of a service with {name}:\n{probe.report}")


def test_what_was_found_is_proposed_as_a_correction(serve, tmp_path: Path):
    probe = probing(serve(redrawn="black", pictures_taken_as="bare", status_words={"Finished": "FIN"}), tmp_path)
    probe.run()

    (facts,) = read_facts(tmp_path).values()
    proposed = [each.correction for each in differences(facts, ASSUMED) if each.correction]
    assert {"redrawn": "BLACK"} in proposed
    assert {"base64_form": "BARE"} in proposed
    assert {"status_words": {"fin": "FINISHED"}} in proposed


def test_a_second_run_pays_nothing_and_says_the_same(serve, tmp_path: Path):
    sandbox = serve(redrawn="black")
    probe = probing(sandbox, tmp_path)
    probe.run()
    first, paid = probe.rows(DIFFERS), sandbox.sandbox.state()["credits"]["UsedCredits"]

    probe.run()

    assert probe.rows(DIFFERS) == first
    assert sandbox.sandbox.state()["credits"]["UsedCredits"] == paid == probe.spent


def test_the_probe_stops_at_the_cap_and_goes_on_with_a_higher_one(serve, tmp_path: Path):
    sandbox = serve()
    probe = probing(sandbox, tmp_path)

    probe.run(cap=5)
    assert sandbox.sandbox.state()["credits"]["UsedCredits"] == probe.spent <= 5
    assert "mask" in probe.rows(NOT_ASKED)

    probe.run(cap=CAP)
    assert set(probe.rows(NOT_ASKED)) == {"largest"}
    assert sandbox.sandbox.state()["credits"]["UsedCredits"] == probe.spent <= CAP


def test_wrong_keys_cost_nothing_and_are_said(serve, tmp_path: Path):
    sandbox = serve()
    probe = Probing(sandbox.endpoint, (sandbox.public_key, "wrong"), tmp_path)

    assert probe.run() == 1
    assert "171" in probe.said[-1]
    assert sandbox.sandbox.tasks == []


def test_the_sandbox_inside_comfyui_is_not_probed(tmp_path: Path):
    probe = Probing("sandbox", ("p", "q"), tmp_path)
    assert probe.run() == 1
    assert "no service to learn of" in probe.said[-1]


@pytest.mark.parametrize("when", ["a task is accepted", "the third task is accepted"])
def test_ctrl_c_loses_nothing_that_was_paid(when: str, serve, tmp_path: Path):
    sandbox = serve()
    probe = probing(sandbox, tmp_path)
    wanted = 3 if "third" in when else 1
    script = (
        "import sys; from devtools.pack import imported; from pathlib import Path; import os;"
        f"sys.exit(imported(Path({str(ROOT)!r}), 'devtools.probe.command').run(Path('.'), {CAP}, os.environ, print))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, env=os.environ | probe.variables, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        until(lambda: len(sandbox.sandbox.tasks) >= wanted, "the task is paid")
        process.send_signal(signal.SIGINT)
        assert process.wait(60) != 0
    finally:
        process.kill()
        assert process.stderr is not None
        process.stderr.close()

    before = [task.digest for task in sandbox.sandbox.tasks]
    probe.run()
    digests = [task.digest for task in sandbox.sandbox.tasks]
    assert digests[: len(before)] == before
    twice = [digest for digest in digests if digests.count(digest) > 1]
    assert len(twice) == 2  # the trial of request_uuid, which pays twice on purpose
    assert probe.rows(DIFFERS) == {}
    assert sandbox.sandbox.state()["credits"]["UsedCredits"] == probe.spent


def test_a_service_that_was_recorded_is_played_again(serve, tmp_path: Path):
    quirks = {
        "status_words": {"Queuing": "WAIT", "Running": "WORK", "Finished": "FIN"},
        "redrawn": "black",
        "pictures_taken_as": "bare",
        "idempotent_request_uuid": True,
        "seed_told": "when over",
        "result_format": "WEBP",
        "models_as_array": True,
        "cfg_spelling": "CfgScale",
        "details_without_ret_code": True,
    }
    real = probing(serve(seconds=0.3, **quirks), tmp_path / "real")
    real.run()

    with Replay(tmp_path / "real" / "service_facts.json") as replayed:
        again = Probing(replayed.endpoint, replayed.keys, tmp_path / "again")
        again.run()

    differing = [probe.rows(DIFFERS) for probe in (real, again)]
    words = [set(re.findall(r"\w+", rows.pop("Status words"))) for rows in differing]
    assert words == [{"WAIT", "WORK", "FIN"}] * 2
    assert differing[0] == differing[1]
    assert len(differing[0]) == 5
    assert again.rows(AS_ASSUMED).keys() == real.rows(AS_ASSUMED).keys()
    fields = [
        facts["answers"]["ListTasksDetails"] for home in (real, again) for facts in read_facts(home.home).values()
    ]
    assert fields[0].keys() == fields[1].keys()


class Replay:
    """`python -m sandbox --facts FILE`."""

    def __init__(self, facts: Path) -> None:
        command = [sys.executable, "-m", "sandbox", "--facts", str(facts)]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> "Replay":
        told: dict[str, str] = {}
        assert self._process.stdout is not None
        for line in self._process.stdout:
            name, equals, value = line.strip().partition("=")
            if equals:
                told[name] = value
            if "PICPIK_PRIVATE_KEY" in told:
                break
        self.endpoint = told["PICPIK_ENDPOINT"]
        self.keys = (told["PICPIK_PUBLIC_KEY"], told["PICPIK_PRIVATE_KEY"])
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        assert self._process.stdout is not None
        self._process.stdout.read()
        self._process.wait()
        self._process.stdout.close()


def assert_without_canaries(probe: Probing, sandbox: SandboxThread) -> None:
    """No key, prompt, URL or TaskUID in any file that the probe writes; TaskUIDs are in the ledger alone."""
    uids = [task.uid for task in sandbox.sandbox.tasks]
    tokens = [file.token for task in sandbox.sandbox.tasks for file in task.files]
    canaries = [sandbox.public_key, sandbox.private_key, trials._PROMPT, "/results/", "base64,", *uids, *tokens]
    written = [path for path in probe.home.iterdir() if path.suffix in (".json", ".md")]
    assert {path.name for path in written} == {"probe.json", "probe.md", "service_facts.json"}
    for path in written:
        content = path.read_text("utf-8")
        assert [canary for canary in canaries if canary in content] == []
    assert json.loads((probe.home / "service_facts.json").read_text("utf-8"))["services"]
