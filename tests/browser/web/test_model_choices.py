"""The lists of models follow the service; a value that they do not know stays what it is."""

from typing import Any

import pytest
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.devtools.environment import Environment
from comfyui_picpik.tests.browser.canvases import CANVASES, extract_graph, opened
from playwright.sync_api import Browser, Page

each_canvas = pytest.mark.parametrize("canvas", CANVASES)

MODEL = (
    "app.graph.nodes.find((node) => node.type === 'PicpikExtractPattern').widgets.find((w) => w.name === 'main_model')"
)


def offered(page: Page) -> Any:
    return page.evaluate(f"{MODEL}.options.values")


@each_canvas
def test_an_unknown_model_of_a_saved_workflow_stays_also_after_a_refresh(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment, canvas: str
):
    with opened(browser, comfyui, environment, canvas, f"models-{canvas}") as front_end:
        page = front_end.page
        extract_graph(page, seed=1)
        page.evaluate(f"{MODEL}.value = 'A model of elsewhere'")
        saved = page.evaluate("app.graph.serialize()")
        page.reload()
        page.wait_for_function("window.app?.graph?.nodes.length && window.app.extensionManager")
        page.evaluate("workflow => app.loadGraphData(workflow)", saved)
        with page.expect_response("**/picpik/models/refresh"):
            page.evaluate("app.extensionManager.command.execute('Comfy.RefreshNodeDefinitions')")
        page.wait_for_function(f"{MODEL}.options.values.includes('PICPIK Sandbox Textile')")

        assert page.evaluate(f"{MODEL}.value") == "A model of elsewhere"
        assert {"PICPIK General", "A model of elsewhere"} <= set(offered(page))
        prompt = front_end.prompt()
        assert "A model of elsewhere" in [node["inputs"].get("main_model") for node in prompt.values()]


@each_canvas
def test_a_code_that_is_not_listed_can_be_typed(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment, canvas: str
):
    with opened(browser, comfyui, environment, canvas, f"model-typed-{canvas}") as front_end:
        page = front_end.page
        extract_graph(page, seed=1)
        page.evaluate(f"() => {{ const w = {MODEL}; w.value = w.options.values.at(-1); w.callback(w.value) }}")
        page.get_by_role("dialog").get_by_role("textbox").fill("Own model")
        page.keyboard.press("Enter")
        page.wait_for_function(f"{MODEL}.value === 'Own model'")

        assert "Own model" in offered(page)
