"""What the submitting nodes have in common: the way from what a node is given to its outputs."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from comfy_api.latest import io
from comfy_execution.graph_utils import ExecutionBlocker

from ...picpik.api import RANDOM_SEED, Account, Action
from ...picpik.ledger import estimated_seconds
from ...picpik.runner import Handle
from ..host import Execution, execution, service
from .encodings import Encodings
from .outputs import pictures_of
from .submission_inputs import SubmissionInputs


class PaidNode(io.ComfyNode):
    """A node that submits paid tasks."""

    @classmethod
    def fingerprint_inputs(cls, **_: Any) -> str | float:
        """Another account is another result, though no input has changed."""
        return service.account_fingerprint()

    @classmethod
    @asynccontextmanager
    async def paid_run(cls, inputs: SubmissionInputs) -> AsyncIterator[PaidRun]:
        """One run of the node, for the account that pays. Raises NotConfigured where there is none."""
        async with execution(cls.hidden.unique_id) as run:
            account, note = service.choose(inputs.account)
            yield PaidRun(run, account, note, inputs)


class GeneratingNode(PaidNode):
    """A paid node with the inputs of `generation_inputs`."""

    @classmethod
    def validate_inputs(cls, main_model: str) -> bool | str:
        """Naming `main_model` keeps ComfyUI from refusing a code that the list does not know: the API judges it."""
        return bool(main_model is None or main_model.strip()) or "main_model is empty: choose a model."

    @classmethod
    def fingerprint_inputs(cls, seed: int | None = None, **_: Any) -> str | float:
        """Seed -1 asks for a new picture at each run: NaN is never equal to what ComfyUI has cached."""
        return float("nan") if seed == RANDOM_SEED else super().fingerprint_inputs()


class PaidRun:
    """Encodes, submits, waits and decodes."""

    def __init__(self, run: Execution, account: Account, account_note: str | None, inputs: SubmissionInputs) -> None:
        self._run = run
        self._account = account
        self._account_note = account_note
        self._inputs = inputs

    async def encoded(self, make_requests: Callable[[Encodings], Sequence[Action]]) -> Sequence[Action]:
        """The requests that `make_requests` makes of the node's inputs, beside ComfyUI's loop."""
        encodings = Encodings()
        requests = await self._run.off_loop("encoding", functools.partial(make_requests, encodings))
        self._run.note(*filter(None, (self._account_note, *encodings.notes)))
        return requests

    async def pictures(self, requests: Sequence[Action]) -> io.NodeOutput:
        """The outputs `images`, `mask` and `task_uid` of a batch of requests, which are submitted now."""
        handles = await self._submitted(requests)
        if self._inputs.wait:
            return await pictures_of(self._run, handles, self._inputs.timeout_minutes)
        uids = await self._run.task_uids(handles)
        return io.NodeOutput(ExecutionBlocker(None), ExecutionBlocker(None), "\n".join(uids))

    async def _submitted(self, requests: Sequence[Action]) -> list[Handle]:
        past = functools.partial(estimated_seconds, service.history(), requests[0])
        self._run.expect(await self._run.off_loop("encoding", past))
        return [
            self._run.watch(service.runner().submit(self._account, request), _upload_bytes(request))
            for request in requests
        ]


def _upload_bytes(request: Action) -> int:
    return sum(image.byte_count for image in request.images)
