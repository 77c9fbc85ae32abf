"""One ComfyUI process on a free port, with this pack in it and a base folder of its own."""

import atexit
import random
import shutil
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx

from . import package, processes
from .comfyui_client import ComfyuiClient
from .comfyui_source import ComfyuiSource
from .environment import Environment
from .processes import Process
from .terminal import Failure

PACK_FOLDER = "ComfyUI-PICPIK"
"""The pack's folder in custom_nodes, whatever the checkout is called: the front end shows this name to users."""

SECONDS_TO_START = 180.0

PORTS = range(20_000, 32_000)
"""Below those that systems give to outgoing connections: one of these may be in use when ComfyUI comes to listen."""


class ComfyuiServer:
    """Start it, use `client`, stop it; `with` starts and stops it. Everything ComfyUI writes lies in `folder`."""

    def __init__(
        self,
        environment: Environment,
        source: ComfyuiSource,
        folder: Path,
        variables: Mapping[str, str] | None = None,
        port: int | None = None,
        arguments: Sequence[str] = (),
        pack: Path | None = None,
    ) -> None:
        """Describes a server: `variables` are added to its environment, `arguments` to ComfyUI's command line.

        What is installed in it is `pack`, under its own name, else what users would get of the checkout as it is at
        each start.
        """
        self.folder = folder
        self.variables = dict(variables or {})
        self.port = port or _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "comfyui.log"
        self._environment = environment
        self._source = source
        self._arguments = arguments
        self._pack = pack
        self._process: Process | None = None
        self._client: ComfyuiClient | None = None

    def __enter__(self) -> "ComfyuiServer":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def client(self) -> ComfyuiClient:
        """The client that every start brings along."""
        if self._client is None:
            raise RuntimeError("ComfyUI is not running.")
        return self._client

    @property
    def pid(self) -> int:
        """The process id."""
        if self._process is None:
            raise RuntimeError("ComfyUI is not running.")
        return self._process.pid

    def connect(self) -> ComfyuiClient:
        """One more client, with an id of its own; the caller closes it."""
        return ComfyuiClient(self.url)

    def start(self) -> None:
        """Starts ComfyUI with the pack in it, and waits until it answers. Raises Failure when it does not."""
        _require_free(self.port)
        self._install_pack()
        self._process = self._started()
        atexit.register(self.kill)  # for an end that skips the caller's own clean-up
        try:
            self._wait_until_it_answers(self._process)
            self._client = self.connect()
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """Ends ComfyUI in order, as Ctrl-C does."""
        self._disconnect()
        if self._process is not None:
            processes.end(self._process)
        self.kill()

    def kill(self) -> None:
        """Ends ComfyUI at once, as a crash would (SIGKILL)."""
        if self._process is not None:
            processes.kill(self._process)
            self._process = None
        self._disconnect()
        atexit.unregister(self.kill)

    def restart(self) -> None:
        """Ends ComfyUI in order and starts it again: same folder, same port, new client, memory gone."""
        self.stop()
        self.start()

    def is_running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    def log_text(self) -> str:
        """All that ComfyUI has written, over all starts."""
        return self.log.read_text("utf-8", errors="replace")

    def _disconnect(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def _started(self) -> Process:
        program = [self._source.path / "main.py", *self._options(), *self._arguments]
        if self._source.fork_server is None:
            return processes.start([sys.executable, *program], self.log, self._process_variables(), cwd=self.folder)
        return self._source.fork_server.start(program, self.log, self._process_variables(), cwd=self.folder)

    def _install_pack(self) -> None:
        """A copy, as an installation is: a link back to the checkout would hold `.dev`, and with it this folder."""
        folder = self.folder / "custom_nodes" / (self._pack.name if self._pack else PACK_FOLDER)
        shutil.rmtree(folder, ignore_errors=True)
        if self._pack is None:
            package.copy(self._environment.root, package.files(self._environment.root), folder)
        else:
            shutil.copytree(self._pack, folder)

    def _options(self) -> list[str]:
        database = (self.folder / "comfyui.db").as_posix()
        front_end = self._source.front_end
        return [
            *(["--front-end-root", str(front_end)] if front_end else []),
            "--cpu",
            "--disable-auto-launch",
            "--port",
            str(self.port),
            "--base-directory",
            str(self.folder),
            "--database-url",
            f"sqlite:///{database}",
        ]

    def _process_variables(self) -> dict[str, str]:
        return process_variables(self._environment, self._source) | self.variables

    def _wait_until_it_answers(self, process: Process) -> None:
        deadline = time.monotonic() + SECONDS_TO_START
        with httpx.Client(base_url=self.url, trust_env=False) as http:
            while not _answers(http):
                if process.poll() is not None:
                    raise Failure(f"ComfyUI ended while it started.\n{processes.tail(self.log)}")
                if time.monotonic() > deadline:
                    raise Failure(f"ComfyUI did not answer within {SECONDS_TO_START:g} s.\n{processes.tail(self.log)}")
                time.sleep(0.1)


def process_variables(environment: Environment, source: ComfyuiSource) -> dict[str, str]:
    """The environment of each ComfyUI of `source`. A checkout of the user's stays as it is."""
    return environment.variables() | ({} if source.is_ours else {"PYTHONDONTWRITEBYTECODE": "1"})


def _answers(http: httpx.Client) -> bool:
    try:
        return http.get("/system_stats").is_success
    except httpx.TransportError:
        return False


def _require_free(port: int) -> None:
    """Refuses a port that another program serves: that might be a ComfyUI, and would be taken for ours."""
    hindrance = _hindrance(port)
    if hindrance:
        raise Failure(f"Port {port} cannot be used: {hindrance.strerror}.\nGive another one, or none for any.")


def _free_port() -> int:
    """One that nothing serves now, and that no outgoing connection will take before ComfyUI listens."""
    for port in random.sample(PORTS, 100):
        if not _hindrance(port):
            return port
    raise Failure(f"No port from {PORTS[0]} to {PORTS[-1]} is free.\nEnd some servers.")


def _hindrance(port: int) -> OSError | None:
    """What keeps a server from listening on a port."""
    with socket.socket() as probe:
        if sys.platform != "win32":  # where it would allow a second server
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return error
    return None
