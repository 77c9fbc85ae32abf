"""A Hypothesis state machine over the same world: a story that breaks the promise shrinks to its shortest."""

from __future__ import annotations

from typing import Any

from comfyui_picpik.tests.simulation import promise
from comfyui_picpik.tests.simulation.schedule import (
    AWAY,
    JUMPS,
    SUBMIT_MAYBE,
    Ask,
    End,
    Freeze,
    Poll,
    Run,
    Schedule,
    SetClock,
)
from comfyui_picpik.tests.simulation.world import World
from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

ASKS = (Ask("a"), Ask("b", upload=0.8), Ask("draws", seed=-1, action="ApplyReferencePattern"))

names = st.sampled_from([ask.name for ask in ASKS])
computers = st.sampled_from([0, 0, 0, 1])


class Story(RuleBasedStateMachine):
    """Two computers on one home folder, two requests that look alike, and one with Seed -1."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(Schedule(0, ASKS, ()), computers=2)
        self.world.__enter__()

    @rule(name=names, computer=computers, waits=st.sampled_from([True, True, False]))
    def run(self, name: str, computer: int, waits: bool) -> None:
        self._happen(Run(self._now, computer, name, waits), 0.1)

    @rule(name=names, computer=computers, seconds=st.sampled_from([0.02, 0.6, 3.0]))
    def run_and_cancel(self, name: str, computer: int, seconds: float) -> None:
        self._happen(Run(self._now, computer, name, leaves=seconds), seconds + 0.1)

    @rule(name=names, how=st.sampled_from(SUBMIT_MAYBE), accepted=st.sampled_from([None, 0.0, 0.3, 6.0, 58.0]))
    def lose_the_next_answer(self, name: str, how: str, accepted: float | None) -> None:
        self.world.network.next_submits[name] = how, accepted

    @rule(computer=computers, in_order=st.sampled_from([False, False, True]), back=st.sampled_from([0.5, 5.0, 50.0]))
    def end(self, computer: int, in_order: bool, back: float) -> None:
        self._happen(End(self._now, computer, in_order, back), back + 0.5)

    @rule(computer=computers, seconds=st.sampled_from([3.0, 30.0, 90.0]))
    def stand_still(self, computer: int, seconds: float) -> None:
        self._happen(Freeze(self._now, computer, seconds), 1.0)

    @rule(name=names, computer=computers, is_owner=st.booleans())
    def poll(self, name: str, computer: int, is_owner: bool) -> None:
        self._happen(Poll(self._now, computer, name, is_owner), 3.0)

    @rule(computer=computers, seconds=st.sampled_from(JUMPS))
    def set_the_clock(self, computer: int, seconds: float) -> None:
        self._happen(SetClock(self._now, computer, seconds), 0.0)

    @rule(how=st.sampled_from(AWAY))
    def the_service_goes_away(self, how: str) -> None:
        self.world.network.is_away = how

    @rule()
    def the_service_comes_back(self) -> None:
        self.world.network.is_away = None

    @rule(seconds=st.sampled_from([0.05, 0.5, 2.0, 10.0, 80.0]))
    def time_passes(self, seconds: float) -> None:
        self.world.wait(seconds)

    @invariant()
    def the_promise_is_kept(self) -> None:
        self._check(promise.judge_so_far(self.world.story))

    def teardown(self) -> None:
        try:
            self.world.conclude()
        finally:
            self.world.__exit__()
        self._check(promise.judge(self.world.story))

    @property
    def _now(self) -> float:
        return self.world.loop.time()

    def _happen(self, event: Any, seconds: float) -> None:
        self.world.happen(event)
        self.world.wait(seconds)

    def _check(self, verdict: promise.Verdict) -> None:
        assert not verdict.broken, "\n".join(verdict.broken)


TestStory = Story.TestCase
TestStory.settings = settings(
    max_examples=100,
    stateful_step_count=12,
    derandomize=True,
    deadline=None,
    database=None,
    print_blob=False,
    report_multiple_bugs=False,
)
