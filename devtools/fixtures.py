"""pytest fixtures of the lanes with a real ComfyUI: servers with the pack in them, and sandboxes to talk to."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import pytest

from ..sandbox import SandboxThread, start_in_thread
from . import comfyui_source, fork_server, front_end_package, processes
from .comfyui_server import ComfyuiServer, process_variables
from .comfyui_source import ComfyuiSource
from .environment import Environment
from .fork_server import ForkServer

ROOT = Path(__file__).resolve().parents[1]

POLL_INTERVAL = "0.1"


class StartComfyui(Protocol):
    """Starts a ComfyUI with these variables, of another version than the one under test if that is named."""

    def __call__(
        self, variables: Mapping[str, str], version: str | None = None, arguments: Sequence[str] = ()
    ) -> ComfyuiServer: ...


def account(sandbox: SandboxThread) -> dict[str, str]:
    """The variables that make the pack use `sandbox` as a server somewhere, with keys."""
    return {
        "PICPIK_ENDPOINT": sandbox.endpoint,
        "PICPIK_PUBLIC_KEY": sandbox.public_key,
        "PICPIK_PRIVATE_KEY": sandbox.private_key,
        "PICPIK_POLL_INTERVAL": POLL_INTERVAL,
    }


@pytest.fixture(scope="session")
def environment() -> Environment:
    """The checkout's own `.dev` folder. From here on a terminated test run ends its servers, too."""
    processes.treat_termination_as_ctrl_c()
    return Environment(ROOT)


@pytest.fixture(scope="session")
def source(environment: Environment) -> Iterator[ComfyuiSource]:
    """The ComfyUI under test, with the front end under test. Most of a start of it is done once, where that can be."""
    front_end = os.environ.get(front_end_package.VARIABLE)
    comfyui = comfyui_source.provide(os.environ.get("COMFYUI_PATH"), environment)
    comfyui = replace(comfyui, front_end=Path(front_end) if front_end else None)
    if not fork_server.IS_POSSIBLE:
        yield comfyui
        return
    started = ForkServer(process_variables(environment, comfyui), environment.logs / "fork_server.log")
    yield replace(comfyui, fork_server=started)
    started.close()


@pytest.fixture(scope="session")
def sandbox() -> Iterator[SandboxThread]:
    """The sandbox that `comfyui` talks to, on a port of its own."""
    running = start_in_thread()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def comfyui(
    environment: Environment, source: ComfyuiSource, sandbox: SandboxThread, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ComfyuiServer]:
    """The ComfyUI that most tests share, with `sandbox` as its endpoint. Leave it running and idle."""
    with ComfyuiServer(environment, source, tmp_path_factory.mktemp("comfyui"), account(sandbox)) as server:
        yield server


@pytest.fixture(scope="session")
def unconfigured(
    environment: Environment, source: ComfyuiSource, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ComfyuiServer]:
    """A ComfyUI whose environment says nothing of accounts. Tests take it as `keyless`."""
    with ComfyuiServer(
        environment, source, tmp_path_factory.mktemp("unconfigured"), {"PICPIK_POLL_INTERVAL": POLL_INTERVAL}
    ) as server:
        yield server


@pytest.fixture
def keyless(unconfigured: ComfyuiServer) -> ComfyuiServer:
    """A ComfyUI that knows of no account, neither from its environment nor, any more, from an earlier test."""
    http = unconfigured.client.http
    for account in http.get("/picpik/accounts").raise_for_status().json()["accounts"]:
        http.post("/picpik/accounts/remove", json={"name": account["name"]}).raise_for_status()
    return unconfigured


@pytest.fixture
def start_sandbox() -> Iterator[Callable[..., SandboxThread]]:
    """Starts sandboxes of the test's own, with the arguments of `start_in_thread`; all are stopped after the test."""
    started: list[SandboxThread] = []

    def start(**settings: Any) -> SandboxThread:
        started.append(start_in_thread(**settings))
        return started[-1]

    yield start
    for running in started:
        running.stop()


@pytest.fixture
def start_comfyui(
    environment: Environment, source: ComfyuiSource, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StartComfyui]:
    """Starts ComfyUI servers of the test's own; all are stopped after the test."""
    started: list[ComfyuiServer] = []

    def start(variables: Mapping[str, str], version: str | None = None, arguments: Sequence[str] = ()) -> ComfyuiServer:
        chosen = comfyui_source.provide(version, environment) if version else source
        folder = tmp_path_factory.mktemp("comfyui")
        server = ComfyuiServer(environment, chosen, folder, variables, arguments=arguments)
        started.append(server)
        server.start()
        return server

    yield start
    for server in started:
        server.stop()
