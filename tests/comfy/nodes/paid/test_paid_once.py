"""What was paid for is never paid again, and never lost: restarts, crashes, failing neighbours, dead URLs."""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from comfyui_picpik.devtools.comfyui_client import Outcome
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.devtools.fixtures import StartComfyui, account
from comfyui_picpik.sandbox import SandboxThread
from comfyui_picpik.tests.comfy.killable import Killable
from comfyui_picpik.tests.comfy.prompts import (
    apply,
    apply_prompt,
    extract,
    extract_prompt,
    node,
    pixels,
    save_arrays,
)

KILLS = 20


def accepted(sandbox: SandboxThread) -> Counter[int]:
    return Counter(task["Seed"] for task in sandbox.sandbox.state()["tasks"] if task["Seed"] is not None)


def picture(server: ComfyuiServer, seed: int) -> np.ndarray:
    return picture_of(server.client.run(extract_prompt(seed=seed)))


def picture_of(outcome: Outcome) -> np.ndarray:
    assert outcome.errors == []
    return pixels(outcome.images["3"][0].content)


def test_after_a_restart_the_same_prompt_gives_the_same_picture_unpaid_though_all_urls_are_dead(
    killable: Killable,
):
    server, sandbox = killable.server, killable.sandbox.sandbox
    first = picture(server, seed=1001)
    asked = sandbox.state()["requests"]

    sandbox.expire()
    server.restart()

    again = server.client.run(extract_prompt(seed=1001))
    np.testing.assert_array_equal(pixels(again.images["3"][0].content), first)
    assert sandbox.state()["requests"] == asked
    last = again.texts("2")[-1]
    assert "credits paid before" in last
    assert "upload" not in last


def test_what_is_stored_is_not_encoded_again_nor_paid_in_another_upload_format(
    start_comfyui: StartComfyui, start_sandbox, neighbours
):
    sandbox = start_sandbox()
    server = start_comfyui(account(sandbox), arguments=neighbours)
    first = server.client.run(apply_prompt(seed=1))
    server.restart()
    assert server.client.run({"1": node("NeighbourBreaksEncoders")}).errors == []

    for upload_format in ("lossless", "compact"):
        again = server.client.run(apply_prompt(seed=1, upload_format=upload_format))
        assert again.errors == []
        np.testing.assert_array_equal(*(pixels(each.images["3"][0].content) for each in (again, first)))
        assert not any(text.startswith("encoding") or "upload" in text for text in again.texts("2"))

    unknown = server.client.run(apply_prompt(seed=2)).error
    assert unknown is not None
    assert "something was encoded" in unknown.message
    assert accepted(sandbox) == {1: 1}


def test_what_a_crash_left_behind_is_collected_without_anybody_asking(killable: Killable):
    server = killable.server
    before = len(killable.sandbox.sandbox.tasks)
    assert server.client.run(extract_prompt(seed=1008, wait=False)).status == "success"
    server.kill()

    server.start()

    end = time.monotonic() + 60
    (left,) = (task for task in killable.sandbox.sandbox.tasks if task.seed == 1008)
    while not left.downloads:
        assert time.monotonic() < end, "nobody came for it"
        time.sleep(0.1)
    assert len(killable.sandbox.sandbox.tasks) == before + 1


AWAY = 6.0
"""Seconds for which the service is away: the story is the same with a minute, which takes longer."""


def test_a_cut_answer_a_service_away_a_run_again_and_a_restart_come_to_one_payment_and_its_picture(
    start_comfyui: StartComfyui, start_sandbox
):
    sandbox = start_sandbox(until_seen=True)
    server = start_comfyui(account(sandbox))
    faults = sandbox.sandbox.faults
    faults.add("reset", action="GeneratePatternsFromImage", accepted=True)
    for action in ("ListRunningTasks", "ListTasksDetails"):
        faults.add("reset", action=action, times=None)

    said = [text for _ in range(2) for text in cancelled_while_it_is_looked_for(server)]
    server.restart()
    said += cancelled_while_it_is_looked_for(server)
    faults.clear()
    outcome = server.client.run(extract_prompt(seed=9))

    assert outcome.errors == []
    assert accepted(sandbox) == {9: 1}
    assert any("did not answer (the connection broke)" in text for text in said)
    assert sum("It may have been accepted: the pack goes on looking for its task." in text for text in said) == 3


def cancelled_while_it_is_looked_for(server: ComfyuiServer) -> list[str]:
    """A run that is cancelled after AWAY seconds of looking; what its node said."""
    prompt_id = server.client.queue(extract_prompt(seed=9))
    end = time.monotonic() + 60
    while "looking for the task" not in "".join(texts := shown(server)):
        assert time.monotonic() < end, f"it is not looked for: {texts}"
        time.sleep(0.05)
    time.sleep(AWAY)  # the service being away is the story
    server.client.interrupt(prompt_id)
    assert server.client.wait(prompt_id).status == "interrupted"
    return shown(server)[-2:]


def shown(server: ComfyuiServer) -> list[str]:
    events = server.client.events.so_far()
    return [event.data["text"] for event in events if event.kind == "progress_text" and event.data["node"] == "2"]


