"""Sizes on cloth, as inputs that several nodes have."""

from __future__ import annotations

from comfy_api.latest import io

from ... import pattern


def centimetres_input(name: str, tooltip: str) -> io.Float.Input:
    """A length that need not be given: 0 for none."""
    return io.Float.Input(
        name, default=0.0, min=0.0, max=pattern.MOST_CENTIMETRES, step=0.1, round=0.01, optional=True, tooltip=tooltip
    )


def dpi_input(default: float, tooltip: str, *, optional: bool = False) -> io.Float.Input:
    return io.Float.Input(
        "dpi", default=default, min=0.0, max=pattern.MOST_DPI, step=1.0, round=0.01, optional=optional, tooltip=tooltip
    )
