"""ComfyUI's real front end in a Chromium, on a real server with the pack in it."""

import re
from collections.abc import Iterator

import pytest
from comfyui_picpik.devtools import chromium
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.devtools.environment import Environment
from comfyui_picpik.devtools.fixtures import comfyui, environment, sandbox, source, start_comfyui, start_sandbox
from comfyui_picpik.devtools.front_end import FrontEnd
from playwright.sync_api import Browser, ViewportSize, expect, sync_playwright

__all__ = ["comfyui", "environment", "sandbox", "source", "start_comfyui", "start_sandbox"]

PATIENCE = 60_000
"""Milliseconds to wait for what is to come: a busy machine draws the front end slowly."""

VIEWPORT = ViewportSize(width=1600, height=1000)


@pytest.fixture(scope="session")
def browser(environment: Environment) -> Iterator[Browser]:
    """One browser for all tests."""
    found = chromium.find(environment)
    expect.set_options(timeout=PATIENCE)
    assert found, "There is no browser. `python3 dev.py test browser` gets one."
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=list(chromium.FLAGS))
        yield started
        started.close()


@pytest.fixture(params=["classic", "nodes2"])
def front_end(
    request: pytest.FixtureRequest, browser: Browser, comfyui: ComfyuiServer, environment: Environment
) -> Iterator[FrontEnd]:
    """The front end, opened, in each of its two canvases; a screenshot of how the test left it is kept.

    Each test has a browser context of its own, without tabs and drafts of others, and no first-visit dialog.
    """
    set_setting(comfyui, "Comfy.TutorialCompleted", True)
    set_setting(comfyui, "Comfy.VueNodes.Enabled", request.param == "nodes2")
    set_setting(comfyui, "Comfy.Locale", "en")
    set_setting(comfyui, "Comfy.RightSidePanel.IsOpen", False)
    context = browser.new_context(viewport=VIEWPORT, base_url=comfyui.url)
    context.set_default_timeout(PATIENCE)
    opened = FrontEnd(context.new_page())
    opened.open()
    yield opened
    name = re.sub(r"[^\w.-]+", "-", request.node.name).strip("-")
    opened.page.screenshot(path=environment.artifacts / "browser" / f"{name}.png")
    context.close()


def set_setting(comfyui: ComfyuiServer, name: str, value: bool | str) -> None:
    """Settings live on the server and take effect when a page is loaded."""
    comfyui.client.http.post(f"/api/settings/{name}", json=value).raise_for_status()
