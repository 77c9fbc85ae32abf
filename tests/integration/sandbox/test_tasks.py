"""A task's life in the sandbox: queued, running, over; its pictures, its price, and how all that ends."""

import base64
import re
from io import BytesIO

import numpy as np
import pytest
from comfyui_picpik.sandbox import request_digest
from PIL import Image


def encoded(pixels):
    file = BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def pixels(content):
    return np.asarray(Image.open(BytesIO(content)))


@pytest.mark.parametrize("settings", [{"seconds_queued": 2.0, "seconds_per_task": 2.0}])
async def test_a_task_queues_runs_and_finishes(client):
    uid = await client.submit(Seed=5)
    assert re.fullmatch("[0-9a-v]{20}", uid)
    seen = []
    for status in ("Queuing", "Running", "Finished"):
        detail = await client.until(uid, status)
        running = (await client.call("ListRunningTasks"))["TaskUIDList"]
        seen.append((bool(detail["ImgList"]), running))
    assert seen == [(False, [uid]), (False, [uid]), (True, [])]


@pytest.mark.parametrize("settings", [{"until_seen": True}])
async def test_a_task_can_be_told_to_run_until_it_is_seen(client):
    unseen = await client.submit(Seed=1)
    await client.finished(Seed=2)
    assert (await client.call("ListRunningTasks"))["TaskUIDList"] == [unseen]
    assert (await client.details(unseen))["TaskDetailList"][0]["Status"] == "Running"
    await client.until(unseen, "Finished")


async def test_a_finished_task_tells_all_that_the_page_lists(client):
    detail = await client.finished(Seed=12345)
    assert set(detail) == {
        "TaskUID",
        "Action",
        "Status",
        "ImgList",
        "Seed",
        "TxtList",
        "ConsumeApiPoint",
        "ErrorCode",
        "ErrorMassage",
    }
    assert (detail["Action"], detail["Seed"], detail["ConsumeApiPoint"]) == ("GeneratePatternsFromImage", 12345, 1)
    assert (detail["TxtList"], detail["ErrorCode"], detail["ErrorMassage"]) == ([], 0, "")


async def test_a_seed_of_minus_one_is_drawn_and_told(client):
    seeds = {(await client.finished(Seed=-1))["Seed"] for _ in range(3)}
    assert len(seeds) == 3
    assert all(0 <= seed <= 2147483647 for seed in seeds)


async def test_tasks_live_side_by_side(client):
    client.sandbox.service.task_runner.seconds_per_task = 3.0
    uids = [await client.submit(Seed=seed) for seed in range(8)]
    await client.until(uids[0], "Running")
    assert set((await client.call("ListRunningTasks"))["TaskUIDList"]) == set(uids)
    client.sandbox.service.task_runner.seconds_per_task = 0
    for uid in uids:
        await client.until(uid, "Finished")


async def test_a_batch_gives_the_pictures_of_the_seeds_that_follow(client):
    raw = encoded(np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8))
    batch = await client.finished(RawImage=raw, Seed=2147483646, BatchSize=3)
    assert len(batch["ImgList"]) == 3
    for seed, url in zip((2147483646, 2147483647, 0), batch["ImgList"], strict=True):
        single = await client.finished(RawImage=raw, Seed=seed)
        one, other = [(await client.http.get(address)).content for address in (url, single["ImgList"][0])]
        assert np.array_equal(pixels(one), pixels(other))


async def test_a_result_is_a_png_of_the_size_asked_for(client):
    detail = await client.finished(Width=80, Height=72)
    response = await client.http.get(detail["ImgList"][0])
    assert (response.status_code, response.headers["Content-Type"]) == (200, "image/png")
    assert pixels(response.content).shape == (72, 80, 3)


async def test_apply_redraws_the_white_of_the_mask_only(client, picture):
    mask = np.zeros((64, 64), np.uint8)
    mask[16:48, 16:48] = 255
    pictures = [picture(), encoded(mask), picture(32, 32, "blue")]
    answer = await client.call(
        "ApplyReferencePattern",
        MainModel={"ModelCode": "PICPIK General"},
        RawImageIndex=0,
        MaskIndex=1,
        PatternImageIndex=2,
        PatternReferStrength=1,
        Width=64,
        Height=64,
        ImageAndMaskList=pictures,
    )
    detail = await client.until(answer["TaskUID"], "Finished")
    result = pixels((await client.http.get(detail["ImgList"][0])).content)
    assert (result[:16] == (255, 165, 0)).all()
    assert result[32, 32, 2] > result[32, 32, 0]


