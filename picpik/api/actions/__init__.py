"""The paid Actions: one frozen request each, in a file of its name.

CONTRIBUTING has the recipe for another one.
"""

from __future__ import annotations

from typing import TypeAlias

from .action import Action as Action, ResultKind as ResultKind
from .apply_reference_pattern import ApplyReferencePattern as ApplyReferencePattern
from .apply_reference_style import ApplyReferenceStyle as ApplyReferenceStyle
from .attempts import MAX_ATTEMPT as MAX_ATTEMPT, UnseededAction as UnseededAction
from .describe_images import LANGUAGES as LANGUAGES, DescribeImages as DescribeImages
from .extra_parameters import parse_extra_parameters as parse_extra_parameters
from .extract_contents import ExtractContents as ExtractContents
from .generate_images import GenerateImages as GenerateImages
from .generate_patterns_from_image import GeneratePatternsFromImage as GeneratePatternsFromImage
from .generation import (
    MAX_BATCH as MAX_BATCH,
    MAX_SEED as MAX_SEED,
    RANDOM_SEED as RANDOM_SEED,
    GeneratingAction as GeneratingAction,
    Generation as Generation,
)
from .matting import (
    HAIR_OPTIMIZATIONS as HAIR_OPTIMIZATIONS,
    MAX_ERODE_SIZE as MAX_ERODE_SIZE,
    MAX_THRESHOLD as MAX_THRESHOLD,
    Matting as Matting,
)
from .remove_background import RemoveBackground as RemoveBackground
from .remove_contents import MAX_MASK_BLUR as MAX_MASK_BLUR, RemoveContents as RemoveContents
from .resize_image import (
    MAX_RESIZED_SIDE as MAX_RESIZED_SIDE,
    MIN_RESIZED_SIDE as MIN_RESIZED_SIDE,
    ResizeImage as ResizeImage,
)
from .unencoded_request import UnencodedRequest as UnencodedRequest

Request: TypeAlias = Action | UnencodedRequest
"""What the runner takes: `key_params` says what is asked for, `encoded` gives what is sent."""

ACTIONS: dict[str, type[Action]] = {
    action.ACTION: action
    for action in (
        ApplyReferencePattern,
        ApplyReferenceStyle,
        DescribeImages,
        ExtractContents,
        GenerateImages,
        GeneratePatternsFromImage,
        RemoveBackground,
        RemoveContents,
        ResizeImage,
    )
}
"""Every paid Action that the pack knows, by its name on the wire."""


def result_kind(action: str) -> ResultKind | None:
    """What a task of this Action brings; None for an Action that the pack does not know."""
    known = ACTIONS.get(action)
    return known.RESULT if known else None
