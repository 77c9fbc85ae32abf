"""RemoveBackground: the main object of a picture cut out, and the mask of it."""

from collections.abc import Mapping
from typing import Any

from ..picture_encoding import decode_picture, rgb
from ..pictures.remove_background import cut_out
from ..validation import Field, read_fields, text
from .boxes import BOX_FIELD, checked_box
from .matting import MATTING_FIELDS, matting_task
from .task_spec import TaskSpec

_FIELDS = (Field("RawImage", text, required=True), BOX_FIELD, *MATTING_FIELDS)


def read(parameters: Mapping[str, Any]) -> TaskSpec:
    """The task of a request, its parameters checked."""
    own = read_fields(parameters, _FIELDS)
    raw = rgb(decode_picture(own["RawImage"], "RawImage"))
    box = None if own["Box"] is None else checked_box(own["Box"], raw.shape[1], raw.shape[0])
    return matting_task(own, raw, lambda settings: cut_out(raw, box, settings))
