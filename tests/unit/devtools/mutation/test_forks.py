"""Forks side by side, in a process of their own: that of the tests has threads."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from comfyui_picpik.devtools import processes
from comfyui_picpik.devtools.mutation.forks import CRASHED
from comfyui_picpik.tests.paths import ROOT

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows has no forks")

START = """
import os, signal, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
folder = Path(sys.argv[2])
from devtools import processes
from devtools.mutation.forks import side_by_side
processes.treat_termination_as_ctrl_c()
"""


def said_by(program: str, folder: Path) -> list[str]:
    command = [sys.executable, "-c", START + program, str(ROOT), str(folder)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    return answer.stdout.splitlines()


def test_each_end_is_told_with_its_job(tmp_path: Path):
    program = """
def killed(): os.kill(os.getpid(), signal.SIGKILL)
def crashed(): raise SystemExit(0)
jobs = {"well": lambda: 0, "badly": lambda: 3, "killed": killed, "crashed": crashed}
print(sorted(side_by_side(jobs.items(), 2)))
"""
    expected = [("badly", 3), ("crashed", CRASHED), ("killed", -signal.SIGKILL), ("well", 0)]
    assert said_by(program, tmp_path) == [str(expected)]


def test_no_more_run_at_a_time_than_are_wanted_and_those_that_wait_for_each_other_do_run(tmp_path: Path):
    program = """
def meet(own, other):
    (folder / own).touch()
    while not (folder / other).exists(): time.sleep(0.01)
    return 0
def alone():
    (folder / "running").mkdir()
    (folder / "running").rmdir()
    return 0
print(sorted(side_by_side([(1, lambda: meet("a", "b")), (2, lambda: meet("b", "a"))], 2)))
print(sorted(side_by_side([(number, alone) for number in range(5)], 1)))
"""
    assert said_by(program, tmp_path) == [str([(1, 0), (2, 0)]), str([(number, 0) for number in range(5)])]


def test_whoever_ends_it_ends_all_forks_and_what_they_started(tmp_path: Path):
    program = """
def work():
    os.spawnlp(os.P_NOWAIT, "sleep", "sleep", "98765.4")
    (folder / str(os.getpid())).touch()
    time.sleep(98765)
list(side_by_side([(1, work), (2, work)], 2))
"""
    folder = tmp_path / "folder"
    folder.mkdir()
    command = [sys.executable, "-c", START + program, str(ROOT), str(folder)]
    process = processes.start(command, tmp_path / "log", os.environ)
    while len(list(folder.iterdir())) < 2:
        assert process.poll() is None, (tmp_path / "log").read_text()
        time.sleep(0.01)

    process.send_signal(signal.SIGTERM)
    process.wait()

    running = subprocess.run(["ps", "-eo", "args="], capture_output=True, text=True, check=True).stdout
    assert "sleep 98765.4" not in running
