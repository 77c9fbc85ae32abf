"""ExtractContents: what points stand on, cut out of a picture, and the mask of it."""

from collections.abc import Mapping
from typing import Any

from ..answers import invalid
from ..picture_encoding import decode_picture, rgb
from ..pictures.extract_contents import extract
from ..validation import HIGHEST_INT, Field, integer, list_of, object_of, read_fields, text
from .matting import MATTING_FIELDS, matting_task
from .task_spec import TaskSpec

_any_place = integer(-HIGHEST_INT, HIGHEST_INT)
_points = list_of(object_of(Field("X", _any_place, required=True), Field("Y", _any_place, required=True)))

_FIELDS = (
    Field("RawImage", text, required=True),
    Field("IncludePointList", _points, required=True),
    Field("ExcludePointList", _points, default=[]),
    *MATTING_FIELDS,
)


def read(parameters: Mapping[str, Any]) -> TaskSpec:
    """The task of a request, its parameters checked."""
    own = read_fields(parameters, _FIELDS)
    raw = rgb(decode_picture(own["RawImage"], "RawImage"))
    include, exclude = (
        _inside(own[name], name, raw.shape[1], raw.shape[0]) for name in ("IncludePointList", "ExcludePointList")
    )
    if not include:
        raise invalid("IncludePointList", "must have a point")
    return matting_task(own, raw, lambda settings: extract(raw, include, exclude, settings))


def _inside(points: list[dict[str, int]], name: str, width: int, height: int) -> list[tuple[int, int]]:
    for index, point in enumerate(points):
        if not (0 <= point["X"] < width and 0 <= point["Y"] < height):
            raise invalid(f"{name}[{index}]", f"must lie inside the picture of {width} x {height}, not {point}")
    return [(point["X"], point["Y"]) for point in points]
