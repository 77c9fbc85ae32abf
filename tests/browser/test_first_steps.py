"""A new user's first minutes, by the README: a template, the error without keys, the sandbox, the picture, the help."""

import pytest
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.devtools.environment import Environment
from comfyui_picpik.tests.browser.canvases import CANVASES, open_settings, open_task_list, opened, screenshots, toast
from playwright.sync_api import Browser, expect

TEMPLATE = "extract-a-tileable-pattern"


@pytest.mark.parametrize("canvas", CANVASES)
def test_from_the_template_without_keys_to_a_picture_and_its_help_page(
    browser: Browser, keyless: ComfyuiServer, environment: Environment, canvas: str
):
    keyless.client.http.post(
        "/free", json={"free_memory": True, "unload_models": True}
    )  # forget the other canvas's run
    shots = screenshots(environment)
    with opened(browser, keyless, environment, canvas, f"first-steps-help-{canvas}") as front_end:
        page = front_end.page
        front_end.open_template(TEMPLATE)

        assert front_end.run().kind == "execution_error"
        error = toast(page, "No PICPIK keys")
        expect(error).to_contain_text("Settings > PICPIK")
        expect(error).to_contain_text("PICPIK_PUBLIC_KEY")
        page.screenshot(path=shots / f"first-steps-error-{canvas}.png")

        open_settings(page)
        panel = page.locator(".picpik-panel")
        panel.get_by_label("Name", exact=True).fill("Try")
        panel.get_by_label("Endpoint").select_option("sandbox")
        panel.get_by_role("button", name="Save").click()
        expect(panel).to_contain_text("Saved.")
        panel.get_by_role("button", name="Test connection").click()
        expect(panel).to_contain_text("Signature: accepted.")
        page.keyboard.press("Escape")

        assert front_end.run().kind == "execution_success"
        assert front_end.broken_nodes() == []
        expect(error).to_have_count(0)
        expect(open_task_list(page).first).to_contain_text("Extract Pattern")
        page.evaluate("app.extensionManager.command.execute('Comfy.Canvas.FitView')")
        page.screenshot(path=shots / f"first-steps-done-{canvas}.png")
        page.get_by_role("button", name="PICPIK").first.click()

        page.evaluate("app.canvas.selectNode(app.graph.nodes.find((node) => node.type === 'PicpikExtractPattern'))")
        page.get_by_test_id("info-button").click()
        help_page = page.get_by_role("heading", name="Extract Pattern").first
        expect(help_page).to_be_visible()
        expect(page.get_by_text("GeneratePatternsFromImage").first).to_be_visible()
        expect(page.locator("img[src*='/docs/']").first).not_to_have_js_property("naturalWidth", 0)
        assert front_end.page_errors == []
