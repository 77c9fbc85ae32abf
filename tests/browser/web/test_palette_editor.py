"""The colours of a palette below its text, in either canvas: chosen, added, removed, and bad ones shown as such."""

import pytest
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.devtools.environment import Environment
from comfyui_picpik.tests.browser.canvases import CANVASES, build, opened, screenshots
from comfyui_picpik.tests.browser.picture_pickers import find, link
from playwright.sync_api import Browser, Page, expect

each_canvas = pytest.mark.parametrize("canvas", CANVASES)

TEXT = "(name) => made.picker.widgets.find((each) => each.name === name).value"


def text(page: Page, name: str = "palette") -> str:
    return page.evaluate(TEXT, name)


@each_canvas
def test_colours_of_a_text_are_chosen_added_and_removed_and_undo_brings_them_back(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment, canvas: str
):
    written = "#f4ead5\nbf5b3f, reddish\n#ABC"
    with opened(browser, comfyui, environment, canvas, f"palette-{canvas}") as front_end:
        page = front_end.page
        nodes = {
            "picker": {"type": "PicpikReduceColours", "pos": [420, 100], "values": {"palette": written}},
            "text": {"type": "PrimitiveStringMultiline", "pos": [40, 100]},
        }
        build(page, nodes)
        swatches = page.locator(".picpik-palette input")
        expect(swatches).to_have_count(3)
        assert [swatches.nth(index).input_value() for index in range(3)] == ["#f4ead5", "#bf5b3f", "#aabbcc"]
        expect(page.get_by_role("img", name="“reddish” is no colour.")).to_be_visible()
        page.evaluate("app.loadGraphData(app.graph.serialize())")  # which is where Undo goes back to
        find(page, "PicpikReduceColours")

        page.get_by_label("Colour 2: #bf5b3f").fill("#2b5d5c")
        expect(page.get_by_label("Colour 2: #2b5d5c")).to_have_count(1)
        assert text(page) == "#f4ead5\n#2b5d5c, reddish\n#ABC"
        page.get_by_role("button", name="Add a colour").click()
        assert text(page) == "#f4ead5\n#2b5d5c, reddish\n#ABC\n#aabbcc"
        page.get_by_label("Colour 1: #f4ead5").press("Delete")
        assert text(page) == "#2b5d5c, reddish\n#ABC\n#aabbcc"
        assert page.evaluate("app.graph.nodes.length") == 2  # Delete was for the colour, not for the node
        page.screenshot(path=screenshots(environment) / f"palette-changed-{canvas}.png")

        for _ in range(3):
            page.evaluate("app.extensionManager.command.execute('Comfy.Undo')")
        find(page, "PicpikReduceColours", "made.picker.widgets.some(({ value }) => value === " + repr(written) + ")")
        expect(page.get_by_label("Colour 2: #bf5b3f")).to_have_count(1)

        page.evaluate("void (made.text = app.graph.nodes.find(({ type }) => type === 'PrimitiveStringMultiline'))")
        link(page, "text", 0, "palette")  # then the text here is not what runs
        expect(page.locator(".picpik-palette")).to_be_hidden()
        assert front_end.page_errors == []


@each_canvas
def test_both_palettes_of_a_colourway_have_colours_and_take_no_place_among_the_saved_values(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment, canvas: str
):
    values = {"palette_from": "#111111\n#eeeeee", "palette_to": "#aa0000\n#ffee00\n\n#001133\n#99ccff"}
    with opened(browser, comfyui, environment, canvas, f"palette-colourway-{canvas}") as front_end:
        page = front_end.page
        build(page, {"picker": {"type": "PicpikColourway", "pos": [420, 100], "values": values}})
        palettes = page.locator(".picpik-palette")
        expect(palettes.first.locator("input")).to_have_count(2)
        expect(palettes.last.locator("input")).to_have_count(4)

        places = palettes.last.locator("input").evaluate_all(
            "(found) => found.map((each) => [each.offsetLeft, each.offsetTop])"
        )
        assert places[0][0] == places[2][0] and places[0][1] < places[2][1]  # the next colourway begins a row
        assert page.evaluate("made.picker.serialize().widgets_values") == [*values.values(), True]
        assert front_end.page_errors == []
