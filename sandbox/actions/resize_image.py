"""ResizeImage: a picture made larger or smaller."""

from collections.abc import Mapping
from typing import Any

from ..credits import processing_price
from ..picture_encoding import decode_picture, rgb
from ..pictures.resize_image import enlarged
from ..validation import Field, integer, read_fields, text
from .task_spec import Pictures, TaskSpec

_FIELDS = (
    Field("Width", integer(64, 4096), required=True),
    Field("Height", integer(64, 4096), required=True),
    Field("Image", text, required=True),
)


def read(parameters: Mapping[str, Any]) -> TaskSpec:
    """The task of a request, its parameters checked."""
    own = read_fields(parameters, _FIELDS)
    picture = rgb(decode_picture(own["Image"], "Image"))
    size = (own["Width"], own["Height"])
    return TaskSpec(Pictures(1, lambda _: enlarged(picture, size)), credits=processing_price(*size))
