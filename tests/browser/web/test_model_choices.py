"""The lists of models follow the service; a value that they do not know stays what it is."""

from typing import Any

import pytest
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.devtools.environment import Environment
from comfyui_picpik.devtools.front_end import FrontEnd
from comfyui_picpik.tests.browser.canvases import CANVASES, extract_graph, opened, place_on_the_canvas
from playwright.sync_api import Browser, Page, expect

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
        front_end.open_with(page.evaluate("app.graph.serialize()"))
        with page.expect_response("**/picpik/models/refresh"):
            page.evaluate("app.extensionManager.command.execute('Comfy.RefreshNodeDefinitions')")
        page.wait_for_function(f"{MODEL}.options.values.includes('PICPIK Sandbox Textile')")

        assert page.evaluate(f"{MODEL}.value") == "A model of elsewhere"
        assert {"PICPIK General", "A model of elsewhere"} <= set(offered(page))
        assert models_sent(front_end) == {"A model of elsewhere"}


@each_canvas
def test_a_code_that_is_not_listed_can_be_typed(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment, canvas: str
):
    with opened(browser, comfyui, environment, canvas, f"model-typed-{canvas}") as front_end:
        page = front_end.page
        extract_graph(page, seed=1)
        press_the_button(page, canvas)
        page.get_by_role("dialog").get_by_role("textbox").fill(" Own model ")
        page.keyboard.press("Enter")
        page.wait_for_function(f"{MODEL}.value === 'Own model'")

        assert "Own model" in offered(page)
        assert "Own model" in models_sent(front_end)


@pytest.mark.parametrize("left_by", ["Escape", "Enter on nothing"])
@each_canvas
def test_whoever_types_no_code_keeps_the_model_of_the_saved_workflow(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment, canvas: str, left_by: str
):
    with opened(browser, comfyui, environment, canvas, f"model-kept-{canvas}") as front_end:
        page = front_end.page
        extract_graph(page, seed=1)
        page.evaluate(f"{MODEL}.value = 'A model of elsewhere'")
        page.evaluate("app.loadGraphData(app.graph.serialize())")
        page.evaluate(f"() => {{ {MODEL}.value = 'A third one' }}")  # as another pack's node may do
        press_the_button(page, canvas)
        field = page.get_by_role("dialog").get_by_role("textbox")
        expect(field).to_have_value("A third one")
        if left_by != "Escape":
            field.fill("")
        page.keyboard.press(left_by.split()[0])
        expect(page.get_by_role("dialog")).to_have_count(0)

        assert models_sent(front_end) == {"A third one"}


@each_canvas
def test_a_refresh_without_the_service_keeps_the_saved_code_in_the_list_and_waits_for_nothing(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment, canvas: str
):
    with opened(browser, comfyui, environment, canvas, f"models-offline-{canvas}") as front_end:
        page = front_end.page
        extract_graph(page, seed=1)
        page.evaluate(f"{MODEL}.value = 'A model of elsewhere'")
        page.route("**/picpik/models/refresh", lambda _: None)  # never answers
        page.evaluate("app.extensionManager.command.execute('Comfy.RefreshNodeDefinitions')")

        assert "A model of elsewhere" in offered(page)
        assert models_sent(front_end) == {"A model of elsewhere"}
        page.unroute_all(behavior="ignoreErrors")


def press_the_button(page: Page, canvas: str) -> None:
    """The one below the list: painted on the classic canvas, an element of the page in Nodes 2.0."""
    if canvas == "nodes2":
        page.get_by_role("button", name="Other model code…").first.click()
        return
    page.mouse.click(*place_on_the_canvas(page, "PicpikExtractPattern", "picpik_other_code"))


def models_sent(front_end: FrontEnd) -> set[str]:
    prompt = front_end.prompt()
    return {node["inputs"]["main_model"] for node in prompt.values() if "main_model" in node["inputs"]}
