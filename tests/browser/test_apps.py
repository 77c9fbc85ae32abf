"""Templates that are apps as well: their controls beside what they make, without a graph."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.devtools.environment import Environment
from comfyui_picpik.devtools.fixtures import ROOT
from comfyui_picpik.devtools.front_end import FrontEnd
from comfyui_picpik.tests.browser.canvases import CANVASES, opened
from playwright.sync_api import Browser, expect

TEMPLATES = sorted((ROOT / "example_workflows").glob("*.json"))
APPS = [path for path in TEMPLATES if "linearData" in json.loads(path.read_text("utf-8"))["extra"]]

LABELS = """inputs => inputs.map(([id, name]) => {
    const widget = app.graph.getNodeById(id).widgets.find((each) => each.name === name)
    return widget.label ?? widget.name
})"""


def test_there_are_apps():
    assert len(APPS) == 3


@pytest.fixture(params=CANVASES)
def fresh(
    request: pytest.FixtureRequest, browser: Browser, comfyui: ComfyuiServer, environment: Environment
) -> Iterator[FrontEnd]:
    """The front end in a page that nobody uses afterwards: an app takes the place of the canvas."""
    with opened(browser, comfyui, environment, request.param, request.node.name, anew=True) as front_end:
        yield front_end


@pytest.mark.parametrize("path", APPS, ids=lambda path: path.stem)
def test_an_app_has_its_controls_and_shows_what_it_makes(fresh: FrontEnd, path: Path):
    app = json.loads(path.read_text("utf-8"))["extra"]["linearData"]
    page = fresh.page
    fresh.open_template(path.stem)
    labels = page.evaluate(LABELS, app["inputs"])
    page.add_locator_handler(page.get_by_role("button", name="Skip"), lambda skip: skip.click())  # a welcome

    page.get_by_role("button", name="Enter app mode").first.click()

    for label in labels:
        expect(page.get_by_text(label, exact=True).locator("visible=true").first).to_be_visible()
    page.get_by_role("button", name="Run", exact=True).last.click()
    page.wait_for_function("window.ends.length")
    assert page.evaluate("window.ends[0][0]") == "execution_success"
    expect(page.get_by_test_id("linear-image-output").first).to_be_visible()
    assert fresh.page_errors == []
