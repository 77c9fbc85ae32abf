"""What is learned of a service from calls that are made anyway, and what is never kept of them."""

import dataclasses
import errno
import json
import logging
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from comfyui_picpik.imaging import describe_picture
from comfyui_picpik.picpik.accounts import Recorder, read_facts, service_facts, service_name
from comfyui_picpik.picpik.api import (
    Account,
    ApiError,
    Client,
    DataUri,
    GenerateImages,
    Generation,
    HttpRefused,
    ResizeImage,
)
from comfyui_picpik.sandbox import Quirks, Running, Sandbox
from comfyui_picpik.tests.integration.sandbox.conftest import encoded_picture
from comfyui_picpik.tests.waiting import until_true

CANARY = "canaryprompt"
REQUEST = GenerateImages(
    generation=Generation(positive_prompts=(CANARY, "金丝雀提示"), seed=77, width=64, height=64),
)


@dataclasses.dataclass
class House:
    """A recorder, a client and a service."""

    home: Path
    running: Running
    client: Client
    recorder: Recorder

    @property
    def sandbox(self) -> Sandbox:
        return self.running.sandbox

    def facts(self) -> dict[str, Any]:
        self.recorder.flush()
        return read_facts(self.home).get(service_name(self.running.endpoint), {})

    async def carried_out(self, request: Any = REQUEST) -> str:
        """A task from its submit to its pictures; gives its TaskUID."""
        uid = await self.client.submit(request.to_params())
        await self.client.running_tasks()

        async def is_over() -> bool:
            return (await self.client.task_details([uid]))[uid].status.ended

        await until_true(is_over)
        for url in (await self.client.task_details([uid]))[uid].image_urls:
            await self.client.download(url)
        return uid


Start = Callable[..., Any]


@pytest.fixture
def house(tmp_path: Path) -> Start:
    @asynccontextmanager
    async def start(*, is_sandbox: bool = False, **quirks: Any) -> AsyncIterator[House]:
        recorder = Recorder(tmp_path, describe_picture)
        sandbox = Sandbox(seconds_queued=0.1, seconds_per_task=0.1, quirks=Quirks(**quirks))
        async with sandbox.serve() as running:
            account = Account(running.endpoint, running.public_key, running.private_key, is_sandbox=is_sandbox)
            client = Client(account, observer=recorder)
            try:
                yield House(tmp_path, running, client, recorder)
            finally:
                await client.aclose()
                recorder.flush()

    return start


async def test_a_task_teaches_words_their_order_fields_formats_and_times(house: Start):
    async with house() as it:
        await it.carried_out()
        facts = it.facts()

    assert facts["calls"]["GenerateImages"] == 1
    assert facts["orders"] == {"Queuing > Running > Finished": 1}
    assert facts["status_words"]["Finished"]["with results"] >= 1
    assert facts["status_words"]["Running"]["told"]["Seed"] >= 1
    assert facts["answers"]["GenerateImages"]["TaskUID: String"] == 1
    assert "TaskDetailList[].ErrorMassage: String" in facts["answers"]["ListTasksDetails"]
    assert facts["results"] == {"PNG 64 x 64 RGB": 1}
    assert {"submit to answer", "submit to listed as running", "submit to Running", "submit to picture"} <= set(
        facts["seconds"]
    )
    assert abs(facts["clock_offset"]["latest seconds"]) <= 1


async def test_what_data_makes_of_names_is_not_kept_as_names_of_fields(house: Start):
    async with house() as it:
        await it.client.models()
        fields = it.facts()["answers"]["ListModels"]

    assert "MainModels{}.InferenceParams.CFGScale: Float" in fields
    assert "PICPIK" not in json.dumps(fields)


