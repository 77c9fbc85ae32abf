"""ExtractContents. Source: the API page of this name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeAlias

from ..data_uri import DataUri
from ..errors import InputRefused
from ..pixel_digest import PixelDigest
from .attempts import UnseededAction
from .matting import Matting

Points: TypeAlias = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class ExtractContents(UnseededAction):
    """Cuts out what the include points of `raw_image` stand on, without what the exclude points stand on.

    A point is (x, y) in pixels of `raw_image`; there is at least one to include.
    """

    ACTION: ClassVar[str] = "ExtractContents"

    raw_image: DataUri | PixelDigest
    include_points: Points
    exclude_points: Points = ()
    matting: Matting = field(default_factory=Matting)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.include_points:
            raise InputRefused("include_points", "there is no point.", "Click on what is to be cut out.")

    @property
    def images(self) -> tuple[DataUri | PixelDigest, ...]:
        return (self.raw_image,)

    def own_params(self) -> dict[str, Any]:
        excluded = {"ExcludePointList": _coordinates(self.exclude_points)} if self.exclude_points else {}
        return {
            "RawImage": self.raw_image,
            "IncludePointList": _coordinates(self.include_points),
            **excluded,
            **self.matting.to_params(),
        }


def _coordinates(points: Points) -> list[dict[str, int]]:
    return [{"X": x, "Y": y} for x, y in points]
