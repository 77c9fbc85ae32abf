"""GeneratePatternsFromImage: the print inside a box as a flat picture."""

from collections.abc import Mapping
from typing import Any

from ..picture_encoding import decode_picture, rgb
from ..pictures.generate_patterns_from_image import PatternExtraction
from ..validation import Field, boolean, read_fields, text
from .boxes import BOX_FIELD, checked_box
from .generation import GENERATION_FIELDS, generation_task
from .task_spec import TaskSpec

_FIELDS = (
    Field("RawImage", text, required=True),
    BOX_FIELD,
    Field("Tiling", boolean, default=False),
)


def read(parameters: Mapping[str, Any]) -> TaskSpec:
    """The task of a request, its parameters checked."""
    general = read_fields(parameters, GENERATION_FIELDS)
    own = read_fields(parameters, _FIELDS)
    raw = rgb(decode_picture(own["RawImage"], "RawImage"))
    height, width = raw.shape[:2]
    left, top, right, bottom = checked_box([0, 0, width, height] if own["Box"] is None else own["Box"], width, height)
    extraction = PatternExtraction(
        crop=raw[top:bottom, left:right],
        size=(general["Width"], general["Height"]),
        tiling=own["Tiling"],
    )
    return generation_task(general, extraction.picture)
