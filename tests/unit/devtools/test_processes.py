"""Started programs end together with all that they started."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from comfyui_picpik.devtools import processes
from comfyui_picpik.devtools.terminal import Failure
from comfyui_picpik.tests.paths import ROOT

PARENT_AND_CHILD = textwrap.dedent("""
    import subprocess, sys
    child = subprocess.Popen([sys.executable, "-c", "import time; print('child up', flush=True); time.sleep(600)"])
    child.wait()
""")


def started_with_a_child(tmp_path: Path) -> subprocess.Popen[bytes]:
    log = tmp_path / "log"
    process = processes.start([sys.executable, "-c", PARENT_AND_CHILD], log, os.environ)
    while "child up" not in log.read_text():
        assert process.poll() is None
    return process


def group_is_alive(process: subprocess.Popen[bytes]) -> bool:
    """Whether any process of the group runs; ended ones that nobody has collected do not count."""
    listed = subprocess.run(["ps", "-eo", "pgid=,stat="], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in listed.splitlines()]
    return any(int(group) == process.pid and not state.startswith("Z") for group, state in rows)


@pytest.mark.parametrize("end", [processes.end, processes.kill])
def test_a_program_and_its_children_end_together(tmp_path: Path, end):
    process = started_with_a_child(tmp_path)

    end(process)

    assert process.returncode is not None
    deadline = time.monotonic() + 60  # the system takes a moment to end what it was told to end
    while group_is_alive(process):
        assert time.monotonic() < deadline


def test_a_program_that_ignores_the_request_is_ended_for_good(tmp_path: Path):
    deaf = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); print('up', flush=True); signal.pause()"
    log = tmp_path / "log"
    process = processes.start([sys.executable, "-c", deaf], log, os.environ)
    while "up" not in log.read_text():
        assert process.poll() is None

    processes.end(process, timeout=0.05)

    assert process.returncode == -signal.SIGKILL


def test_ending_twice_is_harmless(tmp_path: Path):
    process = processes.start([sys.executable, "-c", ""], tmp_path / "log", os.environ)
    processes.end(process)
    processes.end(process)
    processes.kill(process)


def test_a_failed_command_shows_the_end_of_its_log_and_where_all_of_it_is(tmp_path: Path):
    log = tmp_path / "logs" / "command.log"
    noisy = "for number in range(100): print('line', number)\nraise SystemExit(3)"

    with pytest.raises(Failure) as failure:
        processes.run([sys.executable, "-c", noisy], log, os.environ)

    assert "line 99" in str(failure.value)
    assert "line 1\n" not in str(failure.value)
    assert str(log) in str(failure.value)


def test_a_request_to_end_unwinds_as_ctrl_c_does(tmp_path: Path):
    program = textwrap.dedent(f"""
        import signal, sys
        sys.path.insert(0, {str(ROOT)!r})
        from devtools import processes
        processes.treat_termination_as_ctrl_c()
        try:
            print("up", flush=True)
            signal.pause()
        finally:
            print("cleaned up", flush=True)
    """)
    log = tmp_path / "log"
    process = processes.start([sys.executable, "-c", program], log, os.environ)
    while "up" not in log.read_text():
        assert process.poll() is None

    process.terminate()
    process.wait()

    assert "cleaned up" in log.read_text()
