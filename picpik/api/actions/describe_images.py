"""DescribeImages. Source: the API page of this name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from ..data_uri import DataUri
from ..input_checks import check_choice
from ..pixel_digest import PixelDigest
from .action import ResultKind
from .attempts import UnseededAction

LANGUAGES = {
    "English": "en",
    "Chinese": "zh",
    "Japanese": "ja",
    "Korean": "ko",
    "French": "fr",
    "Spanish": "es",
    "Italian": "it",
    "German": "de",
    "Turkish": "tr",
    "Russian": "ru",
    "Portuguese": "pt",
    "Vietnamese": "vi",
    "Indonesian": "id",
    "Thai": "th",
    "Malay": "ms",
}
"""The languages of the page, and their codes."""


@dataclass(frozen=True)
class DescribeImages(UnseededAction):
    """Describes each of `pictures` in words of `language`, one of LANGUAGES."""

    ACTION: ClassVar[str] = "DescribeImages"
    RESULT: ClassVar[ResultKind] = ResultKind.TEXTS

    pictures: tuple[DataUri | PixelDigest, ...]
    language: str = "English"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_choice("language", self.language, LANGUAGES)

    @property
    def images(self) -> tuple[DataUri | PixelDigest, ...]:
        return self.pictures

    @property
    def batch_size(self) -> int:
        return len(self.pictures)

    def own_params(self) -> dict[str, Any]:
        return {"ImageList": list(self.pictures), "TranslateDescription": LANGUAGES[self.language]}
