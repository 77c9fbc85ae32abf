"""`dev.py pictures`: the pictures of `docs`, made anew from what the pack draws and from how its screens look now."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

from . import chromium
from .comfyui_server import ComfyuiServer
from .comfyui_source import ComfyuiSource
from .environment import Environment
from .front_end import FrontEnd
from .pack import imported
from .terminal import step

SETTINGS = {
    "Comfy.TutorialCompleted": True,
    "Comfy.VueNodes.Enabled": True,
    "Comfy.RightSidePanel.IsOpen": False,
    "Comfy.Minimap.Visible": False,
}
TEMPLATE = "extract-a-tileable-pattern"
SIZE: ViewportSize = {"width": 1440, "height": 900}
FIT = "app.extensionManager.command.execute('Comfy.Canvas.FitView')"


def run(environment: Environment, source: ComfyuiSource) -> int:
    """Makes all pictures; gives the exit code."""
    docs = environment.root / "docs"
    with step("Drawing icon and banner"):
        imported(environment.root, "artwork.emblems").write(docs)
    with environment.alone("pictures"):
        folder = environment.folder / "pictures"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        with step("Taking pictures of the screens"), ComfyuiServer(environment, source, folder) as server:
            _take(server, chromium.provide(environment), docs)
    return 0


def _take(server: ComfyuiServer, browser: Path, docs: Path) -> None:
    for name, value in SETTINGS.items():
        server.client.http.post(f"/api/settings/{name}", json=value).raise_for_status()
    with _page(server, browser) as page:
        front_end = FrontEnd(page)
        front_end.open()
        _choose_the_sandbox(page, docs)
        front_end.open_template(TEMPLATE)
        front_end.run()
        page.evaluate(FIT)
        _snap(page, docs / "first-pattern.jpg")
        page.get_by_role("button", name="PICPIK").first.click()
        expect(page.locator(".picpik-task img").first).to_be_visible()
        page.evaluate(FIT)
        _snap(page, docs / "tasks.jpg")


def _choose_the_sandbox(page: Page, docs: Path) -> None:
    """As somebody does who has no keys; the picture is of the form with which others give theirs."""
    page.keyboard.press("Control+,")
    page.get_by_role("dialog").get_by_text("PICPIK", exact=True).first.click()
    panel = page.locator(".picpik-panel")
    expect(panel.get_by_label("PublicKey", exact=True)).to_be_visible()
    _snap(page, docs / "keys.jpg")
    panel.get_by_label("Endpoint").select_option("sandbox")
    panel.get_by_role("button", name="Save").click()
    expect(panel).to_contain_text("Saved.")
    page.keyboard.press("Escape")


@contextmanager
def _page(server: ComfyuiServer, browser: Path) -> Iterator[Page]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=browser, args=list(chromium.FLAGS))
        page = started.new_context(viewport=SIZE, base_url=server.url).new_page()
        page.set_default_timeout(60_000)
        yield page
        started.close()


def _snap(page: Page, path: Path) -> None:
    """Of a page that stands still: two pictures in a row are the same."""
    before, now = b"", page.screenshot()
    while before != now:
        page.wait_for_timeout(300)
        before, now = now, page.screenshot()
    page.screenshot(path=path, type="jpeg", quality=85)
