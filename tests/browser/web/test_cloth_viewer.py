"""The cloth in Repeat Pattern: drawn by the browser as Python lays it, moved, zoomed, and never waiting for a run."""

import base64
import io
from typing import Any

import numpy as np
import pytest
import torch
from comfyui_picpik.devtools.comfyui_server import PACK_FOLDER, ComfyuiServer
from comfyui_picpik.devtools.environment import Environment
from comfyui_picpik.pattern import Extent, lay_out, parse_layout
from comfyui_picpik.tests.browser.canvases import CANVASES, build, opened, screenshots
from comfyui_picpik.tests.browser.picture_pickers import FIT_VIEW, STANDS_STILL, corners, link
from PIL import Image
from playwright.sync_api import Browser, Page, expect

REPEAT = "PicpikRepeatPattern"
WIDTH, HEIGHT = 41, 37
"""Of the tile: both odd, and neither divided by 2, 3 or 5."""

each_canvas = pytest.mark.parametrize("canvas", CANVASES)

LAID = [
    ("straight", "1/2"),
    ("half-drop", "1/2"),
    ("half-drop", "1/3"),
    ("half-drop", "4/6"),
    ("half-brick", "1/2"),
    ("half-brick 2/5", "1/2"),
    ("mirror", "1/2"),
    ("turned", "1/2"),
]

EXTENTS = [
    Extent(3, 2),
    Extent(3, 2, width_cm=2.5, dpi=100),
    Extent(3, 2, width_cm=3, height_cm=5),
    Extent(3, 2, height_cm=2.1),
    Extent(4, 5, width_cm=1.27, height_cm=1.27, dpi=5),  # 2.5 pixels a side
]

DRAW = """async ([pack, tile, layout, drop, extent]) => {
    const { extentOf, paintCloth, parseLayout, straightTile } = await import(`/extensions/${pack}/cloth.js`)
    const picture = Object.assign(new Image(), { src: tile })
    await picture.decode()
    const size = [picture.naturalWidth, picture.naturalHeight]
    const cloth = extentOf(size, extent)
    const pen = new OffscreenCanvas(cloth.width, cloth.height).getContext("2d")
    paintCloth(pen, straightTile(picture, size, parseLayout(layout, drop)), cloth, { x: 0, y: 0, scale: 1 })
    const { data } = pen.getImageData(0, 0, cloth.width, cloth.height)
    let bytes = ""
    for (const byte of data) bytes += String.fromCharCode(byte)
    return [cloth.width, cloth.height, btoa(bytes)]
}"""

PIXEL = """([x, y]) => {
    const canvas = document.querySelector(".picpik-cloth")
    return [...canvas.getContext("2d").getImageData(x * canvas.width, y * canvas.height, 1, 1).data]
}"""
"""Of the cloth on the screen, at shares of its width and height."""

SEEN = "() => document.querySelector('.picpik-cloth').toDataURL()"

SET = """([name, value]) => {
    const widget = made.picker.widgets.find((each) => each.name === name)
    widget.value = value
    widget.callback?.(value)
}"""


def tile(side: int = 1) -> np.ndarray:
    """A tile of noise [H,W,3], each pixel `side` large."""
    noise = np.random.default_rng(7).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    return noise.repeat(side, 0).repeat(side, 1)


