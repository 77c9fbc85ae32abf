"""The box of Extract Pattern, chosen on the picture with the mouse, in either canvas."""

import io
from typing import Any

import pytest
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.devtools.environment import Environment
from comfyui_picpik.tests.browser.canvases import CANVASES, build, opened
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

WIDTH, HEIGHT = 640, 480
WHOLE = {"x": 0, "y": 0, "width": 0, "height": 0}

FIT_VIEW = "app.extensionManager.command.execute('Comfy.Canvas.FitView')"

STANDS_STILL = """(element) => new Promise((resolve) => {
    let before = ""
    let frames = 0
    const look = () => {
        const { x, y, width, height } = element.getBoundingClientRect()
        const now = [x, y, width, height].join()
        frames = now === before ? frames + 1 : 0
        before = now
        frames < 20 ? requestAnimationFrame(look) : resolve()
    }
    look()
})"""

SENT = "async () => (await app.graphToPrompt()).output[made.extract.id].inputs"


@pytest.fixture(scope="module", autouse=True)
def picture(comfyui: ComfyuiServer) -> str:
    content = io.BytesIO()
    Image.linear_gradient("L").resize((WIDTH, HEIGHT)).convert("RGB").save(content, "PNG")
    files = {"image": ("box-test.png", content.getvalue(), "image/png")}
    return comfyui.client.http.post("/upload/image", files=files).raise_for_status().json()["name"]


def show(page: Page, picture: str) -> None:
    nodes = {
        "load": {"type": "LoadImage", "pos": [40, 100], "values": {"image": picture}},
        "extract": {"type": "PicpikExtractPattern", "pos": [420, 100]},
        "preview": {"type": "PreviewImage", "pos": [900, 100]},
    }
    build(page, nodes, ("load", 0, "extract", "raw_image"), ("extract", 0, "preview", "images"))


def corners(place: Locator) -> tuple[float, float, float, float]:
    """x, y, width and height, once the place stands still: the view glides to where all nodes are seen."""
    place.evaluate(STANDS_STILL)
    found = place.bounding_box()
    assert found
    return found["x"], found["y"], found["width"], found["height"]


def drag(page: Page, place: Locator, start: tuple[float, float], way: tuple[float, float]) -> None:
    """From `start`, in shares of the place, by `way` in pixels."""
    x, y, width, height = corners(place)
    begin = x + start[0] * width, y + start[1] * height
    page.mouse.move(*begin)
    page.mouse.down()
    page.mouse.move(begin[0] + way[0], begin[1] + way[1], steps=8)
    page.mouse.up()


def draw_a_quarter(page: Page, canvas: str) -> None:
    """Chooses about the lower right quarter of the picture."""
    if canvas == "classic":
        page.wait_for_function("document.querySelector('.picpik-box').height > 200")  # the node has made room for it
        page.evaluate(FIT_VIEW)
        picture = page.locator(".picpik-box")
        *_, width, height = corners(picture)
        drag(page, picture, (0.5, 0.5), (width / 2 - 1, height / 2 - 1))
    else:
        page.wait_for_function("made.extract.widgets.find((each) => each.name === 'box').value.width > 0")
        page.evaluate(FIT_VIEW)
        picture = page.get_by_test_id("crop-overlay")
        *_, width, height = corners(picture)
        # most of the corner lies inside the picture, the rest is cut off
        drag(page, page.get_by_test_id("crop-resize-nw"), (0.75, 0.75), (width / 2, height / 2))


def is_the_quarter(box: dict[str, Any]) -> bool:
    wanted = {"x": WIDTH / 2, "y": HEIGHT / 2, "width": WIDTH / 2, "height": HEIGHT / 2}
    return all(abs(box[side] - wanted[side]) < 30 for side in wanted)


@pytest.mark.parametrize("canvas", CANVASES)
def test_a_box_drawn_with_the_mouse_is_sent_and_opens_the_same_in_the_other_canvas(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment, picture: str, canvas: str
):
    with opened(browser, comfyui, environment, canvas, f"box-{canvas}") as front_end:
        page = front_end.page
        show(page, picture)
        expect(page.locator(".picpik-box" if canvas == "classic" else "[data-testid=crop-overlay]")).to_be_visible()
        assert page.evaluate(SENT)["box"] == WHOLE
        draw_a_quarter(page, canvas)
        page.wait_for_function("made.extract.serialize().widgets_values[0].x > 0")

        sent = page.evaluate(SENT)
        saved = page.evaluate("app.graph.serialize()")
        assert is_the_quarter(sent["box"]), sent["box"]
        assert (sent["width"], sent["height"]) == (0, 0)  # the node's own, whose names are those of the box's sides
        assert front_end.page_errors == []

    (other,) = set(CANVASES) - {canvas}
    with opened(browser, comfyui, environment, other, f"box-{canvas}-opened-in-{other}") as front_end:
        page = front_end.page
        page.evaluate("workflow => app.loadGraphData(workflow)", saved)
        page.evaluate(FIT_VIEW)
        page.evaluate("window.made = { extract: app.graph.nodes.find((node) => node.type === 'PicpikExtractPattern') }")
        shown = page.locator(".picpik-box" if other == "classic" else "[data-testid=crop-overlay]")
        expect(shown).to_be_visible()
        reopened = page.evaluate(SENT)

    assert reopened == sent
