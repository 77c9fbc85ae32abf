"""Each kind of fault as a client sees it, and what it leaves behind in the sandbox."""

import asyncio
import json
import socket
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from comfyui_picpik.sandbox import FAULT_KINDS, Sandbox
from PIL import Image, UnidentifiedImageError

SUBMIT = "GeneratePatternsFromImage"


def accepted(client):
    return len(client.sandbox.tasks)


def raw_exchange(endpoint, body):
    """What plain sockets see of one POST: the bytes that came, or the error."""
    address = urlsplit(endpoint)
    head = (
        f"POST / HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection((address.hostname, address.port), timeout=20) as wire:
        try:
            wire.sendall(head.encode() + body)
            received = b""
            while chunk := wire.recv(65536):
                received += chunk
        except (ConnectionResetError, BrokenPipeError) as error:
            return type(error)
    return received


async def exchange(client, parameters):
    body = json.dumps(parameters).encode()
    return await asyncio.to_thread(raw_exchange, client.running.endpoint, body)


class TestCalls:
    async def test_reset_unread_resets_before_the_body_is_read(self, client):
        client.sandbox.faults.add("reset_unread", action=SUBMIT)
        assert (await client.call("ListModels"))["RetCode"] == 0
        large = client.signed(SUBMIT, **client.extract_parameters(Padding="x" * 20_000_000))
        assert await exchange(client, large) in (ConnectionResetError, BrokenPipeError)
        assert accepted(client) == 0
        assert client.sandbox.state()["requests"] == {"ListModels": 1, SUBMIT: 1}
        await client.submit()

    @pytest.mark.parametrize(("option", "tasks"), [({}, 0), ({"accepted": True}, 1)])
    async def test_reset_resets_after_the_body_was_read(self, client, option, tasks):
        client.sandbox.faults.add("reset", action=SUBMIT, **option)
        assert await exchange(client, client.signed(SUBMIT, **client.extract_parameters())) is ConnectionResetError
        assert accepted(client) == tasks
        with pytest.raises(httpx.TransportError):
            client.sandbox.faults.add("reset")
            await client.call("ListModels")

    @pytest.mark.parametrize(("option", "tasks"), [({}, 1), ({"accepted": False}, 0)])
    async def test_hang_never_answers(self, client, option, tasks):
        client.sandbox.faults.add("hang", action=SUBMIT, **option)
        with pytest.raises(httpx.ReadTimeout):
            await client.post(client.signed(SUBMIT, **client.extract_parameters()), timeout=httpx.Timeout(10, read=2.0))
        assert accepted(client) == tasks
        await client.submit()

    async def test_a_hanging_call_does_not_keep_the_server_from_ending(self, until):
        sandbox = Sandbox()
        sandbox.faults.add("hang")
        async with httpx.AsyncClient(trust_env=False, timeout=20) as http:
            async with sandbox.serve() as running:
                hanging = asyncio.create_task(http.post(running.endpoint, json={"Action": "ListModels"}))
                await until(lambda: sandbox.faults.fired)
            with pytest.raises(httpx.TransportError):
                await hanging

    async def test_slow_answers_in_the_end(self, client):
        client.sandbox.faults.add("slow", seconds=5.0)
        with pytest.raises(httpx.ReadTimeout):
            await client.post(client.signed("ListModels"), timeout=httpx.Timeout(10, read=0.5))
        client.sandbox.faults.add("slow", seconds=0.3)
        assert (await client.call("ListModels"))["RetCode"] == 0

    @pytest.mark.parametrize(
        ("option", "status", "tasks", "retry_after"),
        [
            ({}, 503, 0, None),
            ({"status": 429, "retry_after": 2}, 429, 0, "2"),
            ({"status": 500, "accepted": True, "body": "<h1>oops</h1>"}, 500, 1, None),
            ({"status": 502, "accepted": True}, 502, 1, None),
        ],
    )
    async def test_http_answers_a_status_with_or_without_effect(self, client, option, status, tasks, retry_after):
        client.sandbox.faults.add("http", action=SUBMIT, **option)
        response = await client.post(client.signed(SUBMIT, **client.extract_parameters()))
        assert (response.status_code, response.headers.get("Retry-After")) == (status, retry_after)
        assert response.text == option.get("body", "")
        assert accepted(client) == tasks

    @pytest.mark.parametrize("kind", ["garbage", "truncated_json"])
    async def test_an_answer_that_is_not_json_hides_an_accepted_task(self, client, kind):
        client.sandbox.faults.add(kind)
        response = await client.post(client.signed(SUBMIT, **client.extract_parameters()))
        assert response.status_code == 200
        with pytest.raises(ValueError):
            response.json()
        assert accepted(client) == 1

    async def test_an_answer_that_is_not_json_may_have_had_no_effect(self, client):
        client.sandbox.faults.add("garbage", accepted=False)
        await client.post(client.signed(SUBMIT, **client.extract_parameters()))
        assert accepted(client) == 0

    @pytest.mark.parametrize(
        ("kind", "gone", "left"),
        [("missing_ret_code", "RetCode", "TaskUID"), ("missing_task_uid", "TaskUID", "RetCode")],
    )
    async def test_a_field_is_missing_from_the_answer_of_an_accepted_task(self, client, kind, gone, left):
        client.sandbox.faults.add(kind)
        answer = await client.call(SUBMIT, **client.extract_parameters())
        assert gone not in answer and left in answer
        assert accepted(client) == 1

    @pytest.mark.parametrize(
        ("option", "ret_code", "tasks"),
        [({}, 153, 0), ({"ret_code": 110, "message": "timed out", "accepted": True}, 110, 1)],
    )
    async def test_ret_code_answers_any_code_with_or_without_effect(self, client, option, ret_code, tasks):
        client.sandbox.faults.add("ret_code", **option)
        answer = await client.call(SUBMIT, **client.extract_parameters())
        assert (answer["RetCode"], answer["Action"], "TaskUID" in answer) == (ret_code, SUBMIT, False)
        assert answer["Message"] == option.get("message", "Too many requests")
        assert accepted(client) == tasks

    async def test_ret_code_can_come_with_another_http_status(self, client):
        client.sandbox.faults.add("ret_code", ret_code=5000, status=500)
        response = await client.post(client.signed("ListModels"))
        assert (response.status_code, response.json()["RetCode"]) == (500, 5000)

    async def test_late_resets_and_has_its_effect_a_while_later(self, client, until):
        client.sandbox.faults.add("late", seconds=0.5)
        with pytest.raises(httpx.TransportError):
            await client.submit()
        assert accepted(client) == 0
        await until(lambda: accepted(client) == 1)

    async def test_late_can_be_answered_once_it_has_its_effect(self, client):
        client.sandbox.faults.add("late", seconds=0.3, answered=True)
        uid = await client.submit()
        assert [task.uid for task in client.sandbox.tasks] == [uid]

    async def test_what_is_late_when_the_server_ends_has_no_effect(self):
        sandbox = Sandbox()
        sandbox.faults.add("late", seconds=1000.0)
        async with httpx.AsyncClient(trust_env=False, timeout=20) as http, sandbox.serve() as running:
            with pytest.raises(httpx.TransportError):
                await http.post(running.endpoint, json={"Action": SUBMIT})
        assert sandbox.tasks == []

    @pytest.mark.parametrize("status", [202, 500])
    async def test_odd_status_has_the_whole_answer_in_it(self, client, status):
        client.sandbox.faults.add("odd_status", status=status)
        response = await client.post(client.signed(SUBMIT, **client.extract_parameters()))
        assert response.status_code == status
        assert response.json()["TaskUID"] == client.sandbox.tasks[0].uid

    async def test_http_can_say_where_to_go(self, client):
        client.sandbox.faults.add("http", status=302, location="https://elsewhere.example/")
        response = await client.post(client.signed("ListModels"))
        assert (response.status_code, response.headers["Location"]) == (302, "https://elsewhere.example/")

    async def test_a_row_of_faults_strikes_a_row_of_requests(self, client):
        client.sandbox.faults.add("ret_code", ret_code=150)
        client.sandbox.faults.add("pass", times=2)
        client.sandbox.faults.add("http")
        codes = []
        for _ in range(5):
            response = await client.post(client.signed("ListModels"))
            codes.append(response.json()["RetCode"] if response.status_code == 200 else response.status_code)
        assert codes == [150, 0, 0, 503, 0]

    async def test_a_fault_can_wait_for_one_request_among_many(self, client):
        client.sandbox.faults.add("ret_code", where={"Seed": 2})
        codes = [(await client.call(SUBMIT, **client.extract_parameters(Seed=seed)))["RetCode"] for seed in (1, 2, 2)]
        assert codes == [0, 153, 0]

    async def test_a_poll_can_be_struck_while_tasks_go_on(self, client):
        uid = await client.submit()
        client.sandbox.faults.add("ret_code", action="ListTasksDetails", ret_code=110)
        assert (await client.details(uid))["RetCode"] == 110
        await client.until(uid, "Finished")


class TestTasks:
    async def test_fail_ends_in_error_with_code_and_massage(self, client):
        client.sandbox.faults.add("fail", error_code=77, message="nothing to see")
        detail = await client.finished()
        assert (detail["Status"], detail["ErrorCode"], detail["ErrorMassage"]) == ("Error", 77, "nothing to see")
        assert detail["ImgList"] == []
        assert (await client.finished())["Status"] == "Finished"

    async def test_stuck_never_leaves_the_queue(self, client):
        client.sandbox.faults.add("stuck")
        uid = await client.submit()
        assert (await client.finished())["Status"] == "Finished"
        assert (await client.details(uid))["TaskDetailList"][0]["Status"] == "Queuing"
        assert (await client.call("ListRunningTasks"))["TaskUIDList"] == [uid]

    async def test_vanish_is_forgotten_after_so_many_answers(self, client):
        client.sandbox.faults.add("vanish", polls=2)
        uid = await client.submit()
        shown = [len((await client.details(uid))["TaskDetailList"]) for _ in range(4)]
        assert shown == [1, 1, 0, 0]
        client.sandbox.faults.add("vanish")
        client.sandbox.faults.add("stuck")
        hidden, stuck = await client.submit(), await client.submit()
        assert (await client.details(hidden))["TaskDetailList"] == []
        assert (await client.call("ListRunningTasks"))["TaskUIDList"] == [stuck]
        assert accepted(client) == 3

    async def test_unlisted_is_left_out_of_the_list_for_a_while_and_yet_known(self, client, until):
        client.sandbox.faults.add("unlisted", seconds=0.5)
        client.sandbox.service.task_runner.seconds_per_task = 1000.0
        uid = await client.submit()
        assert (await client.call("ListRunningTasks"))["TaskUIDList"] == []
        assert (await client.details(uid))["TaskDetailList"]
        await until(lambda: client.sandbox.service.tasks[uid].is_listed)
        assert (await client.call("ListRunningTasks"))["TaskUIDList"] == [uid]

    async def test_unknown_status_is_shown_so_many_times(self, client):
        client.sandbox.faults.add("unknown_status", word="Dreaming", polls=2)
        uid = await client.submit()
        words = [(await client.details(uid))["TaskDetailList"][0]["Status"] for _ in range(2)]
        assert words == ["Dreaming", "Dreaming"]
        await client.until(uid, "Finished")
        client.sandbox.faults.add("unknown_status", polls=None)
        uid = await client.submit()
        while not (detail := (await client.details(uid))["TaskDetailList"][0])["ImgList"]:
            assert detail["Status"] == "Archiving"
        assert detail["Status"] == "Archiving"

    @pytest.mark.parametrize("count", [0, 1, 5])
    async def test_picture_count_gives_fewer_or_more_pictures_than_asked_for(self, client, count):
        client.sandbox.faults.add("picture_count", count=count)
        detail = await client.finished(BatchSize=2)
        assert (detail["Status"], len(detail["ImgList"])) == ("Finished", count)

    @pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
    async def test_picture_format_gives_other_files(self, client, file_format):
        client.sandbox.faults.add("picture_format", format=file_format)
        response = await client.http.get((await client.finished())["ImgList"][0])
        assert response.headers["Content-Type"] == f"image/{file_format.lower()}"
        assert Image.open(BytesIO(response.content)).format == file_format


class TestDownloads:
    async def url(self, client):
        return (await client.finished())["ImgList"][0]

    async def test_reset_breaks_a_download(self, client):
        url = await self.url(client)
        client.sandbox.faults.add("reset", action="download")
        with pytest.raises(httpx.ReadError):
            await client.http.get(url)
        assert (await client.http.get(url)).status_code == 200

    async def test_hang_keeps_a_download_waiting(self, client):
        url = await self.url(client)
        client.sandbox.faults.add("hang", action="download")
        with pytest.raises(httpx.ReadTimeout):
            await client.http.get(url, timeout=httpx.Timeout(10, read=0.3))

    @pytest.mark.parametrize("status", [403, 404, 500])
    async def test_http_answers_a_download_with_a_status(self, client, status):
        url = await self.url(client)
        client.sandbox.faults.add("http", action="download", status=status)
        assert (await client.http.get(url)).status_code == status
        assert (await client.http.get(url)).status_code == 200

    async def test_truncated_body_ends_before_its_content_length(self, client):
        url = await self.url(client)
        client.sandbox.faults.add("truncated_body")
        with pytest.raises(httpx.RemoteProtocolError, match=r"incomplete|without sending"):
            await client.http.get(url)

    async def test_slow_and_slow_body_come_whole_in_the_end(self, client):
        url = await self.url(client)
        whole = (await client.http.get(url)).content
        client.sandbox.faults.add("slow", action="download", seconds=0.3)
        client.sandbox.faults.add("slow_body", seconds=2.0)
        assert (await client.http.get(url)).content == whole
        async with client.http.stream("GET", url) as response:
            chunks = [chunk async for chunk in response.aiter_raw()]
        assert b"".join(chunks) == whole
        assert len(chunks) > 3

    async def test_corrupt_picture_has_the_right_length_and_does_not_decode(self, client):
        url = await self.url(client)
        whole = (await client.http.get(url)).content
        client.sandbox.faults.add("corrupt_picture")
        broken = (await client.http.get(url)).content
        assert len(broken) == len(whole)
        assert broken.startswith(b"\x89PNG")
        with pytest.raises((OSError, SyntaxError, UnidentifiedImageError)):
            Image.open(BytesIO(broken)).load()

    async def test_html_and_empty_body_come_in_place_of_a_picture(self, client):
        url = await self.url(client)
        client.sandbox.faults.add("html")
        client.sandbox.faults.add("empty_body")
        page, nothing = await client.http.get(url), await client.http.get(url)
        assert page.headers["Content-Type"].startswith("text/html")
        assert page.content.startswith(b"<!doctype html>")
        assert (nothing.status_code, nothing.content) == (200, b"")

    async def test_a_download_fault_can_wait_for_the_pictures_of_one_request(self, client):
        urls = [(await client.finished(Seed=seed))["ImgList"][0] for seed in (1, 2)]
        client.sandbox.faults.add("html", where={"Seed": 2})
        types = [(await client.http.get(url)).headers["Content-Type"] for url in urls]
        assert types == ["image/png", "text/html"]


class TestOverHttp:
    async def test_faults_are_added_shown_and_cleared(self, client):
        wanted = [{"kind": "http", "status": 502}, {"kind": "reset", "where": {"Seed": 3}, "times": None}]
        added = (await client.control("POST", "faults", json=wanted)).json()
        assert [fault["kind"] for fault in added] == ["http", "reset"]
        assert (await client.post(client.signed("ListModels"))).status_code == 502
        state = (await client.control("GET", "state")).json()["faults"]
        assert state["fired"] == [{"kind": "http", "action": "ListModels"}]
        assert [fault["kind"] for fault in state["waiting"]] == ["reset"]
        await client.control("DELETE", "faults")
        assert client.sandbox.faults.waiting == []

    @pytest.mark.parametrize(
        "wanted", [{"kind": "explode"}, {"action": "ListModels"}, {"kind": "slow", "minutes": 1}, [7], 7]
    )
    async def test_a_fault_that_does_not_exist_is_refused(self, client, wanted):
        response = await client.control("POST", "faults", json=wanted)
        assert response.status_code == 400
        assert response.text

    async def test_controls_need_json(self, client):
        assert (await client.control("POST", "faults", content=b"{")).status_code == 400


def test_no_kind_of_fault_is_left_out_here():
    text = Path(__file__).read_text("utf-8")
    assert [kind for kind in FAULT_KINDS if f'"{kind}"' not in text] == []
