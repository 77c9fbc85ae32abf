"""The pack's blueprints: found by the node search, put on the canvas by it, and run."""

import json

import pytest
from comfyui_picpik.devtools.fixtures import ROOT
from comfyui_picpik.devtools.front_end import FrontEnd
from comfyui_picpik.tests.browser.picture_pickers import FIT_VIEW
from playwright.sync_api import Locator, expect

BLUEPRINTS = sorted((ROOT / "subgraphs").glob("*.json"))

LINK_AN_EXAMPLE = """output => {
    const [blueprint] = app.graph.nodes
    const example = LiteGraph.createNode("PicpikExampleImages")
    app.graph.add(example)
    example.connect(example.outputs.findIndex(({ name }) => name === output), blueprint, 0)
}"""

OPEN_WITH_A_PICTURE = """file => {
    const [blueprint] = app.graph.nodes
    const picture = LiteGraph.createNode("LoadImage")
    app.graph.add(picture)
    picture.widgets.find(({ name }) => name === "image").value = file
    picture.connect(0, blueprint, 0)
    app.canvas.setGraph(blueprint.subgraph)
}"""


def look_for(front_end: FrontEnd, words: str) -> Locator:
    """What the node search finds, as on an empty canvas."""
    page = front_end.page
    page.evaluate("app.graph.clear()")
    page.evaluate("app.extensionManager.command.execute('Workspace.SearchBox.Toggle')")
    page.get_by_placeholder("Add a node").fill(words)
    return page.get_by_test_id("result-item")


def put_on_the_canvas(front_end: FrontEnd, title: str) -> None:
    expect(look_for(front_end, title).first).to_contain_text(title)
    front_end.page.keyboard.press("Enter")
    front_end.page.wait_for_function("title => app.graph.nodes.some((node) => node.title === title)", arg=title)


@pytest.mark.parametrize("front_end", ["classic"], indirect=True)
def test_the_search_finds_both_under_picpik(front_end: FrontEnd):
    found = look_for(front_end, "picpik").filter(has_text="Blueprints / PICPIK")
    expect(found).to_have_count(2)
    assert {item.inner_text().split("\n")[0] for item in found.all()} == {path.stem for path in BLUEPRINTS}


def test_a_tile_becomes_a_print_ready_cloth_in_one_node(front_end: FrontEnd):
    put_on_the_canvas(front_end, "Print-ready repeat (PICPIK)")
    front_end.page.evaluate(LINK_AN_EXAMPLE, "pattern")

    end = front_end.run()

    assert end.kind == "execution_success", end.detail
    assert front_end.broken_nodes() == []


def test_inside_the_mask_by_click_is_the_picture_to_click_on(front_end: FrontEnd, upload):
    page = front_end.page
    front_end.open_with(json.loads((ROOT / "subgraphs" / "Garment mask by click (PICPIK).json").read_text("utf-8")))
    page.evaluate(OPEN_WITH_A_PICTURE, upload(320, 240))
    page.evaluate(FIT_VIEW)

    page.locator(".picpik-picker canvas").click()

    page.wait_for_function("app.canvas.graph.nodes[0].widgets.find(({ name }) => name === 'include_points').value")
