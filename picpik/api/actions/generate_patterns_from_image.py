"""GeneratePatternsFromImage. Source: the API page "Pattern extraction"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from ..data_uri import DataUri
from ..pixel_digest import PixelDigest
from .boxes import Box, check_box
from .generation import GeneratingAction


@dataclass(frozen=True)
class GeneratePatternsFromImage(GeneratingAction):
    """Extracts what is inside `box` of `raw_image` as a flat pattern.

    `box` is (left, top, right, bottom) in pixels of `raw_image`; `tiling` makes the pattern repeat without seams.
    """

    ACTION: ClassVar[str] = "GeneratePatternsFromImage"

    raw_image: DataUri | PixelDigest
    box: Box
    tiling: bool = False

    def __post_init__(self) -> None:
        check_box(self.box)

    @property
    def images(self) -> tuple[DataUri | PixelDigest, ...]:
        return (self.raw_image,)

    def own_params(self) -> dict[str, Any]:
        return {
            **self.generation.to_params(),
            "RawImage": self.raw_image,
            "Box": list(self.box),
            "Tiling": self.tiling,
        }
