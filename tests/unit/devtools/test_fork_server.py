"""Programs that are forked run and end like others."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from comfyui_picpik.devtools import fork_server, processes
from comfyui_picpik.devtools.fork_server import ForkServer
from comfyui_picpik.devtools.terminal import Failure

pytestmark = pytest.mark.skipif(not fork_server.IS_POSSIBLE, reason="Linux alone has what it needs")

TELLS_ALL = """
import os, sys, pathlib
print(__name__, sys.argv, sys.path[0], os.getcwd(), os.environ, os.getsid(0) == os.getpid(), repr(sys.stdin.read()))
print("and this", file=sys.stderr)
sys.exit(3)
"""
SLEEPS = "print('up', flush=True); import time; time.sleep(600)"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkServer]:
    server = ForkServer(os.environ, tmp_path_factory.mktemp("server") / "log")
    yield server
    server.close()


def test_a_program_finds_what_python_would_give_it(server: ForkServer, tmp_path: Path) -> None:
    program, log = tmp_path / "main.py", tmp_path / "logs" / "log"
    program.write_text(TELLS_ALL)
    process = server.start([program, "--port", "1"], log, {"ALONE": "yes"}, tmp_path)
    assert process.wait(30) == 0
    assert process.poll() == 0
    said = (
        f"__main__ ['{program}', '--port', '1'] {tmp_path} {tmp_path} environ({{'ALONE': 'yes'}}) True ''\nand this\n"
    )
    assert log.read_text() == said


def test_what_it_writes_is_appended(server: ForkServer, tmp_path: Path) -> None:
    program, log = tmp_path / "main.py", tmp_path / "log"
    program.write_text("print('once more')")
    for _ in range(2):
        server.start([program], log, os.environ, tmp_path).wait(30)
    assert log.read_text() == "once more\n" * 2


@pytest.mark.parametrize("end", [processes.end, processes.kill])
def test_a_program_ends_when_it_is_to_end(end, server: ForkServer, tmp_path: Path) -> None:
    program, log = tmp_path / "main.py", tmp_path / "log"
    program.write_text(SLEEPS)
    process = server.start([program], log, os.environ, tmp_path)
    while "up" not in (log.read_text() if log.exists() else ""):
        assert process.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.0)
    end(process)
    assert process.poll() is not None
    end(process)  # harmless


def test_a_program_outlives_the_server(tmp_path: Path) -> None:
    program = tmp_path / "main.py"
    program.write_text(SLEEPS)
    server = ForkServer(os.environ, tmp_path / "server.log")
    process = server.start([program], tmp_path / "log", os.environ, tmp_path)
    server.close()
    assert process.poll() is None
    processes.kill(process)


def test_a_server_that_has_ended_says_why(tmp_path: Path) -> None:
    server = ForkServer(os.environ | {"PYTHONHOME": "/nowhere"}, tmp_path / "log")
    with pytest.raises(Failure, match="has ended"):
        server.start([tmp_path / "main.py"], tmp_path / "said", os.environ, tmp_path)
    server.close()
