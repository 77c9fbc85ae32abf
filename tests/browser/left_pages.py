"""The page that a test has left, for the next one: to load the front end takes longer than most tests do."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.devtools.front_end import FrontEnd
from playwright.sync_api import Browser, BrowserContext

IS_TIDY = """() => !app.extensionManager.workflow.isBusy && !app.extensionManager.spinner
    && !document.querySelector('[role="dialog"], [role="alert"], [data-testid="error-overlay"], .p-dialog-mask')
    && Boolean(document.querySelector('[data-testid="queue-button"]'))"""
"""Nothing stands over the canvas, and it is a canvas: an app has none."""

DIALOG = "[role=dialog]"

BEGIN_ANEW = """async () => {
    const { command, sidebarTab, workflow } = app.extensionManager
    if (sidebarTab.activeSidebarTabId) sidebarTab.toggleSidebarTab(sidebarTab.activeSidebarTabId)
    const left = [...workflow.openWorkflows]
    await command.execute("Comfy.LoadDefaultWorkflow")
    for (const each of left) await workflow.closeWorkflow(each)
    window.ends.length = 0
}"""


@dataclass(frozen=True)
class LeftPage:
    """An open front end that nobody uses, the process of the server it talks to, and the canvas it was loaded with."""

    front_end: FrontEnd
    server: int
    canvas: str

    @property
    def context(self) -> BrowserContext:
        """What it is open in, with no other page."""
        return self.front_end.page.context


_left: WeakKeyDictionary[Browser, LeftPage] = WeakKeyDictionary()
"""One a browser at most: also a page at rest costs time."""


def leave(browser: Browser, server: ComfyuiServer, canvas: str, front_end: FrontEnd) -> None:
    """Keeps the page for the next test if it is tidy; else closes it."""
    front_end.page.unroute_all(behavior="ignoreErrors")
    if front_end.page.locator(DIALOG).count():
        front_end.page.keyboard.press("Escape")
    if server.is_running() and front_end.page.evaluate(IS_TIDY):
        _left[browser] = LeftPage(front_end, server.pid, canvas)
    else:
        front_end.page.context.close()


def take(browser: Browser, server: ComfyuiServer, canvas: str) -> FrontEnd | None:
    """The page that was left on this server, with the default workflow alone on this canvas; None if there is none."""
    left = _left.pop(browser, None)
    if left is None:
        return None
    if (left.server, left.canvas) != (server.pid, canvas):
        left.context.close()
        return None
    left.front_end.page.evaluate(BEGIN_ANEW)
    left.front_end.page_errors.clear()
    left.front_end.complaints.clear()
    return left.front_end
