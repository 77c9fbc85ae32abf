"""How a tile is laid, as inputs that several nodes have."""

from __future__ import annotations

from comfy_api.latest import io

from ... import pattern


def layout_inputs() -> list[io.Input]:
    return [
        io.MultiType.Input(
            io.Combo.Input(
                "layout",
                options=list(pattern.LAYOUTS),
                default="straight",
                tooltip="How the tile repeats: straight; half-drop: each column lies lower; half-brick: each row "
                "further right; mirror: every other column and row mirrored; turned: every other tile upside down. "
                "Also linkable, from layout of Find Repeat.",
            ),
            types=[io.String],
        ),
        io.String.Input(
            "drop",
            default="1/2",
            tooltip="For half-drop and half-brick: by which part of the tile each column or row is moved, as 1/2 or "
            "1/3.",
        ),
    ]
