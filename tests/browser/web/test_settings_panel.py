"""Settings > PICPIK: keys are given there, used at once, and then nowhere to be found."""

import json
from collections.abc import Iterator

import pytest
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.devtools.environment import Environment
from comfyui_picpik.sandbox import SandboxThread, start_in_thread
from comfyui_picpik.tests.browser.canvases import CANVASES, extract_graph, open_settings, opened, screenshots
from playwright.sync_api import Browser, Page, Response, expect

PUBLIC, PRIVATE = "canary-public-key", "canary-private-key"

EVERYTHING_IN_THE_PAGE = """() => JSON.stringify([
    document.documentElement.outerHTML,
    [...document.querySelectorAll("input, textarea")].map((input) => input.value),
    { ...localStorage }, { ...sessionStorage },
    app.graph.serialize(),
])"""

each_canvas = pytest.mark.parametrize("canvas", CANVASES)


@pytest.fixture(scope="module")
def canary() -> Iterator[SandboxThread]:
    """A service whose keys must be seen nowhere."""
    running = start_in_thread(public_key=PUBLIC, private_key=PRIVATE)
    yield running
    running.stop()


def fill(page: Page, label: str, text: str) -> None:
    page.locator(".picpik-panel").get_by_label(label, exact=True).fill(text)


@each_canvas
def test_keys_from_the_panel_are_used_at_once_and_appear_nowhere(
    browser: Browser, keyless: ComfyuiServer, environment: Environment, canary: SandboxThread, canvas: str
):
    served: list[Response] = []
    with opened(browser, keyless, environment, canvas, f"settings-keys-{canvas}") as front_end:
        page = front_end.page
        page.on("response", lambda answer: served.append(answer))
        open_settings(page)
        panel = page.locator(".picpik-panel")
        expect(panel).to_contain_text("no keys")
        fill(page, "Name", "Studio")
        panel.get_by_label("Endpoint").select_option("own")
        panel.get_by_placeholder("https://").fill(canary.endpoint)
        fill(page, "PublicKey", PUBLIC)
        fill(page, "PrivateKey", PRIVATE)
        panel.get_by_role("button", name="Save").click()
        expect(panel).to_contain_text("Saved.")
        expect(panel.get_by_label("PrivateKey")).to_have_value("")
        panel.get_by_role("button", name="Test connection").click()
        expect(panel).to_contain_text("Signature: accepted.")
        page.screenshot(path=screenshots(environment) / f"settings-panel-{canvas}.png")
        page.keyboard.press("Escape")

        extract_graph(page, seed=100 + CANVASES.index(canvas))
        assert front_end.run().kind == "execution_success"
        assert len(canary.sandbox.tasks) == 1 + CANVASES.index(canvas)
        bodies = [answer.body() for answer in served if answer.ok and answer.request.resource_type in ("fetch", "xhr")]
        page.reload()
        page.wait_for_function("window.app?.graph && window.app.extensionManager")
        open_settings(page)
        expect(page.locator(".picpik-panel")).to_contain_text("saved keys")
        told = page.evaluate(EVERYTHING_IN_THE_PAGE)
        assert front_end.page_errors == []

    http = keyless.client.http
    routes = ("/settings", "/history", "/internal/logs", "/system_stats", "/picpik/accounts", "/picpik/tasks", "/i18n")
    told += "".join(http.get(route).text for route in routes) + keyless.log_text() + repr(bodies)
    outside = [path for path in keyless.folder.rglob("*") if path.is_file() and "__picpik" not in path.parts]
    holding = [path for path in outside if b"canary-" in path.read_bytes()]

    assert "canary-" not in told
    assert holding == []
    pictures = list((keyless.folder / "output").glob("*.png"))
    assert pictures
    assert any(b"PicpikExtractPattern" in picture.read_bytes() for picture in pictures)


@each_canvas
def test_what_cannot_work_is_refused_in_words(
    browser: Browser, keyless: ComfyuiServer, environment: Environment, canvas: str
):
    with opened(browser, keyless, environment, canvas, f"settings-refused-{canvas}") as front_end:
        open_settings(front_end.page)
        panel = front_end.page.locator(".picpik-panel")
        panel.get_by_label("Account", exact=True).select_option("")
        fill(front_end.page, "Name", "Half")
        fill(front_end.page, "PublicKey", "only one")
        panel.get_by_role("button", name="Save").click()

        expect(panel).to_contain_text("One of the two keys is missing.")
        expect(panel).to_contain_text("Give PublicKey and PrivateKey together.")


def test_the_panel_and_the_doctor_speak_chinese(browser: Browser, keyless: ComfyuiServer, environment: Environment):
    keyless.client.http.post("/picpik/accounts", json={"name": "Try", "endpoint": "sandbox"}).raise_for_status()
    with opened(browser, keyless, environment, "nodes2", "settings-chinese", locale="zh") as front_end:
        open_settings(front_end.page)
        panel = front_end.page.locator(".picpik-panel")
        panel.get_by_label("账户", exact=True).select_option("Try")
        panel.get_by_role("button", name="测试连接").click()

        expect(panel).to_contain_text("签名：已通过。")
        expect(panel).to_contain_text("任务：0 个运行中。")


def test_the_page_s_own_settings_know_nothing_of_accounts(keyless: ComfyuiServer):
    assert "PICPIK.Accounts" not in json.dumps(keyless.client.http.get("/settings").json())
