"""TaskUIDs, credits, quirks, digests and the fault plan of the sandbox, each on its own."""

import re

import comfyui_picpik.sandbox as sandbox
import pytest
from comfyui_picpik.sandbox.answers import Refusal
from comfyui_picpik.sandbox.credits import CreditBalance, generation_price
from comfyui_picpik.sandbox.fault_injection import _INJECTORS
from comfyui_picpik.sandbox.faults import FaultPlan
from comfyui_picpik.sandbox.result_files import ResultFileStore
from comfyui_picpik.sandbox.task_uids import TaskUidGenerator, creation_time
from comfyui_picpik.sandbox.tasks import abridged


@pytest.mark.parametrize(
    ("task_uid", "unix_time"), [("cktlm6lrh4miq8ng9nf0", 1698388762), ("ckti5nf2h4keq8mr9n00", 1698374365)]
)
def test_the_creation_time_of_the_pages_own_task_uids_is_read(task_uid, unix_time):
    assert creation_time(task_uid) == unix_time


def test_minted_task_uids_have_the_form_of_the_pages_hold_their_time_and_are_all_different():
    one, other = TaskUidGenerator(), TaskUidGenerator()
    uids = [maker.generate(1_700_000_000.9) for maker in (one, other) for _ in range(500)]
    assert all(re.fullmatch("[0-9a-v]{20}", uid) for uid in uids)
    assert {creation_time(uid) for uid in uids} == {1_700_000_000}
    assert len(set(uids)) == 1000
    assert one.generate(1_700_000_001) > max(uids[:500])


@pytest.mark.parametrize(
    ("width", "height", "steps", "batch_size", "credits"),
    [(1000, 1000, 10, 1, 60), (1024, 1024, 10, 1, 63), (1024, 1024, 20, 4, 504), (64, 64, 6, 1, 1)],
)
def test_a_task_costs_six_credits_a_megapixel_and_step(width, height, steps, batch_size, credits):
    assert generation_price(width, height, steps, batch_size) == credits


def test_a_purse_refuses_what_is_not_in_it_and_takes_back():
    purse = CreditBalance(100)
    purse.spend(60)
    with pytest.raises(Refusal, match="needs 41, 40 are left"):
        purse.spend(41)
    purse.refund(60)
    purse.spend(100)
    assert (purse.total, purse.used) == (100, 100)


@pytest.mark.parametrize(
    "changes",
    [
        {"no_such_quirk": True},
        {"models_as_array": 1},
        {"empty": "gone"},
        {"status_words": ["SUCCESS"]},
        {"clock_offset": "1"},
        {"action_response": True, "empty": None},
    ],
)
def test_a_quirk_that_does_not_exist_or_fit_is_refused_and_nothing_is_changed(changes):
    quirks = sandbox.Quirks()
    with pytest.raises(ValueError, match="quirk"):
        quirks.change(changes)
    assert quirks == sandbox.Quirks()


def test_the_digest_of_a_request_leaves_out_signature_and_request_uuid_only():
    asked = {"Action": "A", "Seed": 1, "MainModel": {"b": 1, "a": 2}}
    same = {"MainModel": {"a": 2, "b": 1}, "Seed": 1, "Action": "A", "Signature": "s", "request_uuid": "u"}
    assert sandbox.request_digest(asked) == sandbox.request_digest(same)
    assert sandbox.request_digest(asked) != sandbox.request_digest({**same, "Seed": 2})
    assert sandbox.request_digest(asked) != sandbox.request_digest({**same, "PublicKey": "p"})


def test_recorded_parameters_hold_no_signature_and_no_long_text():
    record = abridged({"Signature": "x", "Seed": 1, "RawImage": "a" * 300, "ImageAndMaskList": ["b" * 300, "short"]})
    assert record["Seed"] == 1
    assert "Signature" not in record
    assert record["RawImage"].startswith("(300 characters, sha256 ")
    assert record["ImageAndMaskList"][1] == "short"
    assert len(record["ImageAndMaskList"][0]) < 120


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


def test_a_fault_without_an_end_strikes_until_it_is_cleared():
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
def test_a_fault_that_could_never_strike_is_refused(fault, says):
    plan = FaultPlan()
    with pytest.raises(ValueError, match=says):
        plan.add(**fault)
    assert plan.waiting == []


def test_every_kind_of_fault_is_documented_and_every_call_and_download_kind_can_be_acted_out():
    for name, kind in sandbox.FAULT_KINDS.items():
        row = re.search(rf"^{name} +(.*)$", sandbox.__doc__, re.MULTILINE)
        assert row, f"{name} is not in the module's documentation"
        for option in kind.options:
            assert f"``{option}``" in sandbox.__doc__
        assert (name in _INJECTORS) == (kind.stages != ("task",))


def test_the_oldest_results_die_first_when_too_many_bytes_are_kept(monkeypatch):
    monkeypatch.setattr("comfyui_picpik.sandbox.result_files.MOST_BYTES", 250)
    store = ResultFileStore(retention_seconds=3600)
    results = [store.add("uid", bytes(100), "PNG", "image/png") for _ in range(4)]
    assert [store.find(result.name, result.token).content is None for result in results] == [True, True, False, False]


def test_a_result_is_found_under_its_own_token_only():
    store = ResultFileStore(retention_seconds=3600)
    one, other = (store.add("uid", b"x", "PNG", "image/png") for _ in range(2))
    assert store.find(one.name, one.token) is one
    assert store.find(one.name, other.token) is None
    assert store.find(one.name, "") is None
    assert store.find("no-such-name", one.token) is None