async def test_a_result_url_needs_its_token(client):
    url = (await client.finished())["ImgList"][0]
    assert (await client.http.get(url)).status_code == 200
    for wrong in (url[:-1], re.sub("Signature=.*", "Signature=x", url), url.split("?")[0], url.replace(".png", ".jpg")):
        assert (await client.http.get(wrong)).status_code == 404


async def test_result_urls_are_all_different(client):
    details = [await client.finished(Seed=1, BatchSize=2) for _ in range(2)]
    assert len({url for detail in details for url in detail["ImgList"]}) == 4


@pytest.mark.parametrize("how", ["in process", "over http"])
async def test_result_urls_can_be_ended_at_once(client, how):
    detail = await client.finished(BatchSize=2)
    if how == "in process":
        assert client.sandbox.expire() == 2
    else:
        assert (await client.control("POST", "expire")).json() == {"expired": 2}
    for url in detail["ImgList"]:
        assert (await client.http.get(url)).status_code == 403
    client.sandbox.quirks.expired_http_status = 404
    assert (await client.http.get(detail["ImgList"][0])).status_code == 404
    assert (await client.details(detail["TaskUID"]))["TaskDetailList"][0]["ImgList"] == detail["ImgList"]


@pytest.mark.parametrize("settings", [{"retention_seconds": 1.0}])
async def test_results_and_details_are_gone_when_their_time_is_over(client, until):
    detail = await client.finished()
    assert (await client.http.get(detail["ImgList"][0])).status_code == 200
    await until(lambda: client.sandbox.service.tasks.known(detail["TaskUID"]) is None)
    assert (await client.details(detail["TaskUID"]))["TaskDetailList"] == []
    await until(lambda: client.sandbox.expire() == 0)
    assert (await client.http.get(detail["ImgList"][0])).status_code == 403
    assert len(client.sandbox.state()["tasks"]) == 1


@pytest.mark.parametrize("settings", [{"total_credits": 130}])
async def test_credits_are_counted_and_what_is_too_dear_is_refused(client):
    await client.submit(Width=1000, Height=1000)
    balance = await client.call("GetCreditBalance")
    assert (balance["TotalCredits"], balance["UsedCredits"]) == (130, 60)
    assert balance["ExpireTimestamp"] > 1_700_000_000
    answer = await client.call("GeneratePatternsFromImage", **client.extract_parameters(Width=1000, Height=1250))
    assert answer["RetCode"] == 520
    assert "needs 75, 70 are left" in answer["Message"]
    assert len(client.sandbox.tasks) == 1
    await client.submit(Width=1000, Height=1000, MainModel={"ModelCode": "x", "InferenceParams": {"Steps": 11}})
    assert (await client.call("GetCreditBalance"))["UsedCredits"] == 126


async def test_a_failed_task_gives_its_credits_back(client):
    client.sandbox.faults.add("fail")
    detail = await client.finished()
    assert (detail["Status"], detail["ConsumeApiPoint"]) == ("Error", 0)
    assert client.sandbox.state()["credits"]["UsedCredits"] == 0


async def test_the_state_counts_tasks_for_each_distinct_request_and_requests_for_each_action(client):
    once = client.extract_parameters(Seed=1)
    for parameters in (once, once, client.extract_parameters(Seed=2)):
        await client.call("GeneratePatternsFromImage", **parameters)
    await client.post(b"nonsense")
    state = (await client.control("GET", "state")).json()
    digest = request_digest(client.signed("GeneratePatternsFromImage", **once))
    assert state["accepted"][digest] == 2
    assert sorted(state["accepted"].values()) == [1, 2]
    assert state["requests"] == {"GeneratePatternsFromImage": 3, "unreadable": 1}
    task = state["tasks"][0]
    assert (task["digest"], task["Seed"], task["Action"]) == (digest, 1, "GeneratePatternsFromImage")
    assert task["parameters"]["Width"] == 64
    assert len({task["request_uuid"] for task in state["tasks"]}) == 3


async def test_a_task_whose_picture_cannot_be_drawn_ends_in_error_not_in_silence(client, monkeypatch):
    monkeypatch.setattr(
        "comfyui_picpik.sandbox.pictures.generate_patterns_from_image.PatternExtraction.picture", lambda *_: 1 / 0
    )
    detail = await client.finished()
    assert (detail["Status"], detail["ErrorCode"]) == ("Error", 2000)
    assert "ZeroDivisionError" in detail["ErrorMassage"]
