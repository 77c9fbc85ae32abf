"""ApplyReferencePattern. Source: the API page "Pattern Conversion"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from ..data_uri import DataUri
from ..input_checks import check_range
from ..pixel_digest import PixelDigest
from ..wire import wire_float
from .generation import GeneratingAction


@dataclass(frozen=True)
class ApplyReferencePattern(GeneratingAction):
    """Redraws the white area of `mask` in `raw_image` with the pattern of `pattern_image`.

    pattern_strength 0..1. `color_correction` has no effect together with `chaotic_mode`.
    """

    ACTION: ClassVar[str] = "ApplyReferencePattern"

    raw_image: DataUri | PixelDigest
    mask: DataUri | PixelDigest
    pattern_image: DataUri | PixelDigest
    pattern_strength: float = 0.5
    chaotic_mode: bool = False
    color_correction: bool = False

    def __post_init__(self) -> None:
        check_range("pattern_strength", self.pattern_strength, 0, 1)

    @property
    def images(self) -> tuple[DataUri | PixelDigest, ...]:
        return self.raw_image, self.mask, self.pattern_image

    def own_params(self) -> dict[str, Any]:
        return {
            **self.generation.to_params(),
            "RawImageIndex": 0,
            "MaskIndex": 1,
            "PatternImageIndex": 2,
            "PatternReferStrength": wire_float(self.pattern_strength),
            "ChaoticMode": self.chaotic_mode,
            "ColorCorrection": self.color_correction,
            "ImageAndMaskList": list(self.images),
        }
