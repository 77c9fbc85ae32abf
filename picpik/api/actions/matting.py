"""How sharply a cut-out is told from its background. Source: the API pages of RemoveBackground and ExtractContents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..errors import InputRefused
from ..input_checks import check_choice, check_range

HAIR_OPTIMIZATIONS = ("auto", "on", "off")
MAX_ERODE_SIZE = 40
MAX_THRESHOLD = 255


@dataclass(frozen=True)
class Matting:
    """erode_size 0..40, foreground_threshold and background_threshold 0..255, hair_optimization auto, on or off."""

    hair_optimization: str = "auto"
    erode_size: int = 15
    foreground_threshold: int = 240
    background_threshold: int = 15

    def __post_init__(self) -> None:
        check_choice("hair_optimization", self.hair_optimization, HAIR_OPTIMIZATIONS)
        check_range("erode_size", self.erode_size, 0, MAX_ERODE_SIZE)
        check_range("foreground_threshold", self.foreground_threshold, 0, MAX_THRESHOLD)
        check_range("background_threshold", self.background_threshold, 0, MAX_THRESHOLD)
        if self.background_threshold >= self.foreground_threshold:
            raise InputRefused(
                "background_threshold",
                f"{self.background_threshold} is not below foreground_threshold, {self.foreground_threshold}.",
                "Choose a lower background_threshold, or a higher foreground_threshold.",
            )

    def to_params(self) -> dict[str, Any]:
        return {
            "ErodeSize": self.erode_size,
            "ForegroundThreshold": self.foreground_threshold,
            "BackgroundThreshold": self.background_threshold,
            "HairOptimization": self.hair_optimization,
            "OnlyMask": False,
        }
