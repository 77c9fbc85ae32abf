"""Apply Reference Style: redraws a picture in the style of another one."""

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
from .uploads import Uploads


class ApplyReferenceStyle(GeneratingNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="PicpikApplyReferenceStyle",
            display_name="Apply Reference Style (PICPIK)",
            category=CATEGORY,
            description="Redraws a picture in the style of another one: its palette and its texture. A paid task at "
            "PICPIK.",
            search_aliases=[
                "picpik",
                "style transfer",
                "palette",
                "texture",
                "look",
                "reference",
                "风格迁移",
                "配色",
                "风格",
            ],
            inputs=[
                io.Image.Input("raw_image", tooltip="The picture. A batch makes one task for each picture."),
                io.Image.Input("style_image", tooltip="The picture whose style it takes on."),
                io.Float.Input(
                    "style_strength",
                    default=0.5,
                    min=0.0,
                    max=1.0,
                    step=0.01,
                    tooltip="How closely the result follows the style, 0 to 1 (API: StyleReferStrength).",
                ),
                *generation_inputs("the size of raw_image, brought inside 64 to 2560 in its proportions"),
            ],
            outputs=picture_outputs(),
            hidden=[io.Hidden.unique_id],
        )

    @classmethod
    async def execute(
        cls, raw_image: torch.Tensor, style_image: torch.Tensor, style_strength: float, **shared: Any
    ) -> io.NodeOutput:
        inputs = GenerationInputs(**shared)
        async with cls.paid_run(inputs) as run:
            return await run.outputs(functools.partial(_requests, raw_image, style_image, style_strength, inputs))


def _requests(
    raw_image: torch.Tensor,
    style_image: torch.Tensor,
    style_strength: float,
    inputs: GenerationInputs,
    uploads: Uploads,
) -> list[api.UnencodedRequest]:
    """One request for each entry of the batch; what can be refused before encoding is refused before any is sent."""
    options = {
        "style_strength": style_strength,
        "extra_parameters": api.parse_extra_parameters(inputs.extra_parameters),
    }
    entries = imaging.pair_batches(
        {
            "raw_image": imaging.picture_entries("raw_image", raw_image),
            "style_image": imaging.picture_entries("style_image", style_image),
        }
    )
    return [_request(**entry, options=options, inputs=inputs, uploads=uploads) for entry in entries]


def _request(
    raw_image: torch.Tensor,
    style_image: torch.Tensor,
    options: dict[str, Any],
    inputs: GenerationInputs,
    uploads: Uploads,
) -> api.UnencodedRequest:
    height, width = raw_image.shape[:2]
    generation, notes = inputs.generation(width, height, "raw")
    uploads.note(*notes)
    asked = api.ApplyReferenceStyle(
        uploads.digest(imaging.picture_digest, raw_image),
        uploads.digest(imaging.picture_digest, style_image),
        **options,
        generation=generation,
    )

    def encode() -> api.ApplyReferenceStyle:
        _, raw_uri = uploads.encode(imaging.encode_picture, "raw_image", raw_image, inputs.upload_format)
        _, style_uri = uploads.encode(imaging.encode_picture, "style_image", style_image, inputs.upload_format)
        return replace(asked, raw_image=raw_uri, style_image=style_uri)

    return api.UnencodedRequest(asked, encode)
