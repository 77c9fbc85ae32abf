"""Describe Images: says in words what pictures show."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import Any

import torch
from comfy_api.latest import io

from ... import imaging
from ...picpik import api
from ..host import CATEGORY
from .outputs import task_uid_output, texts
from .paid_node import PaidNode
from .unseeded_inputs import UnseededInputs, unseeded_inputs
from .uploads import Uploads

_MOST_PICTURES = 32
"""No page has a limit. But all of them share one body, and max_tasks counts them as one task."""
_LARGEST_SIDE = 1024
"""Pixels: whoever describes a picture in words sees no more in a larger one, and all of a batch travel in one body."""


class DescribeImages(PaidNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="PicpikDescribeImages",
            display_name="Describe Images (PICPIK)",
            category=CATEGORY,
            description="Says in words what pictures show, for prompts and for catalogues. A paid task at PICPIK.",
            search_aliases=[
                "picpik",
                "caption",
                "interrogate",
                "image to text",
                "prompt",
                "描述图片",
                "反推提示词",
                "图生文",
            ],
            inputs=[
                io.Image.Input("images", tooltip="The pictures. A batch is one task (API: ImageList)."),
                io.Combo.Input(
                    "language",
                    options=list(api.LANGUAGES),
                    default=next(iter(api.LANGUAGES)),
                    tooltip="The language of the texts (API: TranslateDescription).",
                ),
                *unseeded_inputs(),
            ],
            outputs=[
                io.String.Output("texts", is_output_list=True, tooltip="One text for each picture, as a list."),
                io.String.Output("text", tooltip="All texts, with an empty line between two."),
                task_uid_output(),
            ],
            hidden=[io.Hidden.unique_id],
        )

    @classmethod
    async def execute(cls, images: torch.Tensor, language: str, **shared: Any) -> io.NodeOutput:
        inputs = UnseededInputs(**shared)
        async with cls.paid_run(inputs) as run:
            return await run.outputs(functools.partial(_requests, images, language, inputs), texts)


def _requests(
    images: torch.Tensor, language: str, inputs: UnseededInputs, uploads: Uploads
) -> list[api.UnencodedRequest]:
    """One request for the whole batch."""
    entries = imaging.picture_entries("images", images)
    if len(entries) > _MOST_PICTURES:
        raise api.InputRefused(
            "images",
            f"a batch of {len(entries)} is more than one task takes, {_MOST_PICTURES}.",
            "Divide the batch, for example with ComfyUI's own “ImageFromBatch” node.",
        )
    digests = tuple(uploads.digest(imaging.picture_digest, entry) for entry in entries)
    asked = api.DescribeImages(digests, language, **inputs.options)

    def encode() -> api.DescribeImages:
        limits = (inputs.upload_format, _LARGEST_SIDE, imaging.PICTURE_BYTE_BUDGET // len(entries))
        return replace(
            asked,
            pictures=tuple(uploads.encode(imaging.encode_picture, "images", entry, *limits)[1] for entry in entries),
        )

    return [api.UnencodedRequest(asked, encode)]
