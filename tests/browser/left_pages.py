"""The page that a test has left, for the next one: to load the front end takes longer than most tests do."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

from comfyui_picpik.devtools.comfyui_server import ComfyuiServer
from comfyui_picpik.devtools.front_end import FrontEnd
from playwright.sync_api import Browser, BrowserContext, Page, TimeoutError

DIALOG = "[role=dialog]"

IS_TIDY = f"""() => !app.extensionManager.workflow.isBusy && !app.extensionManager.spinner
    && !document.querySelector('{DIALOG}, [role=alert]:not([aria-label=Notification])')"""
"""Nothing goes on, and nothing stands over the canvas but the error card, which the default workflow has, too.

From 1.58 on one alert is always there: it repeats to screen readers what toasts have said.
"""

UNTIL_TIDY = 3000
"""Milliseconds in which dialogs that were closed and toasts that fade may go: less than it takes to load a page."""

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
    """Keeps the page for the next test if it can be tidied up; else closes it."""
    page = front_end.page
    page.unroute_all(behavior="ignoreErrors")
    if page.locator(DIALOG).count():
        page.keyboard.press("Escape")
    if server.is_running() and _becomes_tidy(page):
        _left[browser] = LeftPage(front_end, server.pid, canvas)
    else:
        page.context.close()


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


def _becomes_tidy(page: Page) -> bool:
    try:
        page.wait_for_function(IS_TIDY, timeout=UNTIL_TIDY)
    except TimeoutError:
        return False
    return True
