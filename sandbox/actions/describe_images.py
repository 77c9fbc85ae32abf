"""DescribeImages: what pictures show, in words."""

from collections.abc import Mapping
from typing import Any

from ..answers import invalid
from ..picture_encoding import decode_picture, rgb
from ..pictures.describe_images import description
from ..pictures.wording import LANGUAGES
from ..validation import Field, list_of, one_of, read_fields, text
from .task_spec import TaskSpec, Texts

CREDITS_PER_PICTURE = 3

_FIELDS = (
    Field("ImageList", list_of(text), required=True),
    Field("TranslateDescription", one_of(*LANGUAGES), default="en"),
)


def read(parameters: Mapping[str, Any]) -> TaskSpec:
    """The task of a request, its parameters checked."""
    own = read_fields(parameters, _FIELDS)
    if not own["ImageList"]:
        raise invalid("ImageList", "must have a picture")
    pictures = [rgb(decode_picture(sent, f"ImageList[{index}]")) for index, sent in enumerate(own["ImageList"])]
    language = own["TranslateDescription"]
    return TaskSpec(
        Texts(len(pictures), lambda index: description(pictures[index], language)),
        credits=CREDITS_PER_PICTURE * len(pictures),
    )
