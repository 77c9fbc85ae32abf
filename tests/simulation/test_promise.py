"""The simulation can fail: cores that break the promise in one way are caught within a few hundred schedules."""

from __future__ import annotations

from typing import Any

import pytest
from comfyui_picpik.picpik.runner import Core, Delays, retry, search, submission
from comfyui_picpik.picpik.runner.candidates import Verdict as Evidence
from comfyui_picpik.tests.simulation.home import Home
from comfyui_picpik.tests.simulation.naive_core import NaiveCore
from comfyui_picpik.tests.simulation.playing import play, shrunk
from comfyui_picpik.tests.simulation.schedule import drawn
from comfyui_picpik.tests.simulation.world import CoreOfThePack, MakeCore

MANY = 400


def first_that_breaks(kind: str, make_core: MakeCore = CoreOfThePack) -> int:
    """The first schedule in which the promise is broken in this way."""
    for seed in range(MANY):
        if any(line.startswith(kind) for line in play(drawn(seed), make_core)[1].broken):
            return seed
    raise AssertionError(f"{MANY} schedules, and the model has not seen: {kind}")


class ForgetfulCore(CoreOfThePack):
    """Its ledger is gone when it ends."""

    def __init__(self, world: Any, computer: Any, process: Any) -> None:
        world.home.ledger = Home().ledger
        super().__init__(world, computer, process)


class ImpatientCore(CoreOfThePack):
    """It looks once for the task of a lost answer."""

    delays = Delays(search_window=0.0)

    def resume(self, account: Any) -> None:
        """Not even to what was paid for."""


@pytest.mark.parametrize(
    ("kind", "make_core"),
    [
        ("PAID TWICE", NaiveCore),
        ("LOST", NaiveCore),
        ("PAID TWICE", ForgetfulCore),
        ("PAID TWICE", ImpatientCore),
    ],
)
def test_a_core_that_breaks_the_promise_is_caught(kind: str, make_core: MakeCore) -> None:
    first_that_breaks(kind, make_core)


def test_a_lost_answer_that_is_simply_sent_again_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submission, "judge_submit", lambda _: retry.SubmitVerdict.NOT_ACCEPTED)
    first_that_breaks("PAID TWICE")


def test_a_task_that_is_taken_for_ones_own_without_evidence_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "verdict", lambda *_: Evidence.FITS)
    first_that_breaks("MIXED UP")


def test_seed_minus_1_that_draws_anew_while_a_result_is_left_over_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    async def none_is_left_over(*_: Any) -> None: ...

    monkeypatch.setattr(Core, "_undelivered", none_is_left_over)
    first_that_breaks("PAID TWICE")


def test_a_failing_schedule_is_shrunk_to_what_makes_it_fail() -> None:
    seed = first_that_breaks("PAID TWICE", ImpatientCore)
    small = shrunk(drawn(seed), ImpatientCore)
    assert len(small.asks) == 1
    assert len(small.events) <= 2
    assert any(line.startswith("PAID TWICE") for line in play(small, ImpatientCore)[1].broken)


def test_a_seed_alone_replays_a_schedule() -> None:
    def story(seed: int) -> list[str]:
        world, _ = play(drawn(seed))
        runs = [f"{run.ask.name} {run.began} {run.ended} {run.outcome} {run.uid}" for run in world.story.runs]
        return [*runs, *(f"{submit.name} {submit.sent} {submit.ended}" for submit in world.service.submits)]

    for seed in range(20):
        assert story(seed) == story(seed)
