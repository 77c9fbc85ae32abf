"""Remove Contents: erases the masked area of a photo and fills it from what is around it."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import Any

import torch
from comfy_api.latest import io

from ... import imaging
from ...picpik import api
from ..host import CATEGORY
from .outputs import picture_outputs
from .paid_node import PaidNode
from .unseeded_inputs import UnseededInputs, unseeded_inputs
from .uploads import Uploads, refuse_mask_early, usable_masks


class RemoveContents(PaidNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="PicpikRemoveContents",
            display_name="Remove Contents (PICPIK)",
            category=CATEGORY,
            description="Erases the masked area of a photo and fills it from what is around it: logos, labels, hands. "
            "A paid task at PICPIK.",
            search_aliases=[
                "picpik",
                "erase",
                "inpaint",
                "logo",
                "label",
                "clean up",
                "retouch",
                "消除",
                "去水印",
                "修图",
            ],
            inputs=[
                io.Image.Input("raw_image", tooltip="The photo. A batch makes one task for each picture."),
                io.Mask.Input(
                    "mask",
                    tooltip="1 (white) is erased, 0 is kept. A mask of another size is fitted to the photo; values "
                    "from 0.5 count as white. Empty and full masks are refused (API: Mask).",
                ),
                io.Int.Input(
                    "mask_blur",
                    default=12,
                    min=0,
                    max=api.MAX_MASK_BLUR,
                    tooltip="How softly what is filled goes over into what is kept, 0 to 64 (API: MaskBlur).",
                ),
                *unseeded_inputs(),
            ],
            outputs=picture_outputs(),
            hidden=[io.Hidden.unique_id],
        )

    @classmethod
    async def execute(cls, raw_image: torch.Tensor, mask: torch.Tensor, mask_blur: int, **shared: Any) -> io.NodeOutput:
        inputs = UnseededInputs(**shared)
        async with cls.paid_run(inputs) as run:
            return await run.outputs(functools.partial(_requests, raw_image, mask, mask_blur, inputs))


def _requests(
    raw_image: torch.Tensor, mask: torch.Tensor, mask_blur: int, inputs: UnseededInputs, uploads: Uploads
) -> list[api.UnencodedRequest]:
    """One request for each entry of the batch; what can be refused before encoding is refused before any is sent."""
    options = {"mask_blur": mask_blur, **inputs.options}
    entries = imaging.pair_batches(
        {"raw_image": imaging.picture_entries("raw_image", raw_image), "mask": usable_masks(mask)}
    )
    return [_request(**entry, options=options, inputs=inputs, uploads=uploads) for entry in entries]


def _request(
    raw_image: torch.Tensor, mask: torch.Tensor, options: dict[str, Any], inputs: UnseededInputs, uploads: Uploads
) -> api.UnencodedRequest:
    refuse_mask_early(uploads, raw_image, mask, inputs.upload_format)
    asked = api.RemoveContents(
        uploads.digest(imaging.picture_digest, raw_image), uploads.digest(imaging.mask_digest, mask), **options
    )

    def encode() -> api.RemoveContents:
        raw, raw_uri = uploads.encode(imaging.encode_picture, "raw_image", raw_image, inputs.upload_format)
        _, mask_uri = uploads.encode(imaging.encode_mask, "mask", mask, (raw.width, raw.height))
        return replace(asked, raw_image=raw_uri, mask=mask_uri)

    return api.UnencodedRequest(asked, encode)
