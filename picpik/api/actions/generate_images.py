"""GenerateImages. Source: the API page of this name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from ..data_uri import DataUri
from ..pixel_digest import PixelDigest
from .generation import GeneratingAction


@dataclass(frozen=True)
class GenerateImages(GeneratingAction):
    """Makes pictures of the prompts alone; `tileable` makes them repeat without seams."""

    ACTION: ClassVar[str] = "GenerateImages"

    tileable: bool = False

    @property
    def images(self) -> tuple[DataUri | PixelDigest, ...]:
        return ()

    def own_params(self) -> dict[str, Any]:
        return {**self.generation.to_params(), "Tileable": self.tileable}
