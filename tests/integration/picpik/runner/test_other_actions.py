"""Actions without a Seed, and with texts for results: the runner, the ledger and the poller need know no more of them
than the Action tells. The two that stand here exist only in these tests, on both sides of the wire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest
from comfyui_picpik.imaging import check_picture
from comfyui_picpik.picpik import api
from comfyui_picpik.picpik.api import Action, DataUri, ResultKind
from comfyui_picpik.picpik.ledger import TaskHistory
from comfyui_picpik.picpik.runner import ResultUnavailable
from comfyui_picpik.sandbox import actions as sandbox_actions
from comfyui_picpik.sandbox.actions import Pictures, TaskSpec, Texts
from comfyui_picpik.tests.waiting import until


@dataclass(frozen=True)
class DescribeThings(Action):
    ACTION: ClassVar[str] = "DescribeThings"
    RESULT: ClassVar[ResultKind] = ResultKind.TEXTS

    things: tuple[str, ...]

    @property
    def images(self) -> tuple[DataUri, ...]:
        return ()

    def own_params(self) -> dict[str, Any]:
        return {"Things": list(self.things), "PositivePrompts": list(self.things)}


@dataclass(frozen=True)
class PaintThings(DescribeThings):
    ACTION: ClassVar[str] = "PaintThings"
    RESULT: ClassVar[ResultKind] = ResultKind.PICTURES


def described(parameters: Any) -> TaskSpec:
    things = parameters["Things"]
    return TaskSpec(Texts(len(things), lambda index: things[index] and f"{things[index]}, 织物"), credits=3)


def painted(parameters: Any) -> TaskSpec:
    count = len(parameters["Things"])
    return TaskSpec(Pictures(count, lambda index: np.full((8, 8, 4), 40 * index, np.uint8)), credits=3)


@pytest.fixture(autouse=True)
def both_sides_know_them(monkeypatch: pytest.MonkeyPatch) -> None:
    for action, reader in ((DescribeThings, described), (PaintThings, painted)):
        monkeypatch.setitem(api.ACTIONS, action.ACTION, action)
        monkeypatch.setitem(sandbox_actions.ACTIONS, action.ACTION, reader)


CATS = DescribeThings(("a cat", "a hat"))


def texts_of(result: Any) -> list[str]:
    return [file.read_text("utf-8") for file in result.texts]


def test_texts_are_stored_like_pictures_and_the_same_request_is_free(house):
    first = house.run(house.runner(), CATS)
    again = house.run(house.runner(), CATS)

    assert texts_of(first) == texts_of(again) == ["a cat, 织物", "a hat, 织物"]
    assert first.pictures == () and first.seed is None
    assert house.paid() == 1


def test_pictures_without_a_seed_are_stored_and_the_same_request_is_free(house):
    pictures = [house.run(house.runner(), PaintThings(("a cat", "a hat"))).pictures for _ in range(2)]

    assert pictures[0] == pictures[1]
    assert [check_picture(file.read_bytes()) for file in pictures[0]]
    assert house.paid() == 1


def test_another_request_and_another_action_are_other_tasks(house):
    runner = house.runner()
    for action in (CATS, DescribeThings(("a cat",)), PaintThings(CATS.things)):
        house.run(runner, action)
    assert house.paid() == 3


@pytest.mark.parametrize("action", [CATS, PaintThings(("a cat",))], ids=lambda action: action.ACTION)
def test_a_task_without_a_seed_whose_answer_was_lost_is_found_by_action_and_time(make_house, action):
    house = make_house(until_seen=True)
    house.faults.add("reset", action=action.ACTION, accepted=True)

    assert house.run(house.runner(), action).task_uid == house.sandbox.tasks[0].uid
    assert house.paid() == 1


def test_texts_that_a_restart_left_at_the_service_are_fetched_in_the_background(make_house):
    house = make_house(until_seen=True)
    first = house.runner(poll_interval=1000.0)
    first.submit(house.account, CATS).accepted.result(house.SOON)
    first.stop()

    house.runner().resume(house.account)
    history = TaskHistory(house.home)
    until(lambda: history.recent(1)[0].state == "stored", "it is stored")
    assert history.texts(history.recent(1)[0]) == ["a cat, 织物", "a hat, 织物"]
    assert house.paid() == 1


def test_a_text_that_was_touched_is_fetched_again_unpaid(house):
    runner = house.runner()
    house.run(runner, CATS).texts[0].write_text("something else")
    assert texts_of(house.run(runner, CATS))[0] == "a cat, 织物"
    assert house.paid() == 1


def test_a_task_with_texts_is_collected_by_its_task_uid_alone(house):
    made = house.run(house.runner(), CATS)
    result = house.runner_elsewhere().collect(house.account, made.task_uid).result.result(house.SOON)
    assert texts_of(result) == texts_of(made)


def test_a_text_that_is_empty_keeps_its_place(house):
    for _ in range(2):
        assert texts_of(house.run(house.runner(), DescribeThings(("", "a hat")))) == ["", "a hat, 织物"]
    assert house.paid() == 1


def test_a_task_that_brings_no_text_says_so(house):
    house.faults.add("picture_count", count=0, action=CATS.ACTION)
    with pytest.raises(ResultUnavailable, match="PICPIK lists no text of it"):
        house.run(house.runner(), CATS)
