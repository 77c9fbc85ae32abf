"""Poll Task, and tasks that other programs have made."""

import asyncio

import httpx
import pytest
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.picpik.api import Account, Client
from comfyui_picpik.sandbox import SandboxThread, actions
from comfyui_picpik.sandbox.actions import TaskSpec, Texts
from comfyui_picpik.tests.comfy.prompts import node


def described(_parameters: object) -> TaskSpec:
    return TaskSpec(Texts(1, lambda _: "a dress with sprigs"), credits=1)


async def submitted(sandbox: SandboxThread, action: str) -> str:
    client = Client(Account(sandbox.endpoint, sandbox.public_key, sandbox.private_key))
    try:
        return await client.submit({"Action": action})
    finally:
        await client.aclose()


def test_the_text_of_a_task_that_another_program_made_is_given_and_is_in_the_task_list(
    comfyui: ComfyuiServer, http: httpx.Client, calm: SandboxThread, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(actions.ACTIONS, "DescribeThings", described)
    uid = asyncio.run(submitted(calm, "DescribeThings"))
    prompt = {"1": node("PicpikPollTask", task_uid=uid), "2": node("PreviewAny", source=["1", 3])}

    outcome = comfyui.client.run(prompt)

    assert outcome.errors == []
    assert outcome.shown["2"] == ["a dress with sprigs"]
    (task,) = (task for task in http.get("/picpik/tasks").json()["tasks"] if task["task_uid"] == uid)
    assert (task["action"], task["texts"], task["pictures"]) == ("DescribeThings", ["a dress with sprigs"], [])
    assert http.get(f"/picpik/tasks/{task['id']}/pictures/0").status_code == 404
