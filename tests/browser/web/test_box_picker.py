"""The box of Extract Pattern, chosen on the picture itself, in either canvas."""

from collections.abc import Iterator
from typing import Any

import pytest
from comfyui_picpik.devtools.comfyui_server import PACK_FOLDER, ComfyuiServer
from comfyui_picpik.devtools.environment import Environment
from comfyui_picpik.devtools.front_end import FrontEnd
from comfyui_picpik.tests.browser.canvases import CANVASES, build, opened, place_on_the_canvas
from comfyui_picpik.tests.browser.picture_pickers import (
    HEIGHT,
    SENT,
    WIDTH,
    corners,
    find,
    link,
    picture_in,
    show,
    wait_until_whole,
)
from playwright.sync_api import Browser, Page, expect

WHOLE = {"x": 0, "y": 0, "width": 0, "height": 0}
BOX = {"x": 1000, "y": 800, "width": 2000, "height": 1500}

SET_BOX = """(value) => {
    const widget = made.picker.widgets.find((each) => each.name === "box")
    widget.value = value
    widget.callback(value)
}"""

EXTRACT = "PicpikExtractPattern"

each_canvas = pytest.mark.parametrize("canvas", CANVASES)


def show_extract(page: Page, picture: str, *between: tuple[str, dict[str, Any]], **values: Any) -> None:
    show(page, picture, *between, node=EXTRACT, width=64, height=64, **values)


def drag(page: Page, start: tuple[float, float], way: tuple[float, float]) -> None:
    """On the picture, from `start`, in shares of it, by `way` in pixels of the screen."""
    x, y, width, height = corners(picture_in(page))
    begin = x + start[0] * width, y + start[1] * height
    page.mouse.move(*begin)
    page.mouse.down()
    page.mouse.move(begin[0] + way[0], begin[1] + way[1], steps=4)
    page.mouse.up()


def is_the_quarter(box: dict[str, Any]) -> bool:
    wanted = {"x": WIDTH / 2, "y": HEIGHT / 2, "width": WIDTH / 2, "height": HEIGHT / 2}
    return all(abs(box[side] - wanted[side]) < 30 for side in wanted)


@each_canvas
def test_a_box_drawn_with_the_mouse_is_sent_and_opens_the_same_in_the_other_canvas(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment, upload, canvas: str
):
    with opened(browser, comfyui, environment, canvas, f"box-{canvas}") as front_end:
        page = front_end.page
        show_extract(page, upload(WIDTH, HEIGHT))
        assert page.evaluate(SENT)["box"] == WHOLE
        *_, width, height = corners(picture_in(page))
        drag(page, (0.5, 0.5), (width / 2 - 1, height / 2 - 1))

        sent = page.evaluate(SENT)
        saved = page.evaluate("app.graph.serialize()")
        assert is_the_quarter(sent["box"]), sent["box"]
        assert (sent["width"], sent["height"]) == (64, 64)  # the node's own, whose names are those of the box's sides
        assert front_end.page_errors == []

    (other,) = set(CANVASES) - {canvas}
    with opened(browser, comfyui, environment, other, f"box-{canvas}-opened-in-{other}") as front_end:
        page = front_end.page
        page.evaluate("workflow => app.loadGraphData(workflow)", saved)
        find(page, EXTRACT)
        picture_in(page)
        assert page.evaluate(SENT) == sent


@each_canvas
def test_a_drawn_box_is_taken_back_by_undo_and_by_the_button(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment, upload, canvas: str
):
    with opened(browser, comfyui, environment, canvas, f"box-undone-{canvas}") as front_end:
        page = front_end.page
        show_extract(page, upload(WIDTH, HEIGHT))
        picture_in(page)
        drag(page, (0.1, 0.1), (60, 60))
        assert page.evaluate(SENT)["box"] != WHOLE
        page.get_by_role("button", name="Whole picture").click()
        assert page.evaluate(SENT)["box"] == WHOLE
        drag(page, (0.5, 0.5), (60, 60))
        drawn = page.evaluate(SENT)["box"]
        drag(page, (0.1, 0.1), (60, 60))
        assert page.evaluate(SENT)["box"] not in (WHOLE, drawn)

        page.evaluate("app.extensionManager.command.execute('Comfy.Undo')")
        find(page, EXTRACT, f"made.picker.widgets[0].value.x === {drawn['x']}")

        assert page.evaluate(SENT)["box"] == drawn


@each_canvas
def test_a_click_that_slips_leaves_the_box_of_a_large_photo(large: FrontEnd):
    outside, inside = (0.05, 0.05), (0.3, 0.35)
    for start in (outside, inside):
        for way in ((0, 0), (1, 1), (3, -2)):
            drag(large.page, start, way)
            assert large.page.evaluate(SENT)["box"] == BOX
            large.page.wait_for_timeout(600)  # two clicks in a row would be a double-click


