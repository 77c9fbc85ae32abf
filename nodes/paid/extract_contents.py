"""Extract Contents: cuts out of a photo what was clicked on."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import torch
from comfy_api.latest import io

from ... import imaging
from ...picpik import api
from ..host import CATEGORY
from .matting_inputs import MattingInputs, matting_inputs
from .outputs import cut_out_outputs, cut_outs
from .paid_node import PaidNode
from .uploads import Uploads


class ExtractContents(PaidNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="PicpikExtractContents",
            display_name="Extract Contents (PICPIK)",
            category=CATEGORY,
            description="Cuts out of a photo what was clicked on: the object on white, and its mask. A paid task at "
            "PICPIK.",
            search_aliases=[
                "picpik",
                "mask",
                "click",
                "points",
                "segment",
                "select garment",
                "cut out",
                "选区",
                "点选",
                "抠图",
                "蒙版",
            ],
            inputs=[
                io.Image.Input("raw_image", tooltip="The photo. A batch makes one task for each picture."),
                io.String.Input(
                    "include_points",
                    default="",
                    tooltip='Points on what is to be cut out, in pixels: click on the picture below, or write [{"x": '
                    '120, "y": 80}]. Takes what point editors hand on (API: IncludePointList).',
                ),
                io.String.Input(
                    "exclude_points",
                    default="",
                    tooltip="Points on what is not to be cut out: Alt-click or right-click on the picture below "
                    "(API: ExcludePointList).",
                ),
                *matting_inputs(),
            ],
            outputs=cut_out_outputs(),
            hidden=[io.Hidden.unique_id, io.Hidden.prompt],
        )

    @classmethod
    async def execute(
        cls, raw_image: torch.Tensor, include_points: str, exclude_points: str, **shared: Any
    ) -> io.NodeOutput:
        inputs = MattingInputs(**shared)
        async with cls.drawn_on(raw_image), cls.paid_run(inputs) as run:
            clicked = _clicked(raw_image, include_points, exclude_points)
            sought = [imaging.Sought(each.photo, points=each.included) for each in clicked]
            return await run.outputs(functools.partial(_requests, clicked, inputs), functools.partial(cut_outs, sought))


class _Clicked(NamedTuple):
    """One entry of the batch, and the points on it in its pixels."""

    photo: torch.Tensor
    included: tuple[imaging.Point, ...]
    excluded: tuple[imaging.Point, ...]


def _clicked(raw_image: torch.Tensor, include_points: str, exclude_points: str) -> list[_Clicked]:
    entries = imaging.pair_batches(
        {
            "raw_image": imaging.picture_entries("raw_image", raw_image),
            "include_points": imaging.point_entries("include_points", include_points),
            "exclude_points": imaging.point_entries("exclude_points", exclude_points),
        }
    )
    return [_entry(**entry) for entry in entries]


def _entry(raw_image: torch.Tensor, include_points: Sequence[Any], exclude_points: Sequence[Any]) -> _Clicked:
    height, width = raw_image.shape[:2]
    included = imaging.resolve_points("include_points", include_points, width, height)
    excluded = imaging.resolve_points("exclude_points", exclude_points, width, height)
    imaging.refuse_contradiction(included, excluded)
    return _Clicked(raw_image, included, excluded)


def _requests(clicked: Sequence[_Clicked], inputs: MattingInputs, uploads: Uploads) -> list[api.UnencodedRequest]:
    """One request for each entry of the batch; what can be refused before encoding is refused before any is sent."""
    options = inputs.options
    return [_request(each, options, inputs, uploads) for each in clicked]


def _request(
    clicked: _Clicked, options: dict[str, Any], inputs: MattingInputs, uploads: Uploads
) -> api.UnencodedRequest:
    photo, included, excluded = clicked
    size = (photo.shape[1], photo.shape[0])
    uploads.refuse_early(
        "raw_image",
        photo,
        inputs.upload_format,
        functools.partial(imaging.are_points_safe, included, excluded, size),
        functools.partial(imaging.sent_points, included, excluded, size),
    )
    asked = api.ExtractContents(uploads.digest(imaging.picture_digest, photo), included, excluded, **options)

    def encode() -> api.ExtractContents:
        raw, raw_uri = uploads.encode(imaging.encode_picture, "raw_image", photo, inputs.upload_format)
        in_raw, not_in_raw = imaging.sent_points(included, excluded, size, (raw.width, raw.height))
        return replace(asked, raw_image=raw_uri, include_points=in_raw, exclude_points=not_in_raw)

    return api.UnencodedRequest(asked, encode)
