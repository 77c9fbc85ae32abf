"""What the Actions share that cut something out: their common parameters, and the task they ask for."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..credits import processing_price
from ..pictures.processing.matte import MatteSettings
from ..validation import Field, boolean, integer, one_of
from .task_spec import Pictures, TaskSpec

MATTING_FIELDS = (
    Field("ErodeSize", integer(0, 40), default=15),
    Field("ForegroundThreshold", integer(0, 255), default=240),
    Field("BackgroundThreshold", integer(0, 255), default=15),
    Field("HairOptimization", one_of("auto", "on", "off"), default="auto"),
    Field("OnlyMask", boolean, default=False),
)


def matting_task(
    fields: dict[str, Any], raw: NDArray[np.uint8], cut_out: Callable[[MatteSettings], NDArray[np.uint8]]
) -> TaskSpec:
    """The task that checked MATTING_FIELDS ask for; `cut_out` makes `raw` [H, W, 3] into [H, W, 4]."""
    settings = MatteSettings(
        erode_size=fields["ErodeSize"],
        foreground_threshold=fields["ForegroundThreshold"],
        background_threshold=fields["BackgroundThreshold"],
        hair_optimization=fields["HairOptimization"],
    )

    def make(_index: int) -> NDArray[np.uint8]:
        made = cut_out(settings)
        return made[..., 3] if fields["OnlyMask"] else made

    return TaskSpec(Pictures(1, make), credits=processing_price(raw.shape[1], raw.shape[0]))
