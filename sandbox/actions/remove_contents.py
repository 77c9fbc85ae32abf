"""RemoveContents: a mask's white area erased from a picture."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from PIL import Image

from ..credits import processing_price
from ..picture_encoding import decode_picture, grey, rgb
from ..pictures.remove_contents import erased
from ..validation import Field, boolean, integer, read_fields, text
from .task_spec import Pictures, TaskSpec

_FIELDS = (
    Field("RawImage", text, required=True),
    Field("Mask", text, required=True),
    Field("InvertMask", boolean, default=False),
    Field("MaskBlur", integer(0, 64), default=12),
)


def read(parameters: Mapping[str, Any]) -> TaskSpec:
    """The task of a request, its parameters checked."""
    own = read_fields(parameters, _FIELDS)
    raw = rgb(decode_picture(own["RawImage"], "RawImage"))
    size = (raw.shape[1], raw.shape[0])
    mask = grey(decode_picture(own["Mask"], "Mask").resize(size, Image.Resampling.NEAREST))
    if own["InvertMask"]:
        mask = np.uint8(255) - mask
    return TaskSpec(Pictures(1, lambda _: erased(raw, mask, own["MaskBlur"])), credits=processing_price(*size))
