"""A real ComfyUI server with the pack in it, and sandboxes for it to talk to: see `devtools/fixtures.py`."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.devtools.comfyui_source import ComfyuiSource
from comfyui_picpik.devtools.environment import Environment
from comfyui_picpik.devtools.fixtures import (
    account,
    comfyui,
    environment,
    sandbox,
    source,
    start_comfyui,
    start_sandbox,
)
from comfyui_picpik.sandbox import SandboxThread

__all__ = ["comfyui", "environment", "sandbox", "source", "start_comfyui", "start_sandbox"]

NEIGHBOURS = Path(__file__).parent / "neighbours"


@pytest.fixture(scope="session")
def neighbours(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Arguments for ComfyUI that load the nodes of the folder `neighbours`, too."""
    paths = tmp_path_factory.mktemp("neighbours") / "paths.yaml"
    paths.write_text(f"neighbours:\n  custom_nodes: {NEIGHBOURS.as_posix()}\n", encoding="utf-8")
    return "--extra-model-paths-config", str(paths)


@pytest.fixture(scope="session")
def town(
    environment: Environment,
    source: ComfyuiSource,
    sandbox: SandboxThread,
    neighbours: tuple[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[ComfyuiServer]:
    """A ComfyUI with the pack and its neighbours, shared by tests, with `sandbox` as its endpoint. Leave it idle."""
    server = ComfyuiServer(environment, source, tmp_path_factory.mktemp("town"), account(sandbox), arguments=neighbours)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def calm(sandbox: SandboxThread) -> Iterator[SandboxThread]:
    """`sandbox`, without what is left of another test's faults, before and after."""
    sandbox.sandbox.faults.clear()
    yield sandbox
    sandbox.sandbox.faults.clear()
