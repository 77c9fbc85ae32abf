"""What a person at the terminal sees: steps that take a while, and failures that say what to do."""

import io
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SECONDS_BETWEEN_LINES = 20.0
"""How often a running step shows a sign of life where lines cannot be rewritten, as in a CI log."""


class Failure(Exception):
    """Ends a command. Its first line says what happened, the next what to do."""


def survive_any_text() -> None:
    """Lets lines be written that the terminal's encoding does not know, as those of a failed test may be."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def say(text: str = "") -> None:
    """Prints at once, so that our lines and those of started programs keep their order in a pipe."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


@contextmanager
def step(title: str) -> Iterator[None]:
    """Shows that `title` is under way, for how long, and how long it took."""
    started = time.monotonic()
    outcome = "stopped"
    try:
        with signs_of_life(lambda: f"{title} ..." + _so_far(time.monotonic() - started)):
            yield
        outcome = "done"
    finally:
        say(f"  {title}: {outcome} ({time.monotonic() - started:.0f} s)")


@contextmanager
def signs_of_life(state: Callable[[], str]) -> Iterator[None]:
    """Shows again and again what is under way, as `state` tells it."""
    over = threading.Event()
    ticker = threading.Thread(target=_tick, args=(state, over), daemon=True)
    ticker.start()
    try:
        yield
    finally:
        over.set()
        ticker.join()
        sys.stdout.write(_line_start())


def _tick(state: Callable[[], str], over: threading.Event) -> None:
    rewrites = sys.stdout.isatty()
    say_again = 1.0 if rewrites else SECONDS_BETWEEN_LINES
    while True:
        text = f"  {state()}"
        sys.stdout.write(_line_start() + text if rewrites else text + "\n")
        sys.stdout.flush()
        if over.wait(say_again):
            return


def _so_far(seconds: float) -> str:
    return f" {seconds:.0f} s" if seconds >= 1 else ""


def _line_start() -> str:
    """Back to the start of the line and the line emptied, on a terminal."""
    return "\r\x1b[2K" if sys.stdout.isatty() else ""
