"""The outputs of nodes that give pictures."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from comfy_api.latest import io

from ...imaging import decode_batch
from ...picpik.api import InputRefused
from ...picpik.runner import Handle, TaskResult
from ..host import Execution, service


def picture_outputs() -> list[io.Output]:
    return [
        io.Image.Output("images", tooltip="The pictures, RGB. Smaller ones of a batch lie top left, never stretched."),
        io.Mask.Output("mask", tooltip="1 where a picture is transparent or was padded, 0 elsewhere."),
        io.String.Output(
            "task_uid", tooltip="The TaskUID of each task, one a line. Poll Task takes them for 24 hours."
        ),
    ]


def _missing(result: TaskResult) -> str:
    missing = f"{result.missing} of the results of task {result.task_uid} could not be fetched"
    if not result.trouble:
        return f"{missing} in the 24 hours for which PICPIK keeps them."
    return f"{missing} so far ({result.trouble}). Run again to try once more: it is not paid again."


async def pictures_of(run: Execution, handles: Sequence[Handle], timeout_minutes: float) -> io.NodeOutput:
    """The outputs `images`, `mask` and `task_uid`, once all tasks are stored.

    Raises InputRefused for a task that another Action has made, which brings texts.
    """
    results = await run.results(handles, timeout_minutes)
    for result in results:
        if not result.pictures:
            raise InputRefused(
                "task_uid", f"{result.task_uid} brought texts, no pictures.", "The task list shows them."
            )
    files = [file for result in results for file in result.pictures]
    decoded = await run.off_loop("decoding", functools.partial(decode_batch, files))
    run.note(*decoded.notes, *(_missing(result) for result in results if result.missing))
    if (warning := service.runner().warning) is not None:
        run.note(warning)
    for result in results:
        result.deliver()
    return io.NodeOutput(decoded.images, decoded.masks, "\n".join(result.task_uid for result in results))
