"""The colours that Reduce Colours found, on the node in either canvas: copied by a click, and kept as its palette."""

import io

import pytest
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.devtools.environment import Environment
from comfyui_picpik.tests.browser.canvases import CANVASES, build, opened, screenshots, toast
from PIL import Image
from playwright.sync_api import Browser, expect

each_canvas = pytest.mark.parametrize("canvas", CANVASES)


@each_canvas
def test_found_colours_are_shown_with_their_shares_copied_and_kept(
    browser: Browser, comfyui: ComfyuiServer, environment: Environment, canvas: str
):
    picture = Image.new("RGB", (80, 60 + CANVASES.index(canvas)), "#bf5b3f")
    picture.paste("#2b5d5c", (0, 0, 20, picture.height))
    content = io.BytesIO()
    picture.save(content, "PNG")
    files = {"image": (f"colours-{canvas}.png", content.getvalue(), "image/png")}
    name = comfyui.client.http.post("/upload/image", files=files).raise_for_status().json()["name"]
    with opened(
        browser, comfyui, environment, canvas, f"found-{canvas}", permissions=["clipboard-read", "clipboard-write"]
    ) as front_end:
        page = front_end.page
        nodes = {
            "load": {"type": "LoadImage", "pos": [40, 100], "values": {"image": name}},
            "reduce": {"type": "PicpikReduceColours", "pos": [420, 100]},
            "preview": {"type": "PreviewImage", "pos": [900, 100]},
        }
        build(page, nodes, ("load", 0, "reduce", "images"), ("reduce", 0, "preview", "images"))
        assert front_end.run().kind == "execution_success"
        found = page.locator(".picpik-found-colour")
        expect(found).to_have_text(["#bf5b3f75.0 %", "#2b5d5c25.0 %"])
        page.screenshot(path=screenshots(environment) / f"found-colours-{canvas}.png")

        page.get_by_role("button", name="Copy #2b5d5c, 25.0 % of the print").click()
        expect(toast(page, "#2b5d5c")).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()") == "#2b5d5c"
        page.get_by_role("button", name="Use as palette").click()

        expect(page.get_by_label("Colour 2: #2b5d5c")).to_have_count(1)
        assert front_end.prompt()[page.evaluate("String(made.reduce.id)")]["inputs"]["palette"] == "#bf5b3f\n#2b5d5c"
        assert front_end.run().kind == "execution_success"
        assert front_end.page_errors == []
