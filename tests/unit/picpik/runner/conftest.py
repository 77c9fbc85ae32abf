"""What the runner's parts need of the world, made up."""

from collections.abc import Iterator

import pytest
from comfyui_picpik.picpik.runner.work import Work
from comfyui_picpik.tests.made_up import DirectLedger, MadeUpOwners, ScriptedClient
from comfyui_picpik.tests.virtual_time import VirtualClock


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def client(clock: VirtualClock) -> ScriptedClient:
    return ScriptedClient(clock)


@pytest.fixture
def ledger() -> Iterator[DirectLedger]:
    ledger = DirectLedger()
    yield ledger
    ledger.close()


@pytest.fixture
def owners() -> MadeUpOwners:
    return MadeUpOwners()


@pytest.fixture
def work() -> Iterator[Work]:
    work = Work()
    yield work
    work.close()
