"""What no input may be, whatever it is for: refused here, so that it costs nothing."""

from __future__ import annotations

import math

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


def check_range(input: str, value: float | None, low: float, high: float) -> None:
    """Refuses a number outside `low`..`high`; None is fine."""
    if value is not None and not (math.isfinite(value) and low <= value <= high):
        raise InputRefused(input, f"{value} is outside {low}..{high}.", f"Choose a value from {low} to {high}.")
