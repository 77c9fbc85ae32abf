"""ApplyReferencePattern: a mask's white area redrawn after a pattern."""

from collections.abc import Mapping
from typing import Any

from ..picture_encoding import grey, rgb
from ..pictures.apply_reference_pattern import PatternApplication
from ..validation import Field, boolean, list_of, number, read_fields, text
from .generation import GENERATION_FIELDS, generation_task
from .picture_lists import any_index, picture_at
from .task_spec import TaskSpec

_FIELDS = (
    Field("RawImageIndex", any_index, required=True),
    Field("MaskIndex", any_index, required=True),
    Field("PatternImageIndex", any_index, required=True),
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
        raw=rgb(picture_at(own, "RawImageIndex", "ImageAndMaskList")),
        mask=grey(picture_at(own, "MaskIndex", "ImageAndMaskList")),
        pattern=rgb(picture_at(own, "PatternImageIndex", "ImageAndMaskList")),
        size=(general["Width"], general["Height"]),
        strength=own["PatternReferStrength"],
        chaotic=own["ChaoticMode"],
        color_correction=own["ColorCorrection"],
    )
    return generation_task(general, application.picture)
