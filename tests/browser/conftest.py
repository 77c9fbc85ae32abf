"""ComfyUI's real front end in a Chromium, on a real server with the pack in it."""

import io
from collections.abc import Iterator

import pytest
from comfyui_picpik.devtools import chromium
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.devtools.environment import Environment
from comfyui_picpik.devtools.fixtures import (
    comfyui,
    environment,
    keyless,
    sandbox,
    source,
    start_comfyui,
    unconfigured,
)
from comfyui_picpik.devtools.front_end import FrontEnd
from comfyui_picpik.tests.browser.canvases import CANVASES, TIMEOUT, opened
from PIL import Image
from playwright.sync_api import Browser, expect, sync_playwright

__all__ = ["comfyui", "environment", "keyless", "sandbox", "source", "start_comfyui", "unconfigured"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file's tests in one canvas, then those in the other: each finds the page that the one before has left."""
    files = list(dict.fromkeys(item.path for item in items))
    items.sort(key=lambda item: (files.index(item.path), _canvas(item)))


def _canvas(item: pytest.Item) -> str:
    """The one that a test is run in, as its parameters say."""
    parameters = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    return parameters.get("canvas") or parameters.get("front_end") or ""


@pytest.fixture(scope="session")
def browser(environment: Environment) -> Iterator[Browser]:
    """One browser for all tests."""
    found = chromium.find(environment)
    expect.set_options(timeout=TIMEOUT)
    assert found, "There is no browser. `python3 dev.py test browser` gets one."
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=list(chromium.FLAGS))
        yield started
        started.close()


@pytest.fixture(params=CANVASES)
def front_end(
    request: pytest.FixtureRequest, browser: Browser, comfyui: ComfyuiServer, environment: Environment
) -> Iterator[FrontEnd]:
    """The front end, opened, in each of its two canvases; a screenshot of how the test left it is kept.

    Each test has a browser context of its own, without tabs and drafts of others, and no first-visit dialog.
    """
    with opened(browser, comfyui, environment, request.param, request.node.name) as front_end:
        yield front_end


@pytest.fixture
def upload(comfyui: ComfyuiServer):
    """Puts a picture of a size into ComfyUI's input folder."""

    def upload(width: int, height: int) -> str:
        content = io.BytesIO()
        Image.linear_gradient("L").resize((width, height)).convert("RGB").save(content, "JPEG")
        files = {"image": (f"box-{width}x{height}.jpg", content.getvalue(), "image/jpeg")}
        return comfyui.client.http.post("/upload/image", files=files).raise_for_status().json()["name"]

    return upload
