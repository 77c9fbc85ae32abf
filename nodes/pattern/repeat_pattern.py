"""Repeat Pattern: a tile laid out as cloth."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from comfy_api.latest import io

from ... import imaging, pattern
from ..host import execution
from .batches import PATTERN_CATEGORY, batch, prints, reports
from .layout_inputs import layout_inputs
from .previews import preview
from .print_inputs import centimetres_input, dpi_input


class RepeatPattern(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="PicpikRepeatPattern",
            display_name="Repeat Pattern (PICPIK)",
            category=PATTERN_CATEGORY,
            description="Lays a tile out as cloth: straight, half-drop, half-brick, mirrored or turned. Free, on "
            "this computer.",
            search_aliases=[
                "picpik",
                "tile",
                "repeat",
                "half-drop",
                "brick",
                "mirror",
                "cloth",
                "四方连续",
                "跳接",
                "平接",
            ],
            inputs=[
                io.Image.Input("tile", tooltip="The tile. Of a batch each one becomes a cloth."),
                *layout_inputs(),
                io.Int.Input("columns", default=3, min=1, max=pattern.MOST_TILES, tooltip="Tiles beside each other."),
                io.Int.Input("rows", default=3, min=1, max=pattern.MOST_TILES, tooltip="Tiles one below the other."),
                centimetres_input(
                    "width_cm", "Width of the cloth in centimetres; it wins over columns. 0: so many columns."
                ),
                centimetres_input(
                    "height_cm", "Height of the cloth in centimetres; it wins over rows. 0: so many rows."
                ),
                dpi_input(
                    0.0,
                    "Pixels of the tile on an inch of cloth. 0: as columns and width_cm, or rows and height_cm, make "
                    "it.",
                    optional=True,
                ),
            ],
            outputs=[
                io.Image.Output("images", tooltip="The cloth. Its pixels are those of the tile."),
                io.Image.Output(
                    "straight_tile", tooltip="The smallest tile that makes the same cloth when it is laid straight."
                ),
                io.String.Output(
                    "report", tooltip="Size in pixels, tiles, and, where dpi is known, centimetres and inches."
                ),
            ],
            hidden=[io.Hidden.unique_id],
        )

    @classmethod
    async def execute(
        cls,
        tile: torch.Tensor,
        layout: str,
        drop: str,
        columns: int,
        rows: int,
        width_cm: float = 0.0,
        height_cm: float = 0.0,
        dpi: float = 0.0,
    ) -> io.NodeOutput:
        laid, extent = pattern.parse_layout(layout, drop), pattern.Extent(columns, rows, width_cm, height_cm, dpi)
        entries = imaging.picture_entries("tile", tile)
        height, width = entries[0].shape[:2]
        size = extent.size(width, height)
        pattern.refuse_too_much(len(entries), (width, height), laid, size)
        async with execution(cls.hidden.unique_id) as run:
            tiles = await run.off_loop("reading", partial(prints, "tile", tile))
            straight = await run.off_loop("laying out", lambda: batch([laid.straight_tile(each) for each in tiles]))
            cloths = await run.off_loop("laying out", partial(pattern.lay_out, straight, *size))
            shown = await run.off_loop("drawing", lambda: [_shown(each, laid, size) for each in tiles])
            lines = pattern.report_cloth((width, height), laid, extent)
            run.note(*lines)
        report = reports(len(tiles), lambda _: lines)
        return io.NodeOutput(cloths, straight, report, ui={"picpik_cloth": shown})


def _shown(tile: Any, layout: pattern.Layout, cloth: tuple[int, int]) -> dict[str, Any]:
    """What the page draws the cloth of: the tile, which may be there in a smaller size than `width` x `height`.

    `layout` and `cloth`, its width and height, are what the page takes where their inputs are linked.
    """
    height, width = tile.shape[:2]
    return {
        "tile": preview(pattern.eight_bits(tile)),
        "width": width,
        "height": height,
        "layout": str(layout),
        "cloth": list(cloth),
    }
