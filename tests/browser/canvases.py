"""The front end on a server of the test's own, in the canvas and the language that the test asks for."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from comfyui_picpik.devtools import front_end_package
from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.devtools.environment import Environment
from comfyui_picpik.devtools.front_end import FrontEnd
from comfyui_picpik.tests.browser import left_pages
from playwright.sync_api import Browser, Locator, Page, expect

CANVASES = ("classic", "nodes2")

TIMEOUT = 60_000
"""Milliseconds to wait for what is to come: a busy machine draws the front end slowly."""

BUILD = """async ([nodes, links]) => {
    app.graph.clear()
    app.graph.id = crypto.randomUUID() // the front end would give new nodes what was typed into those of this id
    const made = {}
    for (const [name, { type, pos, values = {} }] of Object.entries(nodes)) {
        const node = made[name] = LiteGraph.createNode(type)
        node.pos = pos
        app.graph.add(node)
        for (const [widget, value] of Object.entries(values))
            node.widgets.find((each) => each.name === widget).value = value
    }
    for (const [from, slot, to, input] of links)
        made[from].connect(slot, made[to], made[to].inputs.findIndex((each) => each.name === input))
    window.made = made
    const nextFrame = () => new Promise(requestAnimationFrame)
    await nextFrame() // nodes have a size once they were drawn
    await nextFrame()
    await app.extensionManager.command.execute("Comfy.Canvas.FitView")
}"""

PLACE_ON_THE_CANVAS = """async ([type, name]) => {
    const { canvas, ds } = app.canvas
    const view = () => [ds.scale, ...ds.offset].join()
    for (let before = "", frames = 0; frames < 20; before = view()) {
        await new Promise(requestAnimationFrame)
        frames = view() === before ? frames + 1 : 0
    }
    const node = app.graph.nodes.find((each) => each.type === type)
    const widget = node.widgets.find((each) => each.name === name)
    const { left, top } = canvas.getBoundingClientRect()
    const [x, y] = [node.pos[0] + node.size[0] / 2, node.pos[1] + widget.y + 10]
    return [left + (x + ds.offset[0]) * ds.scale, top + (y + ds.offset[1]) * ds.scale]
}"""


@contextmanager
def opened(
    browser: Browser,
    server: ComfyuiServer,
    environment: Environment,
    canvas: str,
    screenshot: str,
    locale: str = "en",
    expected: str = "^$",
    theme: str = "dark",
    anew: bool = False,
    user: str | None = None,
    base_url: str | None = None,
    **context_options: Any,
) -> Iterator[FrontEnd]:
    """An open front end; a screenshot of how the test left it is kept under the name `screenshot`.

    Nothing that the pack does may be complained of in the browser's console, but for what `expected` finds.
    It is the page that an earlier test has left, tidied up, unless the test wants one that was loaded `anew` or with
    settings of its own. `user` is the id of the user who is logged in where the server has several. `base_url` is
    where the browser finds the server, if that is not its own address.
    """
    settings = {
        "Comfy.TutorialCompleted": True,
        "Comfy.VueNodes.Enabled": canvas == "nodes2",
        "Comfy.Locale": locale,
        "Comfy.ColorPalette": theme,
        "Comfy.RightSidePanel.IsOpen": False,
    }
    headers = {"comfy-user": user} if user else {}
    for name, value in settings.items():
        server.client.http.post(f"/api/settings/{name}", json=value, headers=headers).raise_for_status()
    may_be_shared = not (anew or user or base_url or context_options) and (locale, theme) == ("en", "dark")
    front_end = left_pages.take(browser, server, canvas) if may_be_shared else None
    if front_end is None:
        front_end = loaded(browser, base_url or server.url, user, context_options)
    is_in_order = False
    try:
        yield front_end
        name = re.sub(r"[^\w.-]+", "-", screenshot).strip("-")
        front_end.page.screenshot(path=screenshots(environment) / f"{name}.png")
        unexpected = [said for said in front_end.complaints if not re.search(expected, said)]
        assert not unexpected, "\n".join(unexpected)
        is_in_order = True
    finally:
        if may_be_shared and is_in_order:
            left_pages.leave(browser, server, canvas, front_end)
        else:
            front_end.page.context.close()


def loaded(browser: Browser, url: str, user: str | None, context_options: Mapping[str, Any]) -> FrontEnd:
    """The front end in a browser context of its own."""
    context = browser.new_context(viewport={"width": 1600, "height": 1000}, base_url=url, **context_options)
    context.set_default_timeout(TIMEOUT)
    if user:
        context.add_init_script(f"localStorage['Comfy.userId'] = localStorage['Comfy.userName'] = '{user}'")
    front_end = FrontEnd(context.new_page())
    front_end.open()
    front_end.page.wait_for_function("window.comfyAPI.api.api.clientId")  # else it is not told how a run ends
    return front_end


def screenshots(environment: Environment) -> Path:
    """The folder for pictures of the screen, one for each front end."""
    served = os.environ.get(front_end_package.VARIABLE)
    folder = environment.artifacts / "browser" / (Path(served).parents[1].name if served else "pinned")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def build(page: Page, nodes: Mapping[str, Mapping[str, Any]], *links: tuple[str, int, str, str]) -> None:
    """Puts nodes on an empty canvas; `made.<name>` are they in the page. A link: from, its output, to, its input."""
    page.evaluate(BUILD, [nodes, [list(link) for link in links]])


def extract_graph(page: Page, seed: int, side: int = 64) -> None:
    """A whole workflow around one Extract Pattern."""
    nodes = {
        "example": {"type": "PicpikExampleImages", "pos": [40, 100]},
        "extract": {
            "type": "PicpikExtractPattern",
            "pos": [420, 100],
            "values": {"seed": seed, "width": side, "height": side},
        },
        "save": {"type": "SaveImage", "pos": [860, 100]},
    }
    build(page, nodes, ("example", 0, "extract", "raw_image"), ("extract", 0, "save", "images"))


def open_task_list(page: Page) -> Locator:
    """The sidebar tab, opened; the cards of its tasks."""
    page.get_by_role("button", name="PICPIK").first.click()
    expect(page.locator(".picpik-summary")).to_be_visible()
    return page.locator(".picpik-task")


def toast(page: Page, text: str) -> Locator:
    """The message at the edge of the page that says this; newer front ends say it a second time for screen readers."""
    return page.get_by_role("alert").filter(has_text=text).last


def open_settings(page: Page, category: str = "PICPIK") -> None:
    page.keyboard.press("Control+,")
    page.get_by_role("dialog").get_by_text(category, exact=True).first.click()


def place_on_the_canvas(page: Page, node_type: str, widget: str) -> tuple[float, float]:
    """Where a widget of the classic canvas is painted, once the view stands still."""
    x, y = page.evaluate(PLACE_ON_THE_CANVAS, [node_type, widget])
    return x, y
