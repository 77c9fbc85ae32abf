"""Every ComfyUI that the README names as tested: the pack loads without a word, and both Actions run."""

import re

import pytest
from comfyui_picpik.devtools import comfyui_source
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.devtools.fixtures import ROOT
from comfyui_picpik.tests.comfy.prompts import apply_prompt, extract_prompt
from comfyui_picpik.tests.comfy.test_workflows import complaints

OLDER = [version for version in comfyui_source.RELEASES if version != comfyui_source.DEFAULT]


@pytest.mark.parametrize("sandboxed", OLDER, indirect=True)
def test_an_older_comfyui_loads_the_pack_and_runs_both_actions(sandboxed: ComfyuiServer):
    for prompt in (extract_prompt(), apply_prompt()):
        outcome = sandboxed.client.run(prompt)
        assert (outcome.status, outcome.errors) == ("success", [])
        assert outcome.images["3"]

    assert complaints(sandboxed.log_text()) == []


def test_the_readme_and_the_registry_name_the_oldest_tested_version():
    oldest = min(comfyui_source.RELEASES, key=lambda version: [int(part) for part in version.split(".")])
    assert re.search(rf'requires-comfyui = ">={re.escape(oldest)}"', (ROOT / "pyproject.toml").read_text("utf-8"))
    readme = (ROOT / "README.md").read_text("utf-8")
    assert all(version in readme for version in comfyui_source.RELEASES)
