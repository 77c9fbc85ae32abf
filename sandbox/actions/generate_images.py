"""GenerateImages: pictures of prompts, without the pictures that its page lets guide them."""

from collections.abc import Mapping
from typing import Any

from ..pictures.generate_images import PrintDesign
from ..validation import Field, boolean, read_fields
from .generation import GENERATION_FIELDS, generation_task
from .task_spec import TaskSpec

_FIELDS = (Field("Tileable", boolean, default=False),)


def read(parameters: Mapping[str, Any]) -> TaskSpec:
    """The task of a request, its parameters checked."""
    general = read_fields(parameters, GENERATION_FIELDS)
    design = PrintDesign(
        general["PositivePrompts"] or [],
        general["NegativePrompts"] or [],
        size=(general["Width"], general["Height"]),
        tileable=read_fields(parameters, _FIELDS)["Tileable"],
    )
    return generation_task(general, design.picture)
