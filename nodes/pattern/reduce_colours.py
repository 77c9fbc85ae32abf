"""Reduce Colours: a print in a few flat colours, and one plate for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from comfy_api.latest import io, ui

from ... import pattern
from ..host import execution
from .batches import PATTERN_CATEGORY, batch, prints, reports


class ReduceColours(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="PicpikReduceColours",
            display_name="Reduce Colours (PICPIK)",
            category=PATTERN_CATEGORY,
            description="Reduces a print to a few flat colours, as screen printing needs, with one separation "
            "for each. Free, "
            "on this computer.",
            search_aliases=[
                "picpik",
                "palette",
                "quantize",
                "posterize",
                "separations",
                "screen printing",
                "reduce colors",
                "分色",
                "套色",
            ],
            inputs=[
                io.Image.Input("images", tooltip="The prints. Each one of a batch gets colours of its own."),
                io.Int.Input(
                    "colours",
                    default=8,
                    min=1,
                    max=pattern.MOST_COLOURS,
                    tooltip="How many colours are looked for. A print that has no more keeps exactly its own.",
                ),
                io.String.Input(
                    "palette",
                    default="",
                    multiline=True,
                    optional=True,
                    tooltip="Fixed colours instead, one a line, as #bf5b3f: each pixel gets the nearest one. "
                    "Also linkable.",
                ),
                io.Boolean.Input(
                    "dither",
                    default=False,
                    tooltip="Colours in between are mixed of dots of two colours, in a regular grid, so that a "
                    "tile repeats as "
                    "before.",
                ),
            ],
            outputs=[
                io.Image.Output("images", tooltip="The prints in these colours alone."),
                io.String.Output(
                    "palette",
                    tooltip="The colours, one a line, the most frequent first; fixed ones in their order. A blank line "
                    "between the entries of a batch.",
                ),
                io.Mask.Output(
                    "separations",
                    tooltip="One mask for each colour, in order: 1 where it is printed. Together they cover all once.",
                ),
                io.String.Output("report", tooltip="How much of the print each colour covers."),
            ],
            hidden=[io.Hidden.unique_id],
        )

    @classmethod
    async def execute(
        cls, images: torch.Tensor, colours: int, palette: str | None = None, dither: bool = False
    ) -> io.NodeOutput:
        fixed = pattern.parse_palettes("palette", palette) if palette and palette.strip() else None

        def work() -> io.NodeOutput:
            pictures = prints("images", images)
            palettes = pattern.palette_of_each("palette", fixed, len(pictures)) if fixed else [None] * len(pictures)
            reduced = [_reduced(picture, colours, own, dither) for picture, own in zip(pictures, palettes, strict=True)]
            return _output(reduced, None if fixed else colours)

        async with execution(cls.hidden.unique_id) as run:
            return await run.off_loop("reducing the colours", work)


class _Reduced(NamedTuple):
    palette: Any
    inks: Any
    """Which of the palette each pixel has."""
    shares: list[float]


def _reduced(picture: Any, count: int, palette: Any, dither: bool) -> _Reduced:
    """A print in a palette, or, where it is None, in `count` colours of its own."""
    colours = pattern.colours_of(picture)
    if palette is None:
        palette, inks = pattern.in_own_colours(colours, count, dither)
    else:
        inks = pattern.in_fixed_colours(colours, palette, dither)
    return _Reduced(palette, inks, pattern.ink_shares(inks, len(palette)))


def _output(reduced: Sequence[_Reduced], asked: int | None) -> io.NodeOutput:
    images = batch([pattern.printed(each.inks, each.palette) for each in reduced])
    plates = [torch.from_numpy(pattern.separations(each.inks, len(each.palette))) for each in reduced]
    return io.NodeOutput(
        images,
        pattern.palettes_text(each.palette for each in reduced),
        plates[0] if len(plates) == 1 else torch.cat(plates),
        reports(len(reduced), lambda index: _lines(reduced[index], asked)),
        ui={**ui.PreviewImage(images).as_dict(), "picpik_palettes": [_swatches(each) for each in reduced]},
    )


def _lines(reduced: _Reduced, asked: int | None) -> list[str]:
    count = len(reduced.palette)
    has_no_more = asked is not None and count < asked
    return [
        f"Colours: {count}{'; the print has no more' if has_no_more else ''}.",
        *(
            f"{line} {share:.1%}"
            for line, share in zip(pattern.palette_lines(reduced.palette), reduced.shares, strict=True)
        ),
    ]


def _swatches(reduced: _Reduced) -> dict[str, list[Any]]:
    """What the front end draws."""
    return {"colours": pattern.palette_lines(reduced.palette), "shares": reduced.shares}
