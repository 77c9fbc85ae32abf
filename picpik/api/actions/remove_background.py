"""RemoveBackground. Source: the API page of this name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from ..data_uri import DataUri
from ..pixel_digest import PixelDigest
from .attempts import UnseededAction
from .boxes import Box, check_box
from .matting import Matting


@dataclass(frozen=True)
class RemoveBackground(UnseededAction):
    """Cuts the main object of `raw_image` out: the one inside `box`, or whatever the service takes for it.

    `box` is (left, top, right, bottom) in pixels of `raw_image`; None is not sent.
    """

    ACTION: ClassVar[str] = "RemoveBackground"

    raw_image: DataUri | PixelDigest
    box: Box | None = None
    matting: Matting = field(default_factory=Matting)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.box is not None:
            check_box(self.box)

    @property
    def images(self) -> tuple[DataUri | PixelDigest, ...]:
        return (self.raw_image,)

    def own_params(self) -> dict[str, Any]:
        box = {} if self.box is None else {"Box": list(self.box)}
        return {"RawImage": self.raw_image, **box, **self.matting.to_params()}