@each_canvas
def test_a_drag_that_the_system_cancels_leaves_the_box(large: FrontEnd):
    page = large.page
    x, y, width, height = corners(picture_in(page))
    page.mouse.move(x + width * 0.05, y + height * 0.05)
    page.mouse.down()
    page.mouse.move(x + width * 0.5, y + height * 0.5, steps=4)
    page.locator(".picpik-picker-picture").evaluate("(canvas) => canvas.releasePointerCapture(1)")
    page.mouse.move(x + width * 0.7, y + height * 0.7, steps=4)
    page.mouse.up()

    assert page.evaluate(SENT)["box"] == BOX


@each_canvas
def test_a_strip_too_thin_to_be_sent_is_not_drawn(large: FrontEnd):
    drag(large.page, (0.6, 0.1), (2, 80))

    assert large.page.evaluate(SENT)["box"] == BOX


@each_canvas
def test_the_box_is_moved_sized_and_taken_away_with_the_keyboard(large: FrontEnd):
    page = large.page
    picture = picture_in(page)
    expect(picture).to_have_accessible_name("Box on the picture: 2000 × 1500 at 1000, 800")
    for keys in ("ArrowRight", "ArrowRight", "ArrowUp", "Shift+ArrowLeft", "Shift+ArrowDown"):
        picture.press(keys)
    assert page.evaluate(SENT)["box"] == {"x": 1016, "y": 792, "width": 1992, "height": 1508}

    picture.press("Delete")

    assert page.evaluate(SENT)["box"] == WHOLE  # and the node is still there


@pytest.fixture
def large(
    browser: Browser,
    comfyui: ComfyuiServer,
    environment: Environment,
    upload,
    canvas: str,
    request: pytest.FixtureRequest,
) -> Iterator[FrontEnd]:
    """A front end with a box on a photo of 6000 x 4000 pixels."""
    with opened(browser, comfyui, environment, canvas, request.node.name) as front_end:
        show_extract(front_end.page, upload(6000, 4000))
        front_end.page.evaluate(SET_BOX, BOX)
        yield front_end
        assert front_end.page_errors == []


def test_zeros_typed_on_the_classic_canvas_are_the_whole_picture(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment
):
    with opened(browser, comfyui, environment, "classic", "box-typed") as front_end:
        page = front_end.page
        nodes = {"picker": {"type": "PicpikExtractPattern", "pos": [420, 100]}}
        build(page, nodes)
        page.evaluate(SET_BOX, {"x": 8, "y": 8, "width": 100, "height": 80})
        for side in ("x", "y", "width", "height"):
            type_number(page, f"box {side}", "0")

        assert page.evaluate(SENT)["box"] == WHOLE


def type_number(page: Page, name: str, number: str) -> None:
    """Into a number field of the classic canvas, which is nothing but painted."""
    page.mouse.dblclick(*place_on_the_canvas(page, "PicpikExtractPattern", name))
    page.locator(".graphdialog input").fill(number)
    page.keyboard.press("Enter")


@each_canvas
def test_behind_another_node_the_picture_is_there_once_it_was_run_and_after_a_reload(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment, upload, canvas: str
):
    with opened(browser, comfyui, environment, canvas, f"box-behind-{canvas}") as front_end:
        show_extract(front_end.page, upload(WIDTH, HEIGHT), ("ImageScaleBy", {"scale_by": 0.5}), seed=800)
        front_end.page.evaluate("app.loadGraphData(app.graph.serialize())")  # gives the workflow an id
        hint = front_end.page.locator(".picpik-picker-hint")
        expect(hint).to_have_text("Run once to see the picture here and to draw the box on it.")
        assert front_end.run().kind == "execution_success"
        expect(front_end.page.locator(".picpik-picked")).to_have_text("The whole picture, 320 × 240")

        page = front_end.page
        front_end.open_with(page.evaluate("app.graph.serialize()"))
        find(page, EXTRACT)
        expect(page.locator(".picpik-picked")).to_have_text("The whole picture, 320 × 240")
        picture_in(page)
        drag(page, (0.25, 0.25), (40, 40))
        box = page.evaluate(SENT)["box"]
        assert (abs(box["x"] - 80) < 4, abs(box["y"] - 60) < 4) == (True, True)  # pixels of the resized picture


@each_canvas
def test_a_copied_workflow_has_its_picture_from_the_cache(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment, canvas: str
):
    with opened(browser, comfyui, environment, canvas, f"box-cached-{canvas}") as front_end:
        front_end.open_template("extract-a-tileable-pattern")
        assert front_end.run().kind == "execution_success"
        saved = front_end.page.evaluate("app.graph.serialize()")

    with opened(browser, comfyui, environment, canvas, f"box-cached-copy-{canvas}") as front_end:
        page = front_end.page
        saved["id"] = f"c0ffee00-0000-4000-8000-00000000000{CANVASES.index(canvas)}"
        page.evaluate("workflow => app.loadGraphData(workflow)", saved)
        expect(page.locator(".picpik-picker-hint")).to_have_text(
            "Run once to see the picture here and to draw the box on it."
        )
        assert front_end.run().kind == "execution_success"
        expect(page.locator(".picpik-picked")).to_have_text("252 × 252 at 308, 274")
        picture_in(page)


