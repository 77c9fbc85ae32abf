"""Remove Background: cuts the main object of a photo out."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from comfy_api.latest import io

from ... import imaging
from ...picpik import api
from ..host import CATEGORY
from .matting_inputs import MattingInputs, matting_inputs
from .outputs import cut_out_outputs, cut_outs
from .paid_node import PaidNode
from .uploads import Uploads


class RemoveBackground(PaidNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="PicpikRemoveBackground",
            display_name="Remove Background (PICPIK)",
            category=CATEGORY,
            description="Cuts the main object of a photo out: the object on white, and its mask. A paid task at "
            "PICPIK.",
            search_aliases=[
                "picpik",
                "cut out",
                "matting",
                "mask",
                "garment",
                "product photo",
                "抠图",
                "去背景",
                "白底图",
            ],
            inputs=[
                io.Image.Input("raw_image", tooltip="The photo. A batch makes one task for each picture."),
                io.BoundingBox.Input(
                    "box",
                    default={"x": 0, "y": 0, "width": 0, "height": 0},
                    socketless=False,
                    tooltip="Around the object, in pixels. All zero: PICPIK looks for the main object itself. What "
                    "hangs over the edge is cut off; a box outside the photo is refused (API: Box).",
                ),
                *matting_inputs(),
            ],
            outputs=cut_out_outputs(),
            hidden=[io.Hidden.unique_id, io.Hidden.prompt],
        )

    @classmethod
    async def execute(cls, raw_image: torch.Tensor, box: object, **shared: Any) -> io.NodeOutput:
        inputs = MattingInputs(**shared)
        async with cls.drawn_on(raw_image), cls.paid_run(inputs) as run:
            sought, notes = _sought(raw_image, box)
            return await run.outputs(
                functools.partial(_requests, sought, notes, inputs), functools.partial(cut_outs, sought)
            )


def _sought(raw_image: torch.Tensor, box: object) -> tuple[list[imaging.Sought], tuple[str, ...]]:
    """What is looked for in each entry of the batch, and notes on what was changed about its box."""
    entries = imaging.pair_batches(
        {"raw_image": imaging.picture_entries("raw_image", raw_image), "box": imaging.box_entries(box)}
    )
    found, notes = [], ()
    for entry in entries:
        photo = entry["raw_image"]
        height, width = photo.shape[:2]
        around, box_notes = imaging.resolve_box("box", entry["box"], width, height)
        notes += box_notes
        found.append(imaging.Sought(photo, box=None if around == imaging.Box(0, 0, width, height) else around))
    return found, notes


def _requests(
    sought: Sequence[imaging.Sought], notes: tuple[str, ...], inputs: MattingInputs, uploads: Uploads
) -> list[api.UnencodedRequest]:
    """One request for each entry of the batch; what can be refused before encoding is refused before any is sent."""
    uploads.note(*notes)
    options = inputs.options
    return [_request(one, options, inputs, uploads) for one in sought]


def _request(
    sought: imaging.Sought, options: dict[str, Any], inputs: MattingInputs, uploads: Uploads
) -> api.UnencodedRequest:
    photo, box = sought.photo, sought.box
    size = (photo.shape[1], photo.shape[0])
    if box is not None:
        uploads.refuse_early(
            "raw_image",
            photo,
            inputs.upload_format,
            functools.partial(imaging.is_box_safe, box, size),
            functools.partial(imaging.sent_box, "box", box, size),
        )
    asked = api.RemoveBackground(uploads.digest(imaging.picture_digest, photo), box, **options)

    def encode() -> api.RemoveBackground:
        raw, raw_uri = uploads.encode(imaging.encode_picture, "raw_image", photo, inputs.upload_format)
        in_raw = None if box is None else imaging.sent_box("box", box, size, (raw.width, raw.height))
        return replace(asked, raw_image=raw_uri, box=in_raw)

    return api.UnencodedRequest(asked, encode)