async def test_refusals_teach_their_codes_and_messages(house: Start):
    async with house() as it:
        it.sandbox.faults.add(
            "ret_code", ret_code=520, message="no credits for “canaryprompt”", action="GenerateImages"
        )
        it.sandbox.faults.add("http", status=429, action="ListRunningTasks")
        with pytest.raises(ApiError):
            await it.client.submit(REQUEST.to_params())
        with pytest.raises(HttpRefused):
            await it.client.running_tasks()
        facts = it.facts()

    code = facts["ret_codes"]["520"]
    assert code == {"times": 1, "actions": {"GenerateImages": 1}, "messages": {"no credits for “…”": 1}}
    assert facts["http_refusals"] == {"429": 1}
    assert facts["throttled"]["actions"] == {"ListRunningTasks": 1}


async def test_a_failed_task_teaches_its_code_and_its_message_without_the_prompt(house: Start):
    async with house() as it:
        it.sandbox.faults.add("fail", error_code=5001, message=f"bad words: {CANARY}, 金丝雀提示")
        uid = await it.carried_out()
        stranger = Recorder(it.home, describe_picture)  # after a restart nobody knows what was sent
        client = Client(it.client.account, observer=stranger)
        await client.task_details([uid])
        await client.aclose()
        stranger.flush()
        messages = it.facts()["error_codes"]["5001"]["messages"]

    assert set(messages) == {"bad words: …, …", "(not kept: the task was submitted elsewhere)"}


async def test_nothing_of_what_was_sent_or_signed_is_in_the_file(house: Start, tmp_path: Path):
    async with house() as it:
        picture = encoded_picture(64, 64)
        it.sandbox.faults.add(
            "ret_code", ret_code=230, message=f"{picture} {it.running.public_key}", action="ResizeImage"
        )
        uid = await it.carried_out()
        with pytest.raises(ApiError):
            await it.client.submit(ResizeImage(DataUri.encode("image/png", [b"pixels"]), 64, 64).to_params())
        with pytest.raises(ApiError):
            it.sandbox.faults.add("ret_code", ret_code=230, message=f"no {uid}", action="ListTasksDetails")
            await it.client.task_details([uid])
        it.recorder.flush()
        keys = (it.running.public_key, it.running.private_key)
        tokens = [file.token for task in it.sandbox.tasks for file in task.files]

    content = (tmp_path / "service_facts.json").read_text("utf-8")
    for canary in (*keys, uid, CANARY, "金丝雀", picture[30:70], *tokens):
        assert canary not in content
    assert "/results/" not in content


async def test_the_sandbox_inside_comfyui_teaches_nothing(house: Start, tmp_path: Path):
    async with house(is_sandbox=True) as it:
        await it.carried_out()
    assert not os.listdir(tmp_path)  # noqa: PTH208


async def test_what_differs_is_said_once_and_not_again_after_a_restart(house: Start, caplog: pytest.LogCaptureFixture):
    async with house(status_words={"Finished": "FIN"}) as it:
        await it.carried_out()
        it.recorder.flush()
        await it.carried_out(dataclasses.replace(REQUEST, generation=dataclasses.replace(REQUEST.generation, seed=78)))
        it.recorder.flush()
        again = Recorder(it.home, describe_picture)
        client = Client(it.client.account, observer=again)
        await client.running_tasks()
        await client.aclose()
        again.flush()

    said = [record.message for record in caplog.records if record.name == "picpik"]
    assert len([line for line in said if "“FIN”" in line and "finished" in line]) == 1
    assert all(record.levelno == logging.WARNING for record in caplog.records if record.name == "picpik")


async def test_a_disk_that_takes_nothing_is_said_once_and_keeps_no_call_from_its_answer(
    house: Start, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(service_facts, "write_json", full)
    async with house() as it:
        for _ in range(2):
            assert await it.client.running_tasks() == []
            it.recorder.flush()
    assert [record.message for record in caplog.records].count(
        "PICPIK: what was learned of the service cannot be kept (No space left on device)."
    ) == 1


async def test_a_fault_in_the_recorder_costs_no_answer(house: Start, monkeypatch: pytest.MonkeyPatch, caplog):
    async with house() as it:
        monkeypatch.setattr(it.recorder, "answered", lambda *_: 1 / 0)
        assert await it.client.submit(REQUEST.to_params())
    assert "by a fault of the pack" in caplog.text