def halves(left: str, right: str, width: int = 200, height: int = 100) -> Image.Image:
    picture = Image.new("RGB", (width, height), right)
    picture.paste(left, (0, 0, width // 2, height))
    return picture


def png(picture: Image.Image) -> bytes:
    content = io.BytesIO()
    picture.save(content, "PNG")
    return content.getvalue()


def uploaded(server: ComfyuiServer, picture: Image.Image, name: str) -> str:
    files = {"image": (name, png(picture), "image/png"), "overwrite": (None, "true")}
    return server.client.http.post("/upload/image", files=files).raise_for_status().json()["name"]


def show(page: Page, picture: str, **values: Any) -> None:
    """Load Image, Repeat Pattern as `made.picker`, Preview Image."""
    nodes = {
        "load": {"type": "LoadImage", "pos": [40, 100], "values": {"image": picture}},
        "picker": {"type": REPEAT, "pos": [420, 100], "values": values},
        "preview": {"type": "PreviewImage", "pos": [900, 100]},
    }
    build(page, nodes, ("load", 0, "picker", "tile"), ("picker", 0, "preview", "images"))


def cloth_in(page: Page):
    """The cloth, once it is drawn and the view stands still."""
    cloth = page.locator(".picpik-cloth")
    expect(cloth).to_be_visible()
    page.evaluate(FIT_VIEW)
    cloth.evaluate(STANDS_STILL)
    return cloth


def put(page: Page, name: str, value: Any) -> None:
    page.evaluate(SET, [name, value])


def wait_for_colour(page: Page, colour: tuple[int, int, int], x: float, y: float) -> None:
    """Until the cloth has this colour at these shares of its width and height."""
    page.wait_for_function(
        f"([place, colour]) => String(({PIXEL})(place)) === String(colour)", arg=[[x, y], [*colour, 255]]
    )


def test_the_browser_lays_cloth_as_python_does_to_the_pixel(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment
):
    picture = tile()
    address = "data:image/png;base64," + base64.b64encode(png(Image.fromarray(picture))).decode()
    cases = [*((laid, EXTENTS[0]) for laid in LAID), *((LAID[2], extent) for extent in EXTENTS[1:])]
    with opened(browser, comfyui, environment, "classic", "cloth-pixels") as front_end:
        for (layout, drop), extent in cases:
            width, height, data = front_end.page.evaluate(DRAW, [PACK_FOLDER, address, layout, drop, vars(extent)])
            drawn = np.frombuffer(base64.b64decode(data), np.uint8).reshape(height, width, 4)
            straight = torch.from_numpy(parse_layout(layout, drop).straight_tile(picture))
            laid = lay_out(straight[None], *extent.size(WIDTH, HEIGHT))[0]
            assert drawn[..., :3].shape == laid.shape, extent
            assert np.array_equal(drawn[..., :3], laid.numpy()), (layout, drop, extent)


@each_canvas
def test_cloth_follows_the_widgets_without_a_run_and_says_what_cannot_be_laid(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment, canvas: str
):
    red, blue = (200, 30, 30), (30, 30, 200)
    picture = uploaded(comfyui, halves(f"rgb{red}", f"rgb{blue}"), "cloth-halves.png")
    with opened(browser, comfyui, environment, canvas, f"cloth-follows-{canvas}") as front_end:
        page = front_end.page
        build(page, {"picker": {"type": REPEAT, "pos": [420, 100]}})
        hint = page.locator(".picpik-cloth-hint")
        expect(hint).to_have_text("Link tile to a picture to see the cloth here.")

        show(page, picture, columns=2, rows=2)
        facts = page.locator(".picpik-cloth-facts")
        expect(facts).to_have_text("400 × 200 px")
        cloth_in(page)
        wait_for_colour(page, red, 0.1, 0.3)
        wait_for_colour(page, red, 0.6, 0.7)
        put(page, "layout", "mirror")
        wait_for_colour(page, blue, 0.6, 0.7)
        put(page, "layout", "half-brick")
        wait_for_colour(page, red, 0.6, 0.3)
        wait_for_colour(page, blue, 0.6, 0.7)
        put(page, "drop", "3/2")
        expect(hint).to_have_text("drop: “3/2” is no fraction between 0 and 1, such as 1/2 or 1/3.")
        expect(page.locator(".picpik-cloth")).to_be_hidden()
        put(page, "layout", "straight")
        expect(hint).to_have_text("")
        put(page, "columns", 100)
        expect(hint).to_have_text("The cloth would have 20000 × 200 pixels; 16384 is its longest side.")
        put(page, "width_cm", 20)
        put(page, "dpi", 50)
        expect(facts).to_have_text("394 × 200 px · 20.0 × 10.2 cm")
        page.screenshot(path=screenshots(environment) / f"cloth-{canvas}.png")
        assert page.evaluate("made.picker.serialize().widgets_values.slice(0, 7)") == [
            "straight", "3/2", 100, 2, 20, 0, 50,
        ]  # fmt: skip
        assert front_end.page_errors == []


@each_canvas
def test_cloth_is_moved_and_zoomed_with_mouse_keys_and_buttons(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment, canvas: str
):
    picture = uploaded(comfyui, Image.fromarray(tile(4)), "cloth-noise.png")
    with opened(browser, comfyui, environment, canvas, f"cloth-moved-{canvas}") as front_end:
        page = front_end.page
        show(page, picture, columns=5, rows=5)
        cloth = cloth_in(page)
        graph = "[app.canvas.ds.scale, ...app.canvas.ds.offset].join()"
        x, y, width, height = corners(cloth)
        middle = x + width / 2, y + height / 2
        seen = [page.evaluate(SEEN)]

        def changes(why: str, is_back: bool = False) -> None:
            wanted = f"({SEEN})() === first" if is_back else f"![first, last].includes(({SEEN})())"
            page.wait_for_function(f"([first, last]) => {wanted}", arg=[seen[0], seen[-1]])
            seen.append(page.evaluate(SEEN))
            assert (seen[-1] == seen[0]) is is_back, why
            assert is_back or seen[-1] != seen[-2], why

        page.mouse.click(*middle)
        around = page.evaluate(graph)
        page.mouse.wheel(0, -600)
        changes("wheel")
        page.mouse.move(*middle)
        page.mouse.down()
        page.mouse.move(middle[0] + 50, middle[1] + 20, steps=3)
        page.mouse.up()
        changes("drag")
        page.mouse.dblclick(*middle)
        changes("double click", is_back=True)
        for key in ("+", "+", "+", "ArrowRight", "ArrowDown", "l", "-"):
            cloth.press(key)
            changes(key)
        cloth.press("l")
        cloth.press("0")
        changes("0", is_back=True)
        for name in ("Zoom in (+)", "Lines of the repeat (L)"):
            page.get_by_role("button", name=name).click()
            changes(name)
        expect(page.get_by_role("button", name="Lines of the repeat (L)")).to_have_attribute("aria-pressed", "true")
        page.screenshot(path=screenshots(environment) / f"cloth-lines-{canvas}.png")
        page.get_by_role("button", name="Lines of the repeat (L)").click()
        page.get_by_role("button", name="Fit: all of the cloth (0)").click()
        changes("fit", is_back=True)

        assert page.evaluate(graph) == around  # all of that was for the cloth
        page.evaluate("document.activeElement.blur()")
        page.mouse.move(*middle)
        page.mouse.wheel(0, -300)
        page.wait_for_function(f"{graph} !== {around!r}")  # not clicked on, it does not keep the wheel
        assert page.evaluate("app.graph.nodes.length") == 3
        assert front_end.page_errors == []


@each_canvas
def test_behind_other_nodes_the_cloth_is_that_of_the_last_run(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment, canvas: str
):
    red, blue = (200, 30, 30), (30, 30, 200)
    number = CANVASES.index(canvas)
    first = uploaded(comfyui, halves(f"rgb{red}", f"rgb{blue}", 200, 100 + 2 * number), f"cloth-{canvas}-1.png")
    with opened(browser, comfyui, environment, canvas, f"cloth-run-{canvas}") as front_end:
        page = front_end.page
        nodes = {
            "load": {"type": "LoadImage", "pos": [40, 100], "values": {"image": first}},
            "double": {"type": "RepeatImageBatch", "pos": [40, 500], "values": {"amount": 2}},
            "four": {"type": "PrimitiveInt", "pos": [40, 800], "values": {"value": 4}},
            "layout": {"type": "PrimitiveString", "pos": [40, 650], "values": {"value": "half-drop 1/2"}},
            "picker": {"type": REPEAT, "pos": [420, 100], "values": {"columns": 2, "rows": 2}},
            "preview": {"type": "PreviewImage", "pos": [900, 100]},
        }
        links = [("load", 0, "double", "image"), ("double", 0, "picker", "tile"), ("picker", 0, "preview", "images")]
        build(page, nodes, *links)
        hint = page.locator(".picpik-cloth-hint")
        expect(hint).to_have_text("Run once to see the cloth here.")
        assert front_end.run().kind == "execution_success"
        cloth_in(page)
        wait_for_colour(page, red, 0.6, 0.7)
        page.get_by_role("button", name="Next tile of the batch").click()
        expect(page.get_by_role("button", name="Next tile of the batch")).to_have_text("2/2")
        put(page, "layout", "mirror")
        wait_for_colour(page, blue, 0.6, 0.7)

        link(page, "layout", 0, "layout")  # what is chosen in the node is not what runs any more
        wait_for_colour(page, red, 0.6, 0.7)
        page.evaluate("void made.load.connect(0, made.picker, 'tile')")  # nor does the last run tell of this picture
        expect(hint).to_have_text("layout is linked: run once to see the cloth here.")
        link(page, "four", 0, "columns")
        assert front_end.run().kind == "execution_success"
        expect(hint).to_have_text("")
        expect(page.locator(".picpik-cloth-facts")).to_have_text(f"800 × {200 + 4 * number} px")
        assert front_end.page_errors == []


def test_a_picture_of_a_run_that_is_gone_is_said_and_no_fault(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment
):
    picture = uploaded(comfyui, halves("red", "blue"), "cloth-gone.png")
    with opened(browser, comfyui, environment, "nodes2", "cloth-gone", expected="picpik.tile") as front_end:
        page = front_end.page
        show(page, picture)
        page.evaluate("void made.picker.disconnectInput(made.picker.findInputSlot('tile'))")
        page.evaluate(
            """() => {
                const tile = { filename: "picpik.tile_gone.png", subfolder: "", type: "temp" }
                const run = { tile, width: 9, height: 9, layout: "straight", cloth: [27, 27] }
                app.nodeOutputs[made.picker.id] = { picpik_cloth: [run] }
            }"""
        )
        expect(page.locator(".picpik-cloth-hint")).to_have_text(
            "The picture of the last run is no longer there. Run once to see the cloth here."
        )
