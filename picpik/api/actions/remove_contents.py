"""RemoveContents. Source: the API page of this name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from ..data_uri import DataUri
from ..input_checks import check_range
from ..pixel_digest import PixelDigest
from .attempts import UnseededAction

MAX_MASK_BLUR = 64


@dataclass(frozen=True)
class RemoveContents(UnseededAction):
    """Erases what is white in `mask` from `raw_image`. `mask_blur` 0..64 softens the edge of the mask."""

    ACTION: ClassVar[str] = "RemoveContents"

    raw_image: DataUri | PixelDigest
    mask: DataUri | PixelDigest
    mask_blur: int = 12

    def __post_init__(self) -> None:
        super().__post_init__()
        check_range("mask_blur", self.mask_blur, 0, MAX_MASK_BLUR)

    @property
    def images(self) -> tuple[DataUri | PixelDigest, ...]:
        return self.raw_image, self.mask

    def own_params(self) -> dict[str, Any]:
        return {"RawImage": self.raw_image, "Mask": self.mask, "InvertMask": False, "MaskBlur": self.mask_blur}
