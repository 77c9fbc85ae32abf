"""What went wrong is read without a click, in the interface's language."""

from pathlib import Path

import pytest
from comfyui_picpik.devtools.comfyui_server import PACK_FOLDER, ComfyuiServer
from comfyui_picpik.devtools.environment import Environment
from comfyui_picpik.tests.browser.canvases import CANVASES, build, opened, toast
from comfyui_picpik.tests.unit.web.test_phrases import ERRORS, PHRASES, translated
from playwright.sync_api import Browser, Page, expect

EMPTY_MASK = {
    "en": "nothing is painted, all 64 x 32 values are 0.",
    "zh": "没有涂抹，全部 64 x 32 个值都是 0。",
}

TRANSLATE = """async ([folder, phrases, texts]) => {
    const { makeDictionary, translateText } = await import(`/extensions/${folder}/phrases.js`)
    const dictionary = makeDictionary(phrases)
    return texts.map((text) => translateText(dictionary, text))
}"""


each_canvas = pytest.mark.parametrize("canvas", CANVASES)


def graph_with_an_empty_mask(page: Page) -> None:
    nodes = {
        "example": {"type": "PicpikExampleImages", "pos": [40, 100]},
        "mask": {"type": "SolidMask", "pos": [40, 300], "values": {"value": 0, "width": 64, "height": 32}},
        "apply": {"type": "PicpikApplyReferencePattern", "pos": [420, 100]},
        "preview": {"type": "PreviewImage", "pos": [860, 100]},
    }
    links = [
        ("example", 0, "apply", "raw_image"),
        ("mask", 0, "apply", "mask"),
        ("example", 2, "apply", "pattern_image"),
        ("apply", 0, "preview", "images"),
    ]
    build(page, nodes, *links)


@pytest.mark.parametrize("locale", EMPTY_MASK)
@each_canvas
def test_an_error_is_shown_in_full_at_once(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment, canvas: str, locale: str
):
    with opened(browser, comfyui, environment, canvas, f"error-{locale}-{canvas}", locale) as front_end:
        graph_with_an_empty_mask(front_end.page)

        assert front_end.run().kind == "execution_error"

        expect(toast(front_end.page, EMPTY_MASK[locale])).to_be_visible()
        assert front_end.page_errors == []


INTO_SUBGRAPHS = """(depth) => {
    const graph = app.canvas.graph
    let inside = made.apply
    for (let level = 0; level < depth; level++) inside = graph.convertToSubgraph(new Set([inside])).node
}"""


@pytest.mark.parametrize("depth", [1, 2])
@each_canvas
def test_an_error_in_a_subgraph_bears_the_title_that_its_node_has_there(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment, canvas: str, depth: int
):
    with opened(browser, comfyui, environment, canvas, f"error-in-subgraph-{depth}-{canvas}") as front_end:
        page = front_end.page
        graph_with_an_empty_mask(page)
        page.evaluate("made.apply.title = 'The print of the sleeve'")
        page.evaluate(INTO_SUBGRAPHS, depth)

        end = front_end.run()

        assert end.kind == "execution_error"
        assert end.detail["node_id"].count(":") == depth
        expect(toast(page, EMPTY_MASK["en"])).to_contain_text("The print of the sleeve")
        assert front_end.page_errors == []


def test_the_page_translates_as_the_table_test_does(browser: Browser, comfyui: ComfyuiServer, environment: Environment):
    lines = [line for error in ERRORS for line in str(error).splitlines()]
    with opened(browser, comfyui, environment, "classic", Path(__file__).stem) as front_end:
        given = front_end.page.evaluate(TRANSLATE, [PACK_FOLDER, PHRASES, lines])

    assert given == [translated(line) for line in lines]
