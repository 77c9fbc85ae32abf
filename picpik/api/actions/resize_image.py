"""ResizeImage. Source: the API page of this name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from ..data_uri import DataUri
from ..input_checks import check_range
from ..pixel_digest import PixelDigest
from .attempts import UnseededAction

MIN_RESIZED_SIDE, MAX_RESIZED_SIDE = 64, 4096


@dataclass(frozen=True)
class ResizeImage(UnseededAction):
    """Makes `image` larger or smaller, with detail of the service's own; width and height 64..4096 pixels."""

    ACTION: ClassVar[str] = "ResizeImage"

    image: DataUri | PixelDigest
    width: int
    height: int

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range("width", self.width, MIN_RESIZED_SIDE, MAX_RESIZED_SIDE)
        check_range("height", self.height, MIN_RESIZED_SIDE, MAX_RESIZED_SIDE)

    @property
    def images(self) -> tuple[DataUri | PixelDigest, ...]:
        return (self.image,)

    @property
    def size(self) -> tuple[int, int]:
        return self.width, self.height

    def own_params(self) -> dict[str, Any]:
        return {"Width": self.width, "Height": self.height, "Image": self.image}
