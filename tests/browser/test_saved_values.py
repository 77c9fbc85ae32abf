"""What a workflow was saved with is what it opens with, in both canvases."""

from typing import Any

import pytest
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.devtools.environment import Environment
from comfyui_picpik.devtools.front_end import FrontEnd
from comfyui_picpik.tests.browser.canvases import CANVASES, extract_graph, opened
from playwright.sync_api import Browser

each_canvas = pytest.mark.parametrize("canvas", CANVASES)

EXTRACT = "app.graph.nodes.find((node) => node.type === 'PicpikExtractPattern')"


def sent(front_end: FrontEnd) -> dict[str, Any]:
    """The inputs of the node, as they would be sent."""
    (inputs,) = (each["inputs"] for each in front_end.prompt().values() if each["class_type"] == "PicpikExtractPattern")
    return inputs


@each_canvas
def test_a_size_between_the_steps_of_the_widget_stays(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment, canvas: str
):
    with opened(browser, comfyui, environment, canvas, f"saved-size-{canvas}") as front_end:
        extract_graph(front_end.page, seed=1, side=1022)

        front_end.open_with(front_end.page.evaluate("app.graph.serialize()"))

        assert (sent(front_end)["width"], sent(front_end)["height"]) == (1022, 1022)


@each_canvas
def test_a_workflow_of_before_max_tasks_opens_with_its_values_in_their_places_and_the_usual_allowance(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment, canvas: str
):
    with opened(browser, comfyui, environment, canvas, f"saved-before-max-tasks-{canvas}") as front_end:
        page = front_end.page
        extract_graph(page, seed=1)
        page.evaluate(f"{EXTRACT}.widgets.find((each) => each.name === 'upload_format').value = 'compact'")
        workflow = page.evaluate("app.graph.serialize()")
        (node,) = (each for each in workflow["nodes"] if each["type"] == "PicpikExtractPattern")
        node["inputs"] = [each for each in node["inputs"] if each["name"] != "max_tasks"]
        last = node["widgets_values"].index("compact")
        assert node["widgets_values"][last + 1] == 8
        del node["widgets_values"][last + 1 :]

        front_end.open_with(workflow)

        assert (sent(front_end)["upload_format"], sent(front_end)["max_tasks"]) == ("compact", 8)
