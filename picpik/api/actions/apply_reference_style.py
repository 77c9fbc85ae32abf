"""ApplyReferenceStyle. Source: the API page of this name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from ..data_uri import DataUri
from ..input_checks import check_range
from ..pixel_digest import PixelDigest
from ..wire import wire_float
from .generation import GeneratingAction


@dataclass(frozen=True)
class ApplyReferenceStyle(GeneratingAction):
    """Redraws `raw_image` in the style of `style_image`. style_strength 0..1."""

    ACTION: ClassVar[str] = "ApplyReferenceStyle"

    raw_image: DataUri | PixelDigest
    style_image: DataUri | PixelDigest
    style_strength: float = 0.5

    def __post_init__(self) -> None:
        check_range("style_strength", self.style_strength, 0, 1)

    @property
    def images(self) -> tuple[DataUri | PixelDigest, ...]:
        return self.raw_image, self.style_image

    def own_params(self) -> dict[str, Any]:
        return {
            **self.generation.to_params(),
            "RawImageIndex": 0,
            "StyleImageIndex": 1,
            "StyleReferStrength": wire_float(self.style_strength),
            "ImageList": list(self.images),
        }
