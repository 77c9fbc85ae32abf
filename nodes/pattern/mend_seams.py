"""Mend Seams: a tile that does not repeat, changed near its edges so that it does."""

from __future__ import annotations

import torch
from comfy_api.latest import io, ui

from ... import pattern
from ..host import execution, filled_lines
from .batches import PATTERN_CATEGORY, batch, prints, reports
from .layout_inputs import layout_inputs


class MendSeams(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="PicpikMendSeams",
            display_name="Mend Seams (PICPIK)",
            category=PATTERN_CATEGORY,
            description="Makes a tile repeat, and changes as little as possible near its edges. Free, on this "
            "computer.",
            search_aliases=["picpik", "seamless", "make tileable", "fix seams", "四方连续", "接缝", "修复"],
            inputs=[
                io.Image.Input(
                    "tile", tooltip="The tile. Of a batch each one is mended. One that repeats stays as it is."
                ),
                *layout_inputs(),
                io.Float.Input(
                    "width",
                    default=0.15,
                    min=0.02,
                    max=0.5,
                    step=0.01,
                    round=0.001,
                    tooltip="Up to which part of the tile from its edges something may be changed.",
                ),
            ],
            outputs=[
                io.Image.Output("tile", tooltip="The tile, which repeats, in its size."),
                io.Mask.Output("changed", tooltip="1 where something was changed, 0 elsewhere."),
            ],
            hidden=[io.Hidden.unique_id],
        )

    @classmethod
    async def execute(cls, tile: torch.Tensor, layout: str, drop: str, width: float) -> io.NodeOutput:
        laid = pattern.parse_layout(layout, drop)

        def work() -> tuple[io.NodeOutput, str]:
            found = [pattern.mend(each, laid, width) for each in prints("tile", tile)]
            tiles, changed = batch([each.tile for each in found]), batch([each.changed for each in found])
            shown = ui.PreviewImage(tiles, cls=cls)
            report = reports(len(found), lambda index: [_note(found[index])])
            return io.NodeOutput(tiles, changed.to(torch.float32), ui=shown), report

        async with execution(cls.hidden.unique_id) as run:
            output, report = await run.off_loop("mending", work)
            run.note(*filled_lines(report))
        return output


def _note(mended: pattern.Mended) -> str:
    if not mended.changed.any():
        return "It repeats already: nothing was changed."
    return f"{mended.changed.mean():.1%} of the tile was changed, by {mended.mean_levels:.1f} of 255 levels on average."
