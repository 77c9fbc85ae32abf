"""Resize Image: enlarges a picture, or a tile so that it still repeats."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from comfy_api.latest import io

from ... import imaging
from ...picpik import api, runner
from ..host import CATEGORY
from .outputs import Made, picture_outputs, pictures
from .paid_node import PaidNode
from .unseeded_inputs import UnseededInputs, unseeded_inputs
from .uploads import Uploads


class ResizeImage(PaidNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="PicpikResizeImage",
            display_name="Resize Image (PICPIK)",
            category=CATEGORY,
            description="Enlarges a picture up to 4096 pixels a side, and a tile so that it still repeats. A paid task "
            "at PICPIK.",
            search_aliases=[
                "picpik",
                "upscale",
                "enlarge",
                "super resolution",
                "tile",
                "seamless",
                "放大",
                "高清",
                "四方连续",
            ],
            inputs=[
                io.Image.Input("image", tooltip="The picture. A batch makes one task for each picture."),
                io.Int.Input(
                    "width",
                    default=0,
                    min=0,
                    max=api.MAX_RESIZED_SIDE,
                    tooltip="Width of the result in pixels, 64 to 4096. 0: from the height, in the proportions of the "
                    "picture, or from factor (API: Width).",
                ),
                io.Int.Input(
                    "height",
                    default=0,
                    min=0,
                    max=api.MAX_RESIZED_SIDE,
                    tooltip="Height of the result in pixels, 64 to 4096. 0: from the width, in the proportions of the "
                    "picture, or from factor (API: Height).",
                ),
                io.Float.Input(
                    "factor",
                    default=2.0,
                    min=0.01,
                    max=64.0,
                    step=0.25,
                    round=0.01,
                    tooltip="How many times as wide and high the result is, where width and height are 0.",
                ),
                io.Boolean.Input(
                    "tile",
                    default=False,
                    tooltip="For a pattern that repeats: it is sent with what lies around it on cloth, which is cut "
                    "off again, so that the result repeats as well.",
                ),
                *unseeded_inputs(),
            ],
            outputs=picture_outputs(),
            hidden=[io.Hidden.unique_id],
        )

    @classmethod
    async def execute(
        cls, image: torch.Tensor, width: int, height: int, factor: float, tile: bool, **shared: Any
    ) -> io.NodeOutput:
        inputs = UnseededInputs(**shared)
        async with cls.paid_run(inputs) as run:
            entries = imaging.picture_entries("image", image)
            size = (entries[0].shape[1], entries[0].shape[0])
            limits = (api.MIN_RESIZED_SIDE, api.MAX_RESIZED_SIDE)
            asked = imaging.enlarged_size(width, height, factor, size, limits, tile)
            around = imaging.wrapping(size, asked) if tile else None
            return await run.outputs(
                functools.partial(_requests, entries, asked, around, inputs), functools.partial(_made, around)
            )


def _requests(
    entries: Sequence[torch.Tensor],
    size: tuple[int, int],
    around: imaging.Wrapping | None,
    inputs: UnseededInputs,
    uploads: Uploads,
) -> list[api.UnencodedRequest]:
    """One request for each entry of the batch."""
    return [_request(entry, size, around, inputs, uploads) for entry in entries]


def _request(
    image: torch.Tensor,
    size: tuple[int, int],
    around: imaging.Wrapping | None,
    inputs: UnseededInputs,
    uploads: Uploads,
) -> api.UnencodedRequest:
    def sent(entry: torch.Tensor) -> torch.Tensor:
        """Made anew for each use: a large tile with its margins is not kept while the node waits."""
        return entry if around is None else around.around(entry)

    def digest(entry: torch.Tensor) -> str:
        return imaging.picture_digest(sent(entry))

    def encoder(name: str, entry: torch.Tensor, *limits: Any) -> imaging.EncodedImage:
        return imaging.encode_picture(name, sent(entry), *limits)

    asked = api.ResizeImage(
        uploads.digest(digest, image), *(size if around is None else around.asked), **inputs.options
    )

    def encode() -> api.ResizeImage:
        _, uri = uploads.encode(encoder, "image", image, inputs.upload_format, api.MAX_RESIZED_SIDE)
        return replace(asked, image=uri)

    return api.UnencodedRequest(asked, encode)


def _made(around: imaging.Wrapping | None, results: Sequence[runner.TaskResult]) -> Made:
    """`images` and `mask`, of tiles without what was laid around them."""
    if around is None:
        return pictures(results)
    cut = imaging.cut_tiles(around, [file for result in results for file in result.pictures])
    return Made(cut.images, cut.masks, cut.notes)
