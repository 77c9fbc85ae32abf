"""The parameters of the two submitting Actions, table by table as their pages have them, read into one Order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .answers import invalid
from .models import default_steps
from .picture_encoding import decode_picture, grey, rgb
from .pictures.apply_reference_pattern import PatternApplication
from .pictures.generate_patterns_from_image import PatternExtraction
from .validation import (
    Field,
    boolean,
    filled_text,
    integer,
    list_of,
    nothing,
    number,
    object_of,
    read_fields,
    text,
)

HIGHEST_SEED = 2147483647


class Drawing(Protocol):
    """Knows what a task shall show; the seed makes one picture of it."""

    def picture(self, seed: int) -> NDArray[np.uint8]: ...


@dataclass(frozen=True)
class Order:
    """A submitted task, checked: how much of what. `seed` is -1 when the service shall draw one."""

    seed: int
    width: int
    height: int
    batch_size: int
    steps: int
    drawing: Drawing


_INFERENCE_PARAMS = (
    Field("Steps", integer(6, 100)),
    Field("Sampler", filled_text),
    Field("ClipSkip", integer(1, 12)),
    Field("CFGScale", number(1, 30)),
    Field("CfgScale", number(1, 30)),
)


def _model(lora_weight: Field):
    return object_of(
        Field("Name", text),
        Field("ModelCode", filled_text, required=True),
        Field("IsOfficial", boolean),
        Field("TriggerWordList", list_of(text)),
        Field("InferenceParams", object_of(*_INFERENCE_PARAMS, lora_weight), default={}),
    )


_main_model = _model(Field("LoraWeight", nothing("is for LoRA models only, not for a main model")))
_sub_model = _model(Field("LoraWeight", number(-1, 2)))

_GENERATION = (
    Field("MainModel", _main_model, required=True),
    Field("SubModelList", list_of(_sub_model)),
    Field("PositivePrompts", list_of(text)),
    Field("NegativePrompts", list_of(text)),
    Field("TranslatePrompts", boolean),
    Field("Seed", integer(-1, HIGHEST_SEED), default=-1),
    Field("Width", integer(64, 2560), default=1024),
    Field("Height", integer(64, 2560), default=1024),
    Field("BatchSize", integer(1, 16), default=1),
    Field("UseMainModelVAE", boolean),
)

_any_index = integer(0, HIGHEST_SEED)

_APPLY = (
    Field("RawImageIndex", _any_index, required=True),
    Field("MaskIndex", _any_index, required=True),
    Field("PatternImageIndex", _any_index, required=True),
    Field("PatternReferStrength", number(0, 1), default=0.5),
    Field("ChaoticMode", boolean, default=False),
    Field("ColorCorrection", boolean, default=False),
    Field("ImageAndMaskList", list_of(text), required=True),
)

_EXTRACT = (
    Field("RawImage", text, required=True),
    Field("Box", list_of(integer(-HIGHEST_SEED, HIGHEST_SEED))),
    Field("Tiling", boolean, default=False),
)


def read_apply(parameters: Mapping[str, Any]) -> Order:
    """ApplyReferencePattern: a mask's white area redrawn after a pattern."""
    general = read_fields(parameters, _GENERATION)
    own = read_fields(parameters, _APPLY)
    return _order(
        general,
        PatternApplication(
            raw=rgb(_listed(own, "RawImageIndex")),
            mask=grey(_listed(own, "MaskIndex")),
            pattern=rgb(_listed(own, "PatternImageIndex")),
            size=(general["Width"], general["Height"]),
            strength=own["PatternReferStrength"],
            chaotic=own["ChaoticMode"],
            color_correction=own["ColorCorrection"],
        ),
    )


def read_extract(parameters: Mapping[str, Any]) -> Order:
    """GeneratePatternsFromImage: the print inside a box as a flat picture."""
    general = read_fields(parameters, _GENERATION)
    own = read_fields(parameters, _EXTRACT)
    raw = rgb(decode_picture(own["RawImage"], "RawImage"))
    left, top, right, bottom = _box(own["Box"], raw.shape[1], raw.shape[0])
    return _order(
        general,
        PatternExtraction(
            crop=raw[top:bottom, left:right],
            size=(general["Width"], general["Height"]),
            tiling=own["Tiling"],
        ),
    )


SUBMITTING: dict[str, Callable[[Mapping[str, Any]], Order]] = {
    "ApplyReferencePattern": read_apply,
    "GeneratePatternsFromImage": read_extract,
}


def _order(general: dict[str, Any], drawing: Drawing) -> Order:
    model = general["MainModel"]
    return Order(
        seed=general["Seed"],
        width=general["Width"],
        height=general["Height"],
        batch_size=general["BatchSize"],
        steps=model["InferenceParams"].get("Steps") or default_steps(model["ModelCode"]),
        drawing=drawing,
    )


def _listed(own: dict[str, Any], index_name: str):
    """The picture of ImageAndMaskList that an index field points to."""
    index, pictures = own[index_name], own["ImageAndMaskList"]
    if index >= len(pictures):
        raise invalid(index_name, f"is {index}, but ImageAndMaskList has {len(pictures)} entries")
    return decode_picture(pictures[index], f"ImageAndMaskList[{index}]")


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
