"""Example Images: a garment, its mask and a pattern, so that every workflow runs without a file of one's own."""

from __future__ import annotations

import numpy as np
import torch
from comfy_api.latest import io, ui

from ..host import CATEGORY


class ExampleImages(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="PicpikExampleImages",
            display_name="Example Images (PICPIK)",
            category=CATEGORY,
            description="A garment, the mask of its cloth, and a pattern, drawn by the pack itself.",
            search_aliases=["picpik", "demo", "sample garment", "示例图片"],
            inputs=[],
            outputs=[
                io.Image.Output("garment", tooltip="A garment with a printed cloth."),
                io.Mask.Output("garment_mask", tooltip="1 on the printed cloth."),
                io.Image.Output("pattern", tooltip="Another pattern, tileable."),
            ],
        )

    @classmethod
    def execute(cls) -> io.NodeOutput:
        # not at ComfyUI's start: few runs need it
        from ...artwork import garment, garment_mask, pattern

        dress = _batch(garment())
        # ComfyUI's box widget can only be drawn on the picture of a node that shows one
        preview = ui.PreviewImage(dress, cls=cls)
        return io.NodeOutput(dress, _batch(garment_mask()), _batch(pattern()), ui=preview)


def _batch(picture: np.ndarray) -> torch.Tensor:
    """One picture as a batch of its own, on memory that other nodes may write to."""
    return torch.from_numpy(picture.copy())[None]
