"""Apply Reference Pattern: redraws the masked area of a photo with a pattern."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import Any

import torch
from comfy_api.latest import io

from ... import imaging
from ...picpik import api
from ..host import CATEGORY
from .generation_inputs import GenerationInputs, generation_inputs
from .outputs import picture_outputs
from .paid_node import GeneratingNode
from .uploads import Uploads, refuse_mask_early, usable_masks


class ApplyReferencePattern(GeneratingNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="PicpikApplyReferencePattern",
            display_name="Apply Reference Pattern (PICPIK)",
            category=CATEGORY,
            description="Redraws the masked area of a photo with a pattern, keeping the folds' light and shade. "
            "A paid task at PICPIK.",
            search_aliases=[
                "picpik",
                "pattern",
                "textile",
                "fabric",
                "print",
                "garment",
                "apply print",
                "换图案",
                "贴图案",
                "印花",
            ],
            inputs=[
                io.Image.Input("raw_image", tooltip="The photo. A batch makes one task for each picture."),
                io.Mask.Input(
                    "mask",
                    tooltip="1 (white) is redrawn, 0 is kept. A mask of another size is fitted to the photo; values "
                    "from 0.5 count as white. Empty and full masks are refused.",
                ),
                io.Image.Input("pattern_image", tooltip="The pattern that is laid into the white area of the mask."),
                io.Float.Input(
                    "pattern_strength",
                    default=0.5,
                    min=0.0,
                    max=1.0,
                    step=0.01,
                    tooltip="How closely the result follows the pattern, 0 to 1 (API: PatternReferStrength).",
                ),
                io.Boolean.Input(
                    "chaotic_mode",
                    default=False,
                    tooltip="Try this when the result is not good (API: ChaoticMode).",
                ),
                io.Boolean.Input(
                    "color_correction",
                    default=False,
                    tooltip="Try this when colours are far off. Has no effect in chaotic mode (API: ColorCorrection).",
                ),
                *generation_inputs("the size of the photo, brought inside 64 to 2560 in its proportions"),
            ],
            outputs=picture_outputs(),
            hidden=[io.Hidden.unique_id],
        )

    @classmethod
    async def execute(
        cls,
        raw_image: torch.Tensor,
        mask: torch.Tensor,
        pattern_image: torch.Tensor,
        pattern_strength: float,
        chaotic_mode: bool,
        color_correction: bool,
        **shared: Any,
    ) -> io.NodeOutput:
        inputs = GenerationInputs(**shared)
        options = {
            "pattern_strength": pattern_strength,
            "chaotic_mode": chaotic_mode,
            "color_correction": color_correction,
        }
        async with cls.paid_run(inputs) as run:
            redrawn = run.assumptions.redrawn
            return await run.outputs(
                functools.partial(_requests, raw_image, mask, pattern_image, redrawn, options, inputs)
            )


def _requests(
    raw_image: torch.Tensor,
    mask: torch.Tensor,
    pattern_image: torch.Tensor,
    redrawn: api.Redrawn,
    options: dict[str, Any],
    inputs: GenerationInputs,
    uploads: Uploads,
) -> list[api.UnencodedRequest]:
    """One request for each entry of the batch; what can be refused before encoding is refused before any is sent."""
    extra = {"extra_parameters": api.parse_extra_parameters(inputs.extra_parameters)}
    entries = imaging.pair_batches(
        {
            "raw_image": imaging.picture_entries("raw_image", raw_image),
            "mask": usable_masks(mask),
            "pattern_image": imaging.picture_entries("pattern_image", pattern_image),
        }
    )
    return [_request(entry, redrawn, options | extra, inputs, uploads) for entry in entries]


def _request(
    entry: dict[str, torch.Tensor],
    redrawn: api.Redrawn,
    options: dict[str, Any],
    inputs: GenerationInputs,
    uploads: Uploads,
) -> api.UnencodedRequest:
    raw_image, mask, pattern_image = entry["raw_image"], entry["mask"], entry["pattern_image"]
    height, width = raw_image.shape[:2]
    generation, notes = inputs.generation(width, height, "raw")
    uploads.note(*notes)
    refuse_mask_early(uploads, raw_image, mask, inputs.upload_format)
    is_inverted = redrawn is api.Redrawn.BLACK
    mask_encoder = functools.partial(imaging.encode_mask, is_inverted=is_inverted)
    asked = api.ApplyReferencePattern(
        uploads.digest(imaging.picture_digest, raw_image),
        uploads.digest(_inverted_digest if is_inverted else imaging.mask_digest, mask),
        uploads.digest(imaging.picture_digest, pattern_image),
        **options,
        generation=generation,
    )

    def encode() -> api.ApplyReferencePattern:
        raw, raw_uri = uploads.encode(imaging.encode_picture, "raw_image", raw_image, inputs.upload_format)
        _, mask_uri = uploads.encode(mask_encoder, "mask", mask, (raw.width, raw.height))
        _, pattern_uri = uploads.encode(imaging.encode_picture, "pattern_image", pattern_image, inputs.upload_format)
        return replace(asked, raw_image=raw_uri, mask=mask_uri, pattern_image=pattern_uri)

    return api.UnencodedRequest(asked, encode)


def _inverted_digest(mask: torch.Tensor) -> str:
    """What is sent inverted asks for another picture than what was paid for before that was corrected."""
    return f"inverted {imaging.mask_digest(mask)}"
