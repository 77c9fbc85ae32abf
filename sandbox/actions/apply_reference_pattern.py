"""ApplyReferencePattern: a mask's white area redrawn after a pattern."""

from collections.abc import Mapping
from typing import Any

from PIL import Image

from ..answers import invalid
from ..picture_encoding import decode_picture, grey, rgb
from ..pictures.apply_reference_pattern import PatternApplication
from ..validation import HIGHEST_INT, Field, boolean, integer, list_of, number, read_fields, text
from .generation import GENERATION_FIELDS, generation_task
from .task_spec import TaskSpec

_any_index = integer(0, HIGHEST_INT)

_FIELDS = (
    Field("RawImageIndex", _any_index, required=True),
    Field("MaskIndex", _any_index, required=True),
    Field("PatternImageIndex", _any_index, required=True),
    Field("PatternReferStrength", number(0, 1), default=0.5),
    Field("ChaoticMode", boolean, default=False),
    Field("ColorCorrection", boolean, default=False),
    Field("ImageAndMaskList", list_of(text), required=True),
)


def read(parameters: Mapping[str, Any]) -> TaskSpec:
    """The task of a request, its parameters checked."""
    general = read_fields(parameters, GENERATION_FIELDS)
    own = read_fields(parameters, _FIELDS)
    application = PatternApplication(
        raw=rgb(_picture_at(own, "RawImageIndex")),
        mask=grey(_picture_at(own, "MaskIndex")),
        pattern=rgb(_picture_at(own, "PatternImageIndex")),
        size=(general["Width"], general["Height"]),
        strength=own["PatternReferStrength"],
        chaotic=own["ChaoticMode"],
        color_correction=own["ColorCorrection"],
    )
    return generation_task(general, application.picture)


def _picture_at(own: dict[str, Any], index_name: str) -> Image.Image:
    """The picture of ImageAndMaskList that an index field points to."""
    index, pictures = own[index_name], own["ImageAndMaskList"]
    if index >= len(pictures):
        raise invalid(index_name, f"is {index}, but ImageAndMaskList has {len(pictures)} entries")
    return decode_picture(pictures[index], f"ImageAndMaskList[{index}]")
