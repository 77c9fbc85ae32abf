"""GeneratePatternsFromImage: the print inside a box as a flat picture."""

from collections.abc import Mapping
from typing import Any

from ..answers import invalid
from ..picture_encoding import decode_picture, rgb
from ..pictures.generate_patterns_from_image import PatternExtraction
from ..validation import HIGHEST_INT, Field, boolean, integer, list_of, read_fields, text
from .generation import GENERATION_FIELDS, generation_task
from .task_spec import TaskSpec

_FIELDS = (
    Field("RawImage", text, required=True),
    Field("Box", list_of(integer(-HIGHEST_INT, HIGHEST_INT))),
    Field("Tiling", boolean, default=False),
)


def read(parameters: Mapping[str, Any]) -> TaskSpec:
    """The task of a request, its parameters checked."""
    general = read_fields(parameters, GENERATION_FIELDS)
    own = read_fields(parameters, _FIELDS)
    raw = rgb(decode_picture(own["RawImage"], "RawImage"))
    left, top, right, bottom = _box(own["Box"], raw.shape[1], raw.shape[0])
    extraction = PatternExtraction(
        crop=raw[top:bottom, left:right],
        size=(general["Width"], general["Height"]),
        tiling=own["Tiling"],
    )
    return generation_task(general, extraction.picture)


def _box(box: list[int] | None, width: int, height: int) -> tuple[int, int, int, int]:
    """The Box as left, top, right, bottom within the picture; the whole picture when none is sent."""
    if box is None:
        return 0, 0, width, height
    if len(box) != 4:
        raise invalid("Box", f"must have 4 numbers x1, y1, x2, y2, not {len(box)}")
    left, top, right, bottom = box
    if left >= right or top >= bottom:
        raise invalid("Box", f"must go from upper left to lower right, not {box}")
    if left < 0 or top < 0 or right > width or bottom > height:
        raise invalid("Box", f"must lie inside the picture of {width} x {height}, not {box}")
    return left, top, right, bottom
