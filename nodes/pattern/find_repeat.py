"""Find Repeat: one true repeat, cut out of a flat print."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from comfy_api.latest import io, ui

from ... import pattern
from ..host import execution, filled_lines
from .batches import PATTERN_CATEGORY, batch, prints, reports


class FindRepeat(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="PicpikFindRepeat",
            display_name="Find Repeat (PICPIK)",
            category=PATTERN_CATEGORY,
            description="Finds the repeat of a flat print and cuts one tile out of it. Free, on this computer.",
            search_aliases=["picpik", "repeat", "tile", "period", "lattice", "四方连续", "循环", "回位"],
            inputs=[
                io.Image.Input(
                    "images",
                    tooltip="A flat print, or its photo from straight above, with at least two repeats in view "
                    "each way.",
                ),
                io.Combo.Input(
                    "layout",
                    options=["auto", "straight", "half-drop", "half-brick"],
                    default="auto",
                    tooltip="How the tile is to repeat. auto: the way in which it is smallest.",
                ),
                io.Boolean.Input(
                    "refine",
                    default=True,
                    tooltip="The tile is straightened, where the photo is a little turned or in perspective, its "
                    "light evened, and its edges are made to meet. Off: it is cut out as it is, to the pixel.",
                ),
            ],
            outputs=[
                io.Image.Output("tile", is_output_list=True, tooltip="One repeat of each print, each in its own size."),
                io.String.Output(
                    "layout",
                    is_output_list=True,
                    tooltip="How it repeats, as half-drop 1/2: for layout of Repeat Pattern, Check Seams and "
                    "Mend Seams.",
                ),
                io.String.Output(
                    "report",
                    is_output_list=True,
                    tooltip="Size of the repeat, how often it is in view, how alike its copies are, and how the "
                    "photo was turned.",
                ),
            ],
            hidden=[io.Hidden.unique_id],
        )

    @classmethod
    async def execute(cls, images: torch.Tensor, layout: str, refine: bool) -> io.NodeOutput:
        async with execution(cls.hidden.unique_id) as run:
            entries = await run.off_loop("reading", partial(prints, "images", images))
            found = []
            for index in range(len(entries)):
                found.append(
                    await run.off_loop("looking for the repeat", partial(_found, entries, index, layout, refine))
                )
            tiles = [batch([each.tile]) for each in found]
            shown = await run.off_loop("drawing", lambda: [image for tile in tiles for image in _preview(tile)])
            run.note(*filled_lines(reports(len(found), lambda index: found[index].report)))
        layouts, lines = [str(each.layout) for each in found], ["\n".join(each.report) for each in found]
        return io.NodeOutput(tiles, layouts, lines, ui={"images": shown})


def _found(entries: list[Any], index: int, layout: str, refine: bool) -> pattern.FoundRepeat:
    """What repeats in one entry. Where there are several, an error names the entry, counted from 1."""
    try:
        return pattern.find_repeat(entries[index], layout, refine=refine)
    except pattern.PatternError as error:
        if len(entries) == 1:
            raise
        raise pattern.PatternError(f"Entry {index + 1}: {error.problem}", error.remedy) from error


def _preview(tile: torch.Tensor) -> list[Any]:
    """Writes ComfyUI's own preview of a tile, and says where the page finds it."""
    return ui.PreviewImage(tile).as_dict()["images"]
