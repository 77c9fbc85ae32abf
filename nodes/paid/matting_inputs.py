"""The inputs of the nodes that cut something out, and what they mean for a request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from comfy_api.latest import io

from ...picpik import api
from .unseeded_inputs import UnseededInputs, unseeded_inputs


def matting_inputs() -> list[io.Input]:
    usual = api.Matting()
    return [
        io.Combo.Input(
            "hair_optimization",
            options=list(api.HAIR_OPTIMIZATIONS),
            default=usual.hair_optimization,
            tooltip="Fine edges, as of hair, fur and fringes: auto leaves it to PICPIK (API: HairOptimization).",
        ),
        io.Int.Input(
            "erode_size",
            default=usual.erode_size,
            min=0,
            max=api.MAX_ERODE_SIZE,
            tooltip="How wide the edge is looked at closely, 0 to 40 (API: ErodeSize).",
        ),
        io.Int.Input(
            "foreground_threshold",
            default=usual.foreground_threshold,
            min=0,
            max=api.MAX_THRESHOLD,
            tooltip="From where on a place counts as the object for certain, 0 to 255 (API: ForegroundThreshold).",
        ),
        io.Int.Input(
            "background_threshold",
            default=usual.background_threshold,
            min=0,
            max=api.MAX_THRESHOLD,
            tooltip="Up to where a place counts as background for certain, 0 to 255 (API: BackgroundThreshold).",
        ),
        *unseeded_inputs(),
    ]


@dataclass(frozen=True, kw_only=True)
class MattingInputs(UnseededInputs):
    """Their values, as `execute` gets them."""

    hair_optimization: str
    erode_size: int
    foreground_threshold: int
    background_threshold: int

    @property
    def options(self) -> dict[str, Any]:
        edge = (self.hair_optimization, self.erode_size, self.foreground_threshold, self.background_threshold)
        return super().options | {"matting": api.Matting(*edge)}
