"""Check Seams: whether a tile repeats, and where not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from comfy_api.latest import io, ui

from ... import pattern
from ..host import execution
from .batches import PATTERN_CATEGORY, batch, prints, reports
from .layout_inputs import layout_inputs


class CheckSeams(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="PicpikCheckSeams",
            display_name="Check Seams (PICPIK)",
            category=PATTERN_CATEGORY,
            description="Says whether a tile repeats without a seam, and marks where it does not. Free, on this "
            "computer.",
            search_aliases=["picpik", "seamless", "seam", "tileable", "check", "四方连续", "接缝"],
            inputs=[io.Image.Input("tile", tooltip="The tile. Of a batch each one is looked at."), *layout_inputs()],
            outputs=[
                io.Boolean.Output("is_seamless", tooltip="Whether it repeats; of a batch, whether all do."),
                io.Image.Output(
                    "marked",
                    tooltip="The tile, moved by half so that its edges meet in the middle, with the places marked.",
                ),
                io.String.Output(
                    "report", tooltip="Which edges do not continue each other, where, and what may be wrong."
                ),
                io.Image.Output("images", tooltip="The tile, unchanged, for wiring on."),
            ],
            hidden=[io.Hidden.unique_id],
        )

    @classmethod
    async def execute(cls, tile: torch.Tensor, layout: str, drop: str) -> io.NodeOutput:
        how = pattern.parse_layout(layout, drop)
        async with execution(cls.hidden.unique_id) as run:
            entries = await run.off_loop("reading", lambda: prints("tile", tile))
            verdicts = await run.off_loop("checking", lambda: [pattern.check_seams(entry, how) for entry in entries])
            lines = [pattern.report_seams(how, verdict) for verdict in verdicts]
            run.note(*(first for first, *_ in lines))
            marks, preview = await run.off_loop("marking", lambda: _marks(cls, entries, how, verdicts))
        are_seamless = all(verdict.is_seamless for verdict in verdicts)
        report = reports(len(lines), lambda index: lines[index])
        return io.NodeOutput(are_seamless, marks, report, tile, ui=preview)


def _marks(
    node: type[CheckSeams], entries: Sequence[Any], layout: pattern.Layout, verdicts: Sequence[pattern.Verdict]
) -> tuple[torch.Tensor, ui.PreviewImage]:
    """The marked batch, and the files of which ComfyUI shows it."""
    marks = batch([pattern.marked(entry, layout, verdict) for entry, verdict in zip(entries, verdicts, strict=True)])
    return marks, ui.PreviewImage(marks, cls=node)
