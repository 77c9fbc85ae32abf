"""What the two submitting nodes have in common: their outputs, and the way from requests to outputs."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from comfy_api.latest import io
from comfy_execution.graph_utils import ExecutionBlocker

from ..imaging import EncodedImage, decode_batch
from ..picpik import RANDOM_SEED, DataUri, Handle, PatternAction, estimated_seconds
from . import service
from .execution import Execution, execution
from .generation_inputs import GenerationInputs

CATEGORY = "PICPIK"


Requests = tuple[Sequence[PatternAction], Sequence[str]]
"""The requests of a batch, in order, and the notes on what was changed for them."""


def picture_outputs() -> list[io.Output]:
    return [
        io.Image.Output("images", tooltip="The pictures, RGB. Smaller ones of a batch lie top left, never stretched."),
        io.Mask.Output("mask", tooltip="1 where a picture is transparent or was padded, 0 elsewhere."),
        io.String.Output(
            "task_uid", tooltip="The TaskUID of each task, one a line. Poll Task takes them for 24 hours."
        ),
    ]


class PatternNode(io.ComfyNode):
    """A node that submits paid tasks."""

    @classmethod
    def validate_inputs(cls, main_model: str) -> bool | str:
        """Naming `main_model` keeps ComfyUI from refusing a code that the list does not know: the API judges it."""
        return bool(main_model is None or main_model.strip()) or "main_model is empty: choose a model."

    @classmethod
    def fingerprint_inputs(cls, seed: int | None = None, **_: Any) -> str | float:
        """Seed -1 asks for a new picture at each run: NaN is never equal to what ComfyUI has cached."""
        return float("nan") if seed == RANDOM_SEED else service.account_fingerprint()

    @classmethod
    async def run(cls, shared: GenerationInputs, make_requests: Callable[[], Requests]) -> io.NodeOutput:
        """Refuses, encodes, submits, waits and decodes."""
        async with execution(cls.hidden.unique_id) as run:
            account, account_note = service.choose(shared.account)
            requests, notes = await run.off_loop("encoding", make_requests)
            run.note(*filter(None, (account_note, *notes)))
            past = functools.partial(estimated_seconds, service.history(), requests[0])
            run.expect(await run.off_loop("encoding", past))
            handles = [run.watch(service.runner().submit(account, request), _bytes(request)) for request in requests]
            if shared.wait:
                return await pictures_of(run, handles, shared.timeout_minutes)
            uids = await run.task_uids(handles)
            return io.NodeOutput(ExecutionBlocker(None), ExecutionBlocker(None), "\n".join(uids))


async def pictures_of(run: Execution, handles: Sequence[Handle], timeout_minutes: float) -> io.NodeOutput:
    """The outputs `images`, `mask` and `task_uid`, once all tasks are stored."""
    results = await run.results(handles, timeout_minutes)
    files = [file for result in results for file in result.files]
    decoded = await run.off_loop("decoding", functools.partial(decode_batch, files))
    run.note(*decoded.notes)
    if (warning := service.runner().warning) is not None:
        run.note(warning)
    for result in results:
        result.deliver()
    return io.NodeOutput(decoded.images, decoded.masks, "\n".join(result.task_uid for result in results))


def _bytes(request: PatternAction) -> int:
    return sum(image.byte_count for image in request.images)


class Encodings:
    """Files of the inputs of one run. An entry that serves several tasks of a batch is encoded once."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self._files: dict[tuple[Any, ...], tuple[EncodedImage, DataUri]] = {}

    def encode(
        self, encoder: Callable[..., EncodedImage], name: str, entry: Any, *options: Any
    ) -> tuple[EncodedImage, DataUri]:
        """The file that `encoder` makes of the entry, and what is sent of it."""
        key = (name, id(entry), *options)
        if key not in self._files:
            image = encoder(name, entry, *options)
            self.notes += image.notes
            self._files[key] = image, DataUri.encode(image.media_type, image.chunks)
        return self._files[key]
