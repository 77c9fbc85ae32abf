"""The browser of the browser lane: the one the machine has, else Debian's package, else Playwright's own build."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from . import debian, processes
from .environment import Environment
from .terminal import Failure, say, step

HEADLESS = "chromium-headless-shell"
"""Chromium without windows, which loads a page for three quarters of the work; Debian has a package of that name."""

ON_PATH = (
    HEADLESS,
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "chrome",
)
ELSEWHERE = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "%ProgramFiles%/Google/Chrome/Application/chrome.exe",
    "%ProgramFiles(x86)%/Microsoft/Edge/Application/msedge.exe",
)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""Started as a tool, also by root in a container: nothing but the pages it is told to open."""


def find(environment: Environment) -> Path | None:
    """A Chromium, Chrome or Edge that starts, or None."""
    named = [Path(found) for name in ON_PATH if (found := shutil.which(name))]
    usual = [Path(os.path.expandvars(place)) for place in ELSEWHERE]
    playwrights = sorted((environment.folder / "browsers").glob("chromium-*/chrome-*/chrome*"))
    return next((path for path in (*named, *usual, *playwrights) if path.is_file() and _starts(path)), None)


def provide(environment: Environment) -> Path:
    """A browser, installed when there is none."""
    found = find(environment)
    if found:
        return found
    if debian.can_install():
        say(f"  No browser found: installing Debian's {HEADLESS} with apt-get.")
        debian.install(environment, HEADLESS)
    else:
        _install_from_playwright(environment)
    found = find(environment)
    if not found:
        raise Failure("The browser that was just installed does not start.\nInstall Chromium, Chrome or Edge by hand.")
    return found


def _install_from_playwright(environment: Environment) -> None:
    say("  No Chromium, Chrome or Edge found: fetching Playwright's Chromium into .dev.")
    command = [environment.python, "-m", "playwright", "install", "chromium"]
    try:
        with step("playwright install chromium"):
            processes.run(command, environment.logs / "playwright.log", environment.variables())
    except Failure as failure:
        raise Failure(
            f"The browser lane has no browser, and fetching one failed.\n"
            f"Install Chromium, Google Chrome or Microsoft Edge and run it again.\n{failure}"
        ) from None


def _starts(path: Path) -> bool:
    """Whether it is a browser and not, as on Ubuntu, a note where to get one. (On Windows asking opens a window.)"""
    return (
        sys.platform == "win32" or subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0
    )