@each_canvas
def test_in_a_subgraph_the_picture_is_there(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment, upload, canvas: str
):
    with opened(browser, comfyui, environment, canvas, f"box-in-a-subgraph-{canvas}") as front_end:
        page = front_end.page
        picture = upload(WIDTH, HEIGHT)
        show_extract(page, picture, ("ImageScaleBy", {"scale_by": 0.25}), seed=801)
        page.evaluate(
            """async () => {
                const nextFrame = () => new Promise(requestAnimationFrame)
                const { subgraph } = app.graph.convertToSubgraph(new Set([made.picker]))
                await nextFrame() // it is drawn from outside before anybody opens it
                await nextFrame()
                app.canvas.setGraph(subgraph)
                made.picker = subgraph.nodes.find((node) => node.type === "PicpikExtractPattern")
            }"""
        )
        assert front_end.run().kind == "execution_success"

        expect(page.locator(".picpik-picked")).to_have_text("The whole picture, 160 × 120")


@each_canvas
def test_the_hint_says_why_there_is_no_picture_and_is_never_cut_off(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment, upload, canvas: str
):
    with opened(browser, comfyui, environment, canvas, f"box-hints-{canvas}") as front_end:
        page = front_end.page
        nodes = {
            "picker": {"type": "PicpikExtractPattern", "pos": [420, 100]},
            "load": {"type": "LoadImage", "pos": [40, 100], "values": {"image": upload(WIDTH, HEIGHT)}},
            "box": {"type": "PrimitiveBoundingBox", "pos": [40, 600]},
        }
        build(page, nodes)
        hint = page.locator(".picpik-picker-hint")
        expect(hint).to_have_text("Link raw_image to a picture to draw the box on it here.")
        wait_until_whole(page)
        link(page, "load", 0, "raw_image")
        expect(hint).to_have_text("")
        link(page, "box", 0, "box")
        expect(hint).to_have_text("box is linked: it comes from there.")
        link(page, "load", 1, "region")
        expect(hint).to_have_text("region is linked: the box around what is painted there is used.")
        wait_until_whole(page)


@each_canvas
def test_the_picker_stands_below_the_box_and_takes_no_place_among_the_saved_values(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment, canvas: str
):
    with opened(browser, comfyui, environment, canvas, f"box-place-{canvas}") as front_end:
        page = front_end.page
        build(page, {"picker": {"type": "PicpikExtractPattern", "pos": [420, 100]}})
        names = page.evaluate("made.picker.widgets.map((widget) => widget.name)")
        values = page.evaluate("made.picker.serialize().widgets_values")

    assert names[:7] == ["box", "box x", "box y", "box width", "box height", "picpik_box_picker", "tiling"]
    assert values[:8] == [WHOLE, 0, 0, 0, 0, False, "PICPIK General", ""]


@each_canvas
def test_where_a_front_end_makes_other_fields_of_a_box_they_work_without_the_picker(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment, upload, canvas: str
):
    with opened(browser, comfyui, environment, canvas, f"box-plain-{canvas}") as front_end:
        page = front_end.page
        page.evaluate(
            """() => {
                const { addWidget } = LGraphNode.prototype
                LGraphNode.prototype.addWidget = function (type, name, ...others) {
                    return addWidget.call(this, type, name === "x" ? "left" : name, ...others)
                }
            }"""
        )
        show_extract(page, upload(WIDTH, HEIGHT))
        page.evaluate(SET_BOX, {"x": 8, "y": 8, "width": 100, "height": 80})

        assert page.locator(".picpik-picker").count() == 0
        assert page.evaluate(SENT)["box"] == {"x": 8, "y": 8, "width": 100, "height": 80}
        assert front_end.run().kind == "execution_success"
        assert front_end.page_errors == []


@pytest.mark.parametrize(
    "widgets",
    [
        "undefined",
        "[]",
        "[{ name: 'box', value: { x: 0, y: 0, width: 0, height: 0 } }]",
        "[{ name: 'box', value: null, linkedWidgets: ['x', 'y', 'width', 'height'].map((name) => ({ name })) }]",
        "[{ name: 'box', value: { x: 0, y: 0 }, linkedWidgets: ['x', 'y'].map((name) => ({ name })) }]",
    ],
)
def test_what_is_not_known_as_a_box_is_left_alone(front_end_page: Page, widgets: str):
    find = f"async (folder) => (await import(`/extensions/${{folder}}/box.js`)).Box.of({{ widgets: {widgets} }})"

    assert front_end_page.evaluate(find, PACK_FOLDER) is None


@pytest.fixture(scope="module")
def front_end_page(browser: Browser, comfyui: ComfyuiServer, environment: Environment) -> Iterator[Page]:
    with opened(browser, comfyui, environment, "classic", "box-unknown") as front_end:
        yield front_end.page
