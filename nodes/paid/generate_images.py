"""Generate Images: makes pictures, or tiles that repeat, of a text."""

from __future__ import annotations

import functools
from typing import Any

from comfy_api.latest import io

from ...picpik import api
from ..host import CATEGORY
from .generation_inputs import GenerationInputs, generation_inputs
from .outputs import picture_outputs
from .paid_node import GeneratingNode
from .uploads import Uploads

DEFAULT_SIDE = 1024


class GenerateImages(GeneratingNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="PicpikGenerateImages",
            display_name="Generate Images (PICPIK)",
            category=CATEGORY,
            description="Makes pictures of a text, prints that repeat if wanted. A paid task at PICPIK.",
            search_aliases=[
                "picpik",
                "text to image",
                "text to pattern",
                "print",
                "tile",
                "seamless",
                "文生图",
                "图案生成",
                "四方连续",
            ],
            inputs=[
                io.Boolean.Input(
                    "tileable",
                    default=True,
                    tooltip="Make opposite edges continue each other, so that the picture repeats (API: Tileable).",
                ),
                *generation_inputs(f"{DEFAULT_SIDE}"),
            ],
            outputs=picture_outputs(),
            hidden=[io.Hidden.unique_id],
        )

    @classmethod
    async def execute(cls, tileable: bool, **shared: Any) -> io.NodeOutput:
        inputs = GenerationInputs(**shared)
        async with cls.paid_run(inputs) as run:
            return await run.outputs(functools.partial(_requests, tileable, inputs))


def _requests(tileable: bool, inputs: GenerationInputs, uploads: Uploads) -> list[api.GenerateImages]:
    generation, notes = inputs.generation(DEFAULT_SIDE, DEFAULT_SIDE, DEFAULT_SIDE)
    uploads.note(*notes)
    request = api.GenerateImages(
        tileable=tileable,
        generation=generation,
        extra_parameters=api.parse_extra_parameters(inputs.extra_parameters),
    )
    if not request.to_params().get("PositivePrompts") and not generation.sub_models:
        raise api.InputRefused(
            "positive_prompts", "is empty: there is nothing to make a picture of.", "Write what the picture is to show."
        )
    return [request]
