"""Colourway: the same print in other colours."""

from __future__ import annotations

import torch
from comfy_api.latest import io, ui

from ... import pattern
from ..host import execution
from .batches import PATTERN_CATEGORY, batch, prints


class Colourway(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="PicpikColourway",
            display_name="Colourway (PICPIK)",
            category=PATTERN_CATEGORY,
            description="The same print in other colours: each colour of one palette becomes that of another. "
            "Free, on this "
            "computer.",
            search_aliases=["picpik", "recolor", "recolour", "palette", "color variation", "配色", "换色"],
            inputs=[
                io.Image.Input(
                    "images", tooltip="The prints. Of a batch each one gets every colourway, one print after the other."
                ),
                io.String.Input(
                    "palette_from",
                    default="",
                    multiline=True,
                    tooltip="Colours of the print, one a line, as #bf5b3f: for example palette of Reduce "
                    "Colours. For a "
                    "batch, one palette for all, or one for each print with blank lines between.",
                ),
                io.String.Input(
                    "palette_to",
                    default="",
                    multiline=True,
                    tooltip="What each of them becomes, in the same order, as many lines. Blank lines part "
                    "several colourways, "
                    "each of which is made.",
                ),
                io.Boolean.Input(
                    "keep_shading",
                    default=True,
                    tooltip="What is lighter or darker than its colour stays so. Off: flat colours, and "
                    "mixtures on edges.",
                ),
            ],
            outputs=[io.Image.Output("images", tooltip="The prints in their new colours.")],
            hidden=[io.Hidden.unique_id],
        )

    @classmethod
    async def execute(
        cls, images: torch.Tensor, palette_from: str, palette_to: str, keep_shading: bool
    ) -> io.NodeOutput:
        before, after = (
            pattern.parse_palettes("palette_from", palette_from),
            pattern.parse_palettes("palette_to", palette_to),
        )
        changes = [[pattern.change_of_colours(old, new) for new in after] for old in before]

        def work() -> io.NodeOutput:
            pictures = prints("images", images)
            of_each = pattern.palette_of_each("palette_from", changes, len(pictures))
            made = []
            for picture, colourways in zip(pictures, of_each, strict=True):
                colours = pattern.colours_of(picture)
                made += [pattern.recoloured(colours, change, keep_shading) for change in colourways]
            result = batch(made)
            return io.NodeOutput(result, ui=ui.PreviewImage(result))

        async with execution(cls.hidden.unique_id) as run:
            return await run.off_loop("recolouring", work)