def test_another_seed_and_back_is_paid_for_each_seed_once(comfyui: ComfyuiServer, calm: SandboxThread):
    for seed in (3_000_001, 3_000_002, 3_000_001):
        picture(comfyui, seed)
    assert accepted(calm)[3_000_001] == accepted(calm)[3_000_002] == 1


def test_seed_minus_one_is_a_new_picture_each_run(comfyui: ComfyuiServer, calm: SandboxThread):
    before = sum(accepted(calm).values())
    first, second = picture(comfyui, -1), picture(comfyui, -1)
    assert (first != second).any()
    assert sum(accepted(calm).values()) == before + 2


def test_identical_nodes_of_one_prompt_share_one_task(comfyui: ComfyuiServer, calm: SandboxThread):
    prompt = extract_prompt(seed=3_000_003)
    prompt |= {"4": extract(["1", 0], seed=3_000_003), "5": node("PreviewImage", images=["4", 0])}
    outcome = comfyui.client.run(prompt)
    np.testing.assert_array_equal(*(pixels(outcome.images[node_id][0].content) for node_id in ("3", "5")))
    assert accepted(calm)[3_000_003] == 1


def test_two_queued_prompts_with_the_same_request_share_one_task(comfyui: ComfyuiServer, calm: SandboxThread):
    ids = [comfyui.client.queue(extract_prompt(seed=3_000_004)) for _ in range(2)]
    assert [comfyui.client.wait(prompt_id).status for prompt_id in ids] == ["success", "success"]
    assert accepted(calm)[3_000_004] == 1


def test_a_neighbour_that_fails_does_not_cost_the_task(start_comfyui: StartComfyui, start_sandbox, neighbours):
    sandbox = start_sandbox(seconds_per_task=3.0)
    server = start_comfyui(account(sandbox), arguments=neighbours)
    failing = extract_prompt(seed=5) | {"9": node("NeighbourFails", seconds=1.0)}

    assert server.client.run(failing).errors[0].message == "the neighbour failed"
    assert server.client.run(extract_prompt(seed=5)).status == "success"

    assert accepted(sandbox) == {5: 1}


def test_a_batch_with_a_failing_entry_keeps_the_others_and_pays_only_for_that_one_again(
    comfyui: ComfyuiServer, calm: SandboxThread, tmp_path: Path
):
    raw = np.random.default_rng(1).random((4, 64, 64, 3), np.float32)
    prompt = {
        "1": node("NeighbourMakes", path=save_arrays(tmp_path / "raw.npz", raw)),
        "2": extract(["1", 0], seed=3_000_006),
        "3": node("PreviewImage", images=["2", 0]),
    }
    calm.sandbox.faults.add("pass", action="GeneratePatternsFromImage", times=2)
    calm.sandbox.faults.add("fail", error_code=9, message="no cloth")

    error = comfyui.client.run(prompt).error

    assert error is not None
    assert error.message.startswith("1 of 4 entries failed; the other 3 go on or are stored.")
    assert "(ErrorCode 9: no cloth)" in error.message
    assert accepted(calm)[3_000_006] == 4
    again = comfyui.client.run(prompt)
    assert (again.status, len(again.images["3"])) == ("success", 4)
    assert accepted(calm)[3_000_006] == 5


def test_a_change_downstream_pays_only_for_what_changed(comfyui: ComfyuiServer, calm: SandboxThread):
    def prompt(strength: float):
        return {
            "1": node("PicpikExampleImages"),
            "2": extract(["1", 0], seed=3_000_007),
            "3": apply(["1", 0], ["1", 1], ["2", 0], seed=3_000_008, pattern_strength=strength),
            "4": node("PreviewImage", images=["3", 0]),
        }

    for strength in (0.5, 0.9):
        assert comfyui.client.run(prompt(strength)).status == "success"

    assert accepted(calm)[3_000_007] == 1
    assert accepted(calm)[3_000_008] == 2


@pytest.fixture(scope="module")
def doomed(killable: Killable, say_at_the_end: Callable[[str], None]) -> Iterator[Killable]:
    yield killable
    totals = {seed: count for seed, count in accepted(killable.sandbox).items() if seed <= KILLS}
    twice = sum(count > 1 for count in totals.values())
    say_at_the_end(f"kill -9: {KILLS} kills, {sum(totals.values())} accepted tasks, {twice} paid twice")


@pytest.mark.parametrize("kill", range(1, KILLS + 1))
def test_killing_comfyui_at_any_moment_never_makes_a_second_paid_task(doomed: Killable, kill: int):
    """kill -9 at a seeded random moment of a running workflow; then a start and the same prompt again."""
    doomed.server.client.queue(extract_prompt(seed=kill))
    time.sleep(random.Random(kill).uniform(0.0, 2.2))  # the moment itself is what is tried here
    doomed.server.kill()
    doomed.server.start()

    assert picture_in_the_end(doomed.server, kill).shape == (128, 128, 3)
    assert accepted(doomed.sandbox)[kill] == 1


def picture_in_the_end(server: ComfyuiServer, seed: int) -> np.ndarray:
    """Of a run, or of another one if the first has searched in vain for what the kill cut off and asks to run again."""
    outcome = server.client.run(extract_prompt(seed=seed), timeout=180)
    if outcome.error is not None and "Run again to send it anew" in outcome.error.message:
        return picture(server, seed)
    return picture_of(outcome)
