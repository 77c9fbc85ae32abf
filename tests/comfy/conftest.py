"""A real ComfyUI server with the pack in it, and sandboxes for it to talk to: see `devtools/fixtures.py`."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from comfyui_picpik.devtools import comfyui_source
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.devtools.comfyui_source import ComfyuiSource
from comfyui_picpik.devtools.environment import Environment
from comfyui_picpik.devtools.fixtures import (
    account,
    environment,
    keyless,
    sandbox,
    source,
    start_comfyui,
    start_sandbox,
    unconfigured,
)
from comfyui_picpik.sandbox import SandboxThread, start_in_thread
from comfyui_picpik.tests.comfy.killable import Killable

__all__ = ["environment", "keyless", "sandbox", "source", "start_comfyui", "start_sandbox", "unconfigured"]

NEIGHBOURS = Path(__file__).parent / "neighbours"


@pytest.fixture(scope="session")
def neighbours(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Arguments for ComfyUI that load the nodes of the folder `neighbours`, too."""
    paths = tmp_path_factory.mktemp("neighbours") / "paths.yaml"
    paths.write_text(f"neighbours:\n  custom_nodes: {NEIGHBOURS.as_posix()}\n", encoding="utf-8")
    return "--extra-model-paths-config", str(paths)


@pytest.fixture(scope="session")
def comfyui(
    environment: Environment,
    source: ComfyuiSource,
    sandbox: SandboxThread,
    neighbours: tuple[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[ComfyuiServer]:
    """The ComfyUI that most tests share: with neighbours, and `sandbox` as its endpoint. Leave it running and idle."""
    folder = tmp_path_factory.mktemp("comfyui")
    with ComfyuiServer(environment, source, folder, account(sandbox), arguments=neighbours) as server:
        yield server


@pytest.fixture(scope="session")
def http(comfyui: ComfyuiServer) -> httpx.Client:
    """A program that uses the routes of `comfyui`."""
    return comfyui.client.http


@pytest.fixture(scope="session")
def sandboxed(
    request: pytest.FixtureRequest,
    environment: Environment,
    source: ComfyuiSource,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[ComfyuiServer]:
    """A ComfyUI to which nothing was said but to use the pack's own sandbox; as a parameter, of another version."""
    version = getattr(request, "param", None)
    chosen = comfyui_source.provide(version, environment) if version else source
    folder = tmp_path_factory.mktemp("sandboxed")
    with ComfyuiServer(environment, chosen, folder, {"PICPIK_ENDPOINT": "sandbox"}) as server:
        yield server


@pytest.fixture(scope="session")
def killable(
    environment: Environment, source: ComfyuiSource, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Killable]:
    """What tests may kill and start again. It loads no nodes of ComfyUI's partners, to be back sooner."""
    sandbox = start_in_thread(seconds_queued=0.3, seconds_per_task=1.0, until_seen=True)
    folder = tmp_path_factory.mktemp("killable")
    with ComfyuiServer(environment, source, folder, account(sandbox), arguments=("--disable-api-nodes",)) as server:
        yield Killable(server, sandbox)
    sandbox.stop()


@pytest.fixture
def random(request: pytest.FixtureRequest) -> np.random.Generator:
    """Random numbers that are the same for each run of a test."""
    return np.random.default_rng(list(request.node.name.encode()))


@pytest.fixture
def calm(sandbox: SandboxThread) -> Iterator[SandboxThread]:
    """`sandbox`, without what is left of another test's faults, before and after."""
    sandbox.sandbox.faults.clear()
    yield sandbox
    sandbox.sandbox.faults.clear()
