"""The fault plan: which request takes which fault, and which faults there cannot be."""

import pytest
from comfyui_picpik.sandbox.faults import FaultPlan


def kinds_taken(plan, stage, *actions):
    return [fault.kind if (fault := plan.take(stage, action, {})) else None for action in actions]


def test_faults_are_taken_in_order_each_as_often_as_it_says():
    plan = FaultPlan()
    plan.add("reset")
    plan.add("pass", times=2)
    plan.add("hang")
    assert kinds_taken(plan, "call", *"ABCDE") == ["reset", "pass", "pass", "hang", None]
    assert plan.waiting == []
    assert [shot["kind"] for shot in plan.fired] == ["reset", "pass", "pass", "hang"]


def test_a_fault_waits_for_its_action_and_lets_others_pass():
    plan = FaultPlan()
    plan.add("reset", action="ListModels")
    assert kinds_taken(plan, "call", "ListRunningTasks", "ListModels", "ListModels") == [None, "reset", None]


def test_a_fault_waits_for_its_parameters():
    plan = FaultPlan()
    plan.add("reset", where={"Seed": 5})
    plan.add("hang", where=lambda parameters: parameters.get("Seed", 0) > 5)
    assert plan.take("call", "A", {"Seed": 4}) is None
    assert plan.take("call", "A", {}) is None
    assert plan.take("call", "A", {"Seed": 6}).kind == "hang"
    assert plan.take("call", "A", {"Seed": 5}).kind == "reset"


def test_a_fault_without_an_end_fires_until_it_is_cleared():
    plan = FaultPlan()
    plan.add("reset", times=None)
    assert kinds_taken(plan, "call", *"AAAA") == ["reset"] * 4
    plan.clear()
    assert kinds_taken(plan, "call", "A") == [None]


def test_each_stage_has_its_own_faults():
    plan = FaultPlan()
    plan.add("fail")
    plan.add("html")
    plan.add("http", action="download")
    plan.add("reset_unread")
    plan.add("garbage")
    assert kinds_taken(plan, "call", "A", "A") == ["garbage", None]
    assert kinds_taken(plan, "task", "A", "A") == ["fail", None]
    assert kinds_taken(plan, "download", "download", "download", "download") == ["html", "http", None]
    assert kinds_taken(plan, "unread", "A", "A") == ["reset_unread", None]


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ({"kind": "explode"}, "no fault is called 'explode'"),
        ({"kind": "slow", "status": 503}, "takes seconds, not status"),
        ({"kind": "reset", "times": 0}, "times must be 1 or more"),
        ({"kind": "garbage", "action": "download"}, "garbage cannot strike download"),
        ({"kind": "html", "action": "ListModels"}, "html cannot strike ListModels"),
        ({"kind": "fail", "action": "download"}, "fail cannot strike download"),
        ({"kind": "reset_unread", "where": {"Seed": 1}}, "takes no `where`"),
    ],
)
def test_a_fault_that_could_never_fire_is_refused(fault, says):
    plan = FaultPlan()
    with pytest.raises(ValueError, match=says):
        plan.add(**fault)
    assert plan.waiting == []
