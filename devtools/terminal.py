"""What a person at the terminal sees: steps that take a while, and failures that say what to do."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

SECONDS_BETWEEN_LINES = 20.0
"""How often a running step shows a sign of life where lines cannot be rewritten, as in a CI log."""


class Failure(Exception):
    """Ends a command. Its first line says what happened, the next what to do."""


def say(text: str = "") -> None:
    """Prints at once, so that our lines and those of started programs keep their order in a pipe."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


@contextmanager
def step(title: str) -> Iterator[None]:
    """Shows that `title` is under way, for how long, and how long it took."""
    started = time.monotonic()
    over = threading.Event()
    ticker = threading.Thread(target=_tick, args=(title, started, over), daemon=True)
    ticker.start()
    outcome = "stopped"
    try:
        yield
        outcome = "done"
    finally:
        over.set()
        ticker.join()
        say(f"{_line_start()}  {title}: {outcome} ({time.monotonic() - started:.0f} s)")


def _tick(title: str, started: float, over: threading.Event) -> None:
    rewrites = sys.stdout.isatty()
    say_again = 1.0 if rewrites else SECONDS_BETWEEN_LINES
    text = f"  {title} ..."
    while True:
        sys.stdout.write(_line_start() + text if rewrites else text + "\n")
        sys.stdout.flush()
        if over.wait(say_again):
            return
        text = f"  {title} ... {time.monotonic() - started:.0f} s"


def _line_start() -> str:
    """Back to the start of the line and the line emptied, on a terminal."""
    return "\r\x1b[2K" if sys.stdout.isatty() else ""
