"""The scenarios whose every seam is tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from comfyui_picpik.tests.integration.example_actions import EVERY_ACTION

LOST_AND_ACCEPTED = {"kind": "reset", "accepted": True}
LOST_AND_NOT_ACCEPTED = {"kind": "reset", "accepted": False}

_SECONDS_PER_TASK = 0.05
_LONGER = {"RemoveBackground": 0.15, "RemoveContents": 0.15, "ExtractContents": 0.3}
"""What takes longer is polled more often, and each poll is a place to crash at."""


@dataclass(frozen=True)
class Scenario:
    """`requests` are names of requests of `action`.

    `life` is one of `lives.LIVES`; `fault` meets the first submit; `companions` live the same life beside it.
    A store that keeps `keep_bytes` alone is full; 0 stands for a store that is not.
    """

    name: str
    action: str = "GeneratePatternsFromImage"
    requests: tuple[str, ...] = ("one",)
    life: str = "run"
    fault: Mapping[str, Any] | None = None
    companions: int = 0
    keep_bytes: int = 0

    @property
    def seconds_per_task(self) -> float:
        return _LONGER.get(self.action, _SECONDS_PER_TASK)


SCENARIOS = (
    Scenario("plain"),
    Scenario("batch of 3", requests=("one", "two", "three")),
    Scenario("lost answer, found", fault=LOST_AND_ACCEPTED),
    Scenario("lost answer, never accepted", fault=LOST_AND_NOT_ACCEPTED),
    Scenario("cancelled at once", life="cancel and run"),
    Scenario("cancelled when accepted", life="cancel when accepted, and run"),
    Scenario("wait off", life="do not wait"),
    Scenario("two processes", companions=1),
    Scenario("store full", requests=("one", "two"), life="run one after another", keep_bytes=1),
    Scenario("a text", action="DescribeImages"),
    Scenario("no Seed, lost answer, found", action="RemoveContents", fault=LOST_AND_ACCEPTED),
)
OTHER_ACTIONS = tuple(
    Scenario(action, action=action)
    for action in EVERY_ACTION
    if action not in {scenario.action for scenario in SCENARIOS}
)
