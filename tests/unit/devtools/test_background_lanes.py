"""Lanes side by side: whole outputs, one after the other, and an end that leaves nothing running."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from comfyui_picpik.devtools import processes
from comfyui_picpik.devtools.background_lanes import BackgroundLane, side_by_side
from comfyui_picpik.devtools.checks import Check
from comfyui_picpik.tests.paths import ROOT

COUNTING = "for number in range(3): print('{name}', number, flush=True)"


def in_background(folder: Path, lane: str, *programs: str, is_light: bool = False) -> BackgroundLane:
    checks = [Check(f"{lane} {number}", ("-c", program)) for number, program in enumerate(programs)]
    return BackgroundLane(lane, checks, os.environ, folder, folder / "logs" / f"{lane}.log", is_light=is_light)


def waiting_for(file: Path) -> str:
    return f"import pathlib, time\nwhile not pathlib.Path({str(file)!r}).exists(): time.sleep(0.01)\n"


def touching(file: Path) -> str:
    return f"\nimport pathlib; pathlib.Path({str(file)!r}).touch()"


def test_lanes_that_wait_for_each_other_both_end(tmp_path: Path):
    one, other = tmp_path / "one", tmp_path / "other"
    lanes = [
        in_background(tmp_path, "first", touching(one) + "\n" + waiting_for(other)),
        in_background(tmp_path, "second", touching(other) + "\n" + waiting_for(one)),
    ]

    results = side_by_side(lanes, width=2)

    assert [result.lane for result in results] == ["first", "second"]
    assert [case.outcome for result in results for case in result.cases] == ["passed", "passed"]


def test_no_more_lanes_run_at_a_time_than_are_wanted(tmp_path: Path):
    running = tmp_path / "running"
    alone = f"import pathlib; place = pathlib.Path({str(running)!r}); place.mkdir(); place.rmdir()"

    results = side_by_side([in_background(tmp_path, name, alone) for name in ("a", "b", "c")], width=1)

    assert [case.outcome for result in results for case in result.cases] == ["passed"] * 3


def test_a_light_lane_runs_beside_the_others_and_takes_no_place(tmp_path: Path):
    one, other = tmp_path / "one", tmp_path / "other"
    light = in_background(tmp_path, "light", touching(one) + "\n" + waiting_for(other), is_light=True)
    heavy = in_background(tmp_path, "heavy", waiting_for(one) + touching(other))

    results = side_by_side([light, heavy], width=1)

    assert [case.outcome for result in results for case in result.cases] == ["passed", "passed"]


def test_the_output_of_each_lane_comes_in_one_piece_and_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    done = tmp_path / "done"
    slow = COUNTING.format(name="slow") + "\n" + waiting_for(done) + COUNTING.format(name="slow")
    quick = COUNTING.format(name="quick") + touching(done)

    side_by_side([in_background(tmp_path, "slow", slow), in_background(tmp_path, "quick", quick)], width=2)

    lines = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line.startswith(("slow", "quick"))]
    assert lines in (["quick"] * 3 + ["slow"] * 6, ["slow"] * 6 + ["quick"] * 3)
    assert (tmp_path / "logs" / "slow.log").read_text().count("slow") >= 6


def test_every_program_of_a_lane_runs_and_a_failed_one_keeps_its_own_words(tmp_path: Path):
    programs = ("print('fine')", "print('what is wrong')\nraise SystemExit(3)", "print('fine, too')")

    (result,) = side_by_side([in_background(tmp_path, "lint", *programs)], width=2)

    assert [case.outcome for case in result.cases] == ["passed", "failed", "passed"]
    assert result.cases[1].words.split("\n") == ["what is wrong", ""]


LANE = """
import signal, sys
try:
    print(sys.argv[1], "at work", flush=True)
    signal.pause()
finally:
    print(sys.argv[1], "cleaned up", flush=True)
"""

TWO_LANES = """
import os, sys
from pathlib import Path
root, folder = sys.argv[1:]
sys.path.insert(0, root)
from devtools import processes
from devtools.checks import Check
from devtools.background_lanes import BackgroundLane, side_by_side
processes.treat_termination_as_ctrl_c()
folder = Path(folder)
side_by_side(
    [
        BackgroundLane(name, [Check(name, (str(folder / "lane.py"), name))], os.environ, folder, folder / f"{name}.log")
        for name in ("one", "other")
    ],
    width=2,
)
"""


@pytest.mark.skipif(os.name != "posix", reason="processes are told to end by signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_whoever_ends_it_ends_all_lanes_in_order_and_sees_how_far_they_came(tmp_path: Path, number: signal.Signals):
    (tmp_path / "lane.py").write_text(LANE)
    log = tmp_path / "log"
    process = processes.start([sys.executable, "-c", TWO_LANES, ROOT, tmp_path], log, os.environ)
    logs = [tmp_path / "one.log", tmp_path / "other.log"]
    while "other" not in log.read_text() or not all(log.is_file() and "at work" in log.read_text() for log in logs):
        assert process.poll() is None
        time.sleep(0.01)

    process.send_signal(number)
    process.wait()

    said = log.read_text()
    for name in ("one", "other"):
        assert f"{name} was stopped" in said
        assert f"  | {name} cleaned up" in said
    running = subprocess.run(["ps", "-eo", "args="], capture_output=True, text=True, check=True).stdout
    assert str(tmp_path / "lane.py") not in running
