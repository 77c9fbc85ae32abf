"""What the Actions share that generate pictures with a model: their common parameters, and the task they ask for."""

import secrets
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..credits import generation_price
from ..models import default_steps
from ..validation import Check, Field, boolean, filled_text, integer, list_of, nothing, number, object_of, text
from .task_spec import Pictures, TaskSpec

HIGHEST_SEED = 2147483647

_INFERENCE_PARAMS = (
    Field("Steps", integer(6, 100)),
    Field("Sampler", filled_text),
    Field("ClipSkip", integer(1, 12)),
    Field("CFGScale", number(1, 30)),
    Field("CfgScale", number(1, 30)),
)


def _model(lora_weight: Field) -> Check:
    return object_of(
        Field("Name", text),
        Field("ModelCode", filled_text, required=True),
        Field("IsOfficial", boolean),
        Field("TriggerWordList", list_of(text)),
        Field("InferenceParams", object_of(*_INFERENCE_PARAMS, lora_weight), default={}),
    )


_main_model = _model(Field("LoraWeight", nothing("is for LoRA models only, not for a main model")))
_sub_model = _model(Field("LoraWeight", number(-1, 2)))

GENERATION_FIELDS = (
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


def generation_task(fields: dict[str, Any], picture: Callable[[int], NDArray[np.uint8]]) -> TaskSpec:
    """The task that checked GENERATION_FIELDS ask for; `picture` makes one picture of one seed.

    A Seed of -1 is drawn here. The pictures of a batch are those of the seeds that follow, as if each were sent alone.
    """
    model = fields["MainModel"]
    steps = model["InferenceParams"].get("Steps") or default_steps(model["ModelCode"])
    seed = secrets.randbelow(HIGHEST_SEED + 1) if fields["Seed"] == -1 else fields["Seed"]
    return TaskSpec(
        Pictures(fields["BatchSize"], lambda index: picture((seed + index) % (HIGHEST_SEED + 1))),
        credits=generation_price(fields["Width"], fields["Height"], steps, fields["BatchSize"]),
        seed=seed,
    )
