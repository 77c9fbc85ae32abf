"""What nodes make of the results of their tasks."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from comfy_api.latest import io
from comfy_execution.graph_utils import ExecutionBlocker

from ... import imaging
from ...picpik import runner
from ..host import Execution, service


class Made(NamedTuple):
    """The two outputs that stand before `task_uid`, notes on how they were made, and outputs that stand behind it."""

    first: Any
    second: Any
    notes: tuple[str, ...] = ()
    more: tuple[Any, ...] = ()


def task_uid_output() -> io.Output:
    return io.String.Output(
        "task_uid", tooltip="The TaskUID of each task, one a line. Poll Task takes them for 24 hours."
    )


def picture_outputs() -> list[io.Output]:
    return [
        io.Image.Output("images", tooltip="The pictures, RGB. Smaller ones of a batch lie top left, never stretched."),
        io.Mask.Output("mask", tooltip="1 where a picture is transparent or was padded, 0 elsewhere."),
        task_uid_output(),
    ]


def cut_out_outputs() -> list[io.Output]:
    return [
        io.Image.Output("images", tooltip="The cut-out on white. Smaller ones of a batch lie top left."),
        io.Mask.Output(
            "object_mask", tooltip="1 on the object, 0 elsewhere: what mask of Apply Reference Pattern redraws."
        ),
        task_uid_output(),
    ]


async def outputs_of(
    run: Execution,
    handles: Sequence[runner.Handle],
    timeout_minutes: float,
    make: Callable[[Sequence[runner.TaskResult]], Made],
) -> io.NodeOutput:
    """What `make` makes of the results of all tasks beside ComfyUI's loop, and `task_uid`, once all are stored."""
    results = await run.results(handles, timeout_minutes)
    made = await run.off_loop("decoding", functools.partial(make, results))
    run.note(*made.notes, *(_missing(result) for result in results if result.missing))
    if (warning := service.runner().warning) is not None:
        run.note(warning)
    for result in results:
        result.deliver()
    uids = "\n".join(result.task_uid for result in results)
    return io.NodeOutput(made.first, made.second, uids, *made.more)


def pictures(results: Sequence[runner.TaskResult]) -> Made:
    """`images` and `mask`."""
    decoded = imaging.decode_batch([file for result in results for file in result.pictures])
    return Made(decoded.images, decoded.masks, decoded.notes)


def cut_outs(sought: Sequence[imaging.Sought], results: Sequence[runner.TaskResult]) -> Made:
    """`images` and `object_mask`, which stops what needs it where a result does not tell it."""
    found = imaging.cut_out_batch([result.pictures for result in results], sought)
    if found.object_masks is not None:
        return Made(found.images, found.object_masks, found.notes)
    unknown = "PICPIK's result has neither an alpha channel nor a mask: where the object is, it does not tell."
    return Made(found.images, ExecutionBlocker(unknown), (*found.notes, f"object_mask: {unknown}"))


def texts(results: Sequence[runner.TaskResult]) -> Made:
    """`texts` and `text`."""
    found = _texts_in(results)
    return Made(found, _joined(found))


def whatever(results: Sequence[runner.TaskResult]) -> Made:
    """`images` and `mask`, which are empty where there are only texts, and `text`."""
    found = tuple(result for result in results if result.pictures)
    made = pictures(found) if found else Made(ExecutionBlocker(None), ExecutionBlocker(None))
    notes = (f"{result.task_uid} brought texts, no pictures" for result in results if not result.pictures)
    return Made(made.first, made.second, (*made.notes, *notes), (_joined(_texts_in(results)),))


def _texts_in(results: Sequence[runner.TaskResult]) -> list[str]:
    return [file.read_text("utf-8") for result in results for file in result.texts]


def _joined(texts: Sequence[str]) -> str:
    return "\n\n".join(texts)


def _missing(result: runner.TaskResult) -> str:
    missing = f"{result.missing} of the results of task {result.task_uid} could not be fetched"
    if not result.trouble:
        return f"{missing} in the 24 hours for which PICPIK keeps them."
    return f"{missing} so far ({result.trouble}). Run again to try once more: it is not paid again."
