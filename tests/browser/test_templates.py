"""Each example workflow, opened from the template browser of ComfyUI's real front end and run by its button."""

from pathlib import Path

import pytest
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.devtools.fixtures import ROOT
from comfyui_picpik.devtools.front_end import FrontEnd
from comfyui_picpik.devtools.workflows import Workflow
from playwright.sync_api import expect

TEMPLATES = sorted((ROOT / "example_workflows").glob("*.json"))

each_template = pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)


@each_template
def test_a_template_opens_without_a_complaint_and_runs_to_its_end(front_end: FrontEnd, template: Path):
    front_end.open_template(template.stem)
    expect(front_end.error_card).to_have_count(0)
    assert front_end.broken_nodes() == []

    end = front_end.run()
    assert end.kind == "execution_success", end.detail

    expect(front_end.error_card).to_have_count(0)
    assert front_end.broken_nodes() == []
    assert front_end.page_errors == []


@pytest.mark.parametrize("front_end", ["classic"], indirect=True)
@each_template
def test_the_demo_sends_what_the_front_end_sends(front_end: FrontEnd, comfyui: ComfyuiServer, template: Path):
    front_end.open_template(template.stem)

    assert Workflow.load(template).to_prompt(comfyui.client.object_info()) == front_end.prompt()


def test_a_workflow_with_a_node_that_nobody_knows_would_be_noticed(front_end: FrontEnd):
    unknown = {"id": 1, "type": "NobodyKnowsThisNode", "pos": [0, 0], "size": [200, 100]}
    front_end.page.evaluate(
        "workflow => app.loadGraphData(workflow)", {"nodes": [unknown], "links": [], "version": 0.4}
    )

    expect(front_end.error_card).to_contain_text("NobodyKnowsThisNode")
    assert front_end.broken_nodes() == ["NobodyKnowsThisNode"]
