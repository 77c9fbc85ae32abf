"""What no input may be, whatever it is for: refused here, so that it costs nothing."""

from __future__ import annotations

import math
from collections.abc import Collection

from .errors import InputRefused


def check_text(input: str, *texts: str) -> None:
    """Refuses what cannot be written as UTF-8: halves of surrogate pairs, which a paste can leave behind."""
    for text in texts:
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise InputRefused(
                input,
                f"has a broken character at position {error.start + 1}.",
                "Delete the character and type it again.",
            ) from error


def check_choice(input: str, value: str, choices: Collection[str]) -> None:
    """Refuses what is none of the choices of an input."""
    if value not in choices:
        raise InputRefused(input, f"“{value}” is none of its choices.", f"Choose one of: {', '.join(choices)}.")


def check_range(input: str, value: float | None, low: float, high: float) -> None:
    """Refuses a number outside `low`..`high`; None is fine."""
    if value is not None and not (math.isfinite(value) and low <= value <= high):
        raise InputRefused(input, f"{value} is outside {low}..{high}.", f"Choose a value from {low} to {high}.")
