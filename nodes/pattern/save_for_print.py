"""Save for Print: the file that a printer takes."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path, PurePath
from typing import Any, NamedTuple

import folder_paths
import torch
from comfy.cli_args import args
from comfy_api.latest import io

from ... import imaging, pattern
from ..host import execution, filled_lines
from .batches import PATTERN_CATEGORY, prints, reports
from .previews import preview
from .print_inputs import centimetres_input, dpi_input

_SHOWN_BY_BROWSERS = (".png", ".jpg")


class SaveForPrint(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="PicpikSaveForPrint",
            display_name="Save for Print (PICPIK)",
            category=PATTERN_CATEGORY,
            description="Writes the file that a textile printer takes, with its size and colour profile. Free, on "
            "this computer.",
            search_aliases=["picpik", "save", "dpi", "tiff", "print", "indexed", "icc", "打印", "印花", "保存"],
            inputs=[
                io.Image.Input("images", tooltip="The prints. Each one of a batch becomes a file."),
                io.String.Input(
                    "filename_prefix",
                    default="print/pattern",
                    tooltip="Where in ComfyUI's output folder, and how the files are called; a number follows.",
                ),
                io.Combo.Input(
                    "format",
                    options=list(pattern.FORMATS),
                    default="PNG",
                    tooltip="PNG and TIFF lose nothing; a PNG of at most 256 colours gets a palette of just these. "
                    "indexed TIFF: at most 256 colours, one number each, for separations at the printer's. JPEG is "
                    "smaller, and loses a little.",
                ),
                dpi_input(150.0, "Pixels on an inch of cloth."),
                centimetres_input("width_cm", "Width on cloth in centimetres; it wins over dpi. 0: as dpi makes it."),
                io.Boolean.Input(
                    "embed_workflow",
                    default=True,
                    tooltip="The workflow is written into the file. ComfyUI opens it from a PNG that is dropped on "
                    "it, not "
                    "from TIFF and JPEG, which only keep it. Off: for files that you give away.",
                ),
            ],
            outputs=[
                io.String.Output(
                    "report", tooltip="Each file, its size in centimetres and inches, and what printers refuse."
                )
            ],
            hidden=[io.Hidden.unique_id, io.Hidden.prompt, io.Hidden.extra_pnginfo],
            is_output_node=True,
        )

    @classmethod
    async def execute(
        cls,
        images: torch.Tensor,
        filename_prefix: str,
        format: str,
        dpi: float,
        embed_workflow: bool,
        width_cm: float = 0.0,
    ) -> io.NodeOutput:
        _refuse_prefix(filename_prefix)
        height, width = imaging.picture_entries("images", images)[0].shape[:2]
        resolution = pattern.print_resolution(width, dpi, width_cm)
        texts = _workflow(cls.hidden) if embed_workflow and not args.disable_metadata else {}
        async with execution(cls.hidden.unique_id) as run:
            pictures = await run.off_loop(
                "reading", lambda: [pattern.eight_bits(picture) for picture in prints("images", images)]
            )
            files = [
                await run.off_loop(
                    "encoding",
                    partial(
                        pattern.encode_print, "images", picture, format, resolution, texts, imaging.encode_local_png
                    ),
                )
                for picture in pictures
            ]
            places = await run.off_loop("writing", partial(_write, files, filename_prefix, width, height))
            shown = await run.off_loop(
                "drawing", lambda: [_shown(place, picture) for place, picture in zip(places, pictures, strict=True)]
            )
            report = reports(len(files), lambda index: _report(places[index], files[index]))
            run.note(*filled_lines(report))
        return io.NodeOutput(report, ui={"images": shown})


class _Place(NamedTuple):
    """A file in ComfyUI's output folder."""

    subfolder: str
    filename: str

    def __str__(self) -> str:  # as the report names it
        return PurePath(self.subfolder, self.filename).as_posix()


def _refuse_prefix(prefix: str) -> None:
    parts = Path(os.path.normpath(prefix)).parts
    if not prefix.strip() or not parts:
        raise pattern.PatternRefused("filename_prefix", "it is empty.", "Give a name, for example print/pattern.")
    if Path(prefix).is_absolute() or parts[0] == "..":
        raise pattern.PatternRefused(
            "filename_prefix",
            f"“{prefix[:80]}” leads out of ComfyUI's output folder.",
            "Give a path inside it, for example print/pattern.",
        )


def _workflow(hidden: Any) -> dict[str, str]:
    """What ComfyUI itself writes into its pictures, and no more of what a page may have sent along."""
    found = {"prompt": hidden.prompt, "workflow": (hidden.extra_pnginfo or {}).get("workflow")}
    return {key: json.dumps(value) for key, value in found.items() if value is not None}


def _write(files: Sequence[pattern.PrintFile], prefix: str, width: int, height: int) -> list[_Place]:
    output = folder_paths.get_output_directory()
    try:
        folder, name, first, subfolder, _ = folder_paths.get_save_image_path(prefix, output, width, height)
    except OSError as error:
        raise pattern.NotWritten(Path(output), sum(file.byte_count for file in files), error) from error
    places = []
    for index, file in enumerate(files):
        stem = name.replace("%batch_num%", str(index))
        path = pattern.write_numbered(
            Path(folder),
            lambda number, stem=stem, suffix=file.suffix: f"{stem}_{number:05}_{suffix}",
            first + index,
            file.chunks,
        )
        places.append(_Place(subfolder, path.name))
    return places


def _report(place: _Place, file: pattern.PrintFile) -> tuple[str, ...]:
    first, *more = file.report
    return (f"{place}: {first}", *more)


def _shown(place: _Place, levels: Any) -> dict[str, str]:
    """The file itself, or, where a browser cannot show it, a picture of it."""
    if place.filename.endswith(_SHOWN_BY_BROWSERS):
        return {"filename": place.filename, "subfolder": place.subfolder, "type": "output"}
    return preview(levels)
