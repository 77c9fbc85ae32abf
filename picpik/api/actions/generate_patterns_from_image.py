"""GeneratePatternsFromImage. Source: the API page "Pattern extraction"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from ..data_uri import DataUri
from ..errors import InputRefused
from ..pixel_digest import PixelDigest
from .generation import GeneratingAction


@dataclass(frozen=True)
class GeneratePatternsFromImage(GeneratingAction):
    """Extracts what is inside `box` of `raw_image` as a flat pattern.

    `box` is (left, top, right, bottom) in pixels of `raw_image`; `tiling` makes the pattern repeat without seams.
    """

    ACTION: ClassVar[str] = "GeneratePatternsFromImage"

    raw_image: DataUri | PixelDigest
    box: tuple[int, int, int, int]
    tiling: bool = False

    def __post_init__(self) -> None:
        left, top, right, bottom = self.box
        if not (0 <= left < right and 0 <= top < bottom):
            raise InputRefused(
                "box",
                f"{self.box} is turned inside out or starts outside the picture.",
                "Give a box whose right and bottom edges lie beyond its left and top edges.",
            )

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
