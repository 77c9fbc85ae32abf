"""The pack in a real ComfyUI: it loads without a word of its own, and every example workflow gives its pictures."""

import json
import re
from pathlib import Path

import pytest
from comfyui_picpik.devtools.comfyui_server import PACK_FOLDER, ComfyuiServer
from comfyui_picpik.devtools.comfyui_source import OLDEST_SUPPORTED
from comfyui_picpik.devtools.fixtures import ROOT
from comfyui_picpik.devtools.workflows import Workflow

WORKFLOWS = sorted((ROOT / "example_workflows").glob("*.json"))

NODES = set(json.loads((ROOT / "tests" / "comfy" / "contract.json").read_text("utf-8")))


def complaints(log: str) -> list[str]:
    """Lines of ComfyUI's log that are about the pack and say that something is wrong."""
    about_us = re.compile(rf"{PACK_FOLDER}|picpik", re.IGNORECASE)
    wrong = re.compile(r"warn|error|fail|deprecat|cannot|traceback", re.IGNORECASE)
    return [line for line in log.splitlines() if about_us.search(line) and wrong.search(line)]


def test_there_are_example_workflows():
    assert WORKFLOWS


@pytest.mark.parametrize("sandboxed", [None, OLDEST_SUPPORTED], indirect=True)
def test_the_pack_loads_without_a_warning_and_runs_with_nothing_but_the_sandbox_chosen(sandboxed: ComfyuiServer):
    object_info = sandboxed.client.object_info()

    assert complaints(sandboxed.log_text()) == []
    assert set(object_info) >= NODES

    outcome = sandboxed.client.run(Workflow.load(WORKFLOWS[0]).to_prompt(object_info))

    assert (outcome.status, outcome.errors) == ("success", [])
    assert outcome.images
    assert complaints(sandboxed.log_text()) == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_an_example_workflow_gives_its_pictures(comfyui: ComfyuiServer, path: Path):
    workflow = Workflow.load(path)

    outcome = comfyui.client.run(workflow.to_prompt(comfyui.client.object_info()), workflow=workflow.content)

    assert (outcome.status, outcome.errors) == ("success", [])
    assert outcome.images
    assert all(picture.content for pictures in outcome.images.values() for picture in pictures)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_an_example_workflow_uses_only_our_nodes_and_comfyui_s_own(comfyui: ComfyuiServer, path: Path):
    object_info = comfyui.client.object_info()
    prompt = Workflow.load(path).to_prompt(object_info)

    modules = {object_info[node["class_type"]]["python_module"] for node in prompt.values()}

    assert f"custom_nodes.{PACK_FOLDER}" in modules
    assert all(module == f"custom_nodes.{PACK_FOLDER}" or not module.startswith("custom_nodes") for module in modules)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_the_template_browser_lists_an_example_workflow_with_its_thumbnail(comfyui: ComfyuiServer, path: Path):
    listed = comfyui.client.http.get("/workflow_templates").json()[PACK_FOLDER]
    thumbnail = comfyui.client.http.get(f"/api/workflow_templates/{PACK_FOLDER}/{path.stem}.jpg")

    assert path.stem in listed
    assert thumbnail.is_success
    assert thumbnail.headers["content-type"] == "image/jpeg"
