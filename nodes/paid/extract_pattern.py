"""Extract Pattern: makes a flat, tileable pattern of what is inside a box of a photo."""

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

DEFAULT_SIDE = 1024


class ExtractPattern(GeneratingNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="PicpikExtractPattern",
            display_name="Extract Pattern (PICPIK)",
            category=CATEGORY,
            description="Makes a flat pattern of the print inside a box of a photo, tileable if wanted. "
            "A paid task at PICPIK.",
            search_aliases=[
                "picpik",
                "pattern",
                "textile",
                "fabric",
                "print",
                "tile",
                "seamless",
                "提取图案",
                "花型",
                "四方连续",
            ],
            inputs=[
                io.Image.Input("raw_image", tooltip="The photo. A batch makes one task for each picture."),
                io.BoundingBox.Input(
                    "box",
                    default={"x": 0, "y": 0, "width": 0, "height": 0},
                    socketless=False,
                    tooltip="The part of the photo the print is taken from, in pixels. All zero: the whole photo. What "
                    "hangs over the edge is cut off; a box outside the photo is refused (API: Box).",
                ),
                io.Mask.Input(
                    "region",
                    optional=True,
                    tooltip="Paint over the print instead of giving a box: the box around what is painted is used, "
                    "and wins over box.",
                ),
                io.Boolean.Input(
                    "tiling",
                    default=False,
                    tooltip="Make opposite edges continue each other, so that the pattern repeats (API: Tiling).",
                ),
                *generation_inputs(f"{DEFAULT_SIDE}"),
            ],
            outputs=picture_outputs(),
            hidden=[io.Hidden.unique_id, io.Hidden.prompt],
        )

    @classmethod
    async def execute(
        cls,
        raw_image: torch.Tensor,
        box: object,
        tiling: bool,
        region: torch.Tensor | None = None,
        **shared: Any,
    ) -> io.NodeOutput:
        inputs = GenerationInputs(**shared)
        async with cls.drawn_on(raw_image), cls.paid_run(inputs) as run:
            return await run.outputs(functools.partial(_requests, raw_image, box, region, tiling, inputs))


def _requests(
    raw_image: torch.Tensor,
    box: object,
    region: torch.Tensor | None,
    tiling: bool,
    inputs: GenerationInputs,
    uploads: Uploads,
) -> list[api.UnencodedRequest]:
    """One request for each entry of the batch; what can be refused before encoding is refused before any is sent."""
    options = {"tiling": tiling, "extra_parameters": api.parse_extra_parameters(inputs.extra_parameters)}
    batches: dict[str, list[Any]] = {"raw_image": imaging.picture_entries("raw_image", raw_image)}
    if region is None:
        batches["box"] = imaging.box_entries(box)
    else:
        batches["region"] = imaging.mask_entries("region", region)
    return [_request(entry, options, inputs, uploads) for entry in imaging.pair_batches(batches)]


def _request(
    entry: dict[str, Any], options: dict[str, Any], inputs: GenerationInputs, uploads: Uploads
) -> api.UnencodedRequest:
    raw_image = entry["raw_image"]
    height, width = raw_image.shape[:2]
    size = (width, height)
    source, find_box = ("region", imaging.region_box) if "region" in entry else ("box", imaging.resolve_box)
    box, box_notes = find_box(source, entry[source], width, height)
    uploads.refuse_early(
        "raw_image",
        raw_image,
        inputs.upload_format,
        functools.partial(imaging.is_box_safe, box, size),
        functools.partial(imaging.sent_box, source, box, size),
    )
    generation, size_notes = inputs.generation(width, height, DEFAULT_SIDE)
    uploads.note(*box_notes, *size_notes)
    asked = api.GeneratePatternsFromImage(
        uploads.digest(imaging.picture_digest, raw_image), box, **options, generation=generation
    )

    def encode() -> api.GeneratePatternsFromImage:
        raw, raw_uri = uploads.encode(imaging.encode_picture, "raw_image", raw_image, inputs.upload_format)
        in_raw = imaging.sent_box(source, box, size, (raw.width, raw.height))
        return replace(asked, raw_image=raw_uri, box=in_raw)

    return api.UnencodedRequest(asked, encode)
