"""ApplyReferenceStyle: a picture in the style of another one."""

from collections.abc import Mapping
from typing import Any

from ..picture_encoding import rgb
from ..pictures.apply_reference_style import StyleApplication
from ..validation import Field, list_of, number, read_fields, text
from .generation import GENERATION_FIELDS, generation_task
from .picture_lists import any_index, picture_at
from .task_spec import TaskSpec

_FIELDS = (
    Field("RawImageIndex", any_index, required=True),
    Field("StyleImageIndex", any_index, required=True),
    Field("StyleReferStrength", number(0, 1), default=0.5),
    Field("ImageList", list_of(text), required=True),
)


def read(parameters: Mapping[str, Any]) -> TaskSpec:
    """The task of a request, its parameters checked."""
    general = read_fields(parameters, GENERATION_FIELDS)
    own = read_fields(parameters, _FIELDS)
    application = StyleApplication(
        raw=rgb(picture_at(own, "RawImageIndex", "ImageList")),
        style=rgb(picture_at(own, "StyleImageIndex", "ImageList")),
        size=(general["Width"], general["Height"]),
        strength=own["StyleReferStrength"],
    )
    return generation_task(general, application.picture)
