"""What the submitting nodes have in common: the way from what a node is given to its outputs."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import torch
from comfy_api.latest import io
from comfy_execution.graph_utils import ExecutionBlocker

from ...imaging import picture_entries
from ...picpik.api import RANDOM_SEED, Account, Action, Assumptions, Request
from ...picpik.ledger import estimated_credits, estimated_seconds
from ...picpik.runner import Handle, TaskResult
from ..host import Execution, execution, raw_images, service, when_queued
from .allowance import allow, count_paid
from .outputs import Made, outputs_of, pictures
from .submission_inputs import SubmissionInputs
from .uploads import Uploads


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

    @classmethod
    async def keep_raw_image(cls, raw_image: torch.Tensor) -> None:
        """For the page, which draws on it. Done before anything else: whoever lacks keys can draw all the same."""
        entry = picture_entries("raw_image", raw_image)[0]
        await asyncio.to_thread(raw_images.keep, cls.hidden.unique_id, cls.hidden.prompt, entry)


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
    """Prepares, encodes what is not known yet, submits, waits and decodes."""

    def __init__(self, run: Execution, account: Account, account_note: str | None, inputs: SubmissionInputs) -> None:
        self._run = run
        self._account = account
        self._account_note = account_note
        self._inputs = inputs

    @property
    def assumptions(self) -> Assumptions:
        """What is assumed of the service that the run is for."""
        return self._account.assumptions

    async def outputs(
        self,
        make_requests: Callable[[Uploads], Sequence[Request]],
        make: Callable[[Sequence[TaskResult]], Made] = pictures,
    ) -> io.NodeOutput:
        """What `make` makes of the results of the requests that `make_requests` makes of the node's inputs.

        Both are called beside ComfyUI's loop; `make_requests` refuses whatever can be refused without encoding.
        """
        handles = await self._submitted(make_requests)
        if self._inputs.wait:
            return await outputs_of(self._run, handles, self._inputs.timeout_minutes, make)
        uids = await self._run.task_uids(handles, self._inputs.timeout_minutes)
        return io.NodeOutput(ExecutionBlocker(None), ExecutionBlocker(None), "\n".join(uids))

    async def _submitted(self, make_requests: Callable[[Uploads], Sequence[Request]]) -> list[Handle]:
        """The requests belong to the runner from here on: what was encoded is not kept while the node waits."""
        self._run.note(*filter(None, (self._account_note,)))
        requests = await self._run.off_loop("preparing", functools.partial(make_requests, Uploads(self._run.note)))
        unsent = await self._run.until("preparing", service.runner().unsent(self._account, requests))
        await self._estimate(requests, unsent)
        upload_bytes = await self._encoded(requests, unsent)
        asked = when_queued()
        return [
            self._run.watch(service.runner().submit(self._account, request, asked), byte_count)
            for request, byte_count in zip(requests, upload_bytes, strict=True)
        ]

    async def _estimate(self, requests: Sequence[Request], unsent: Sequence[bool]) -> None:
        """Says how long it will take, and what a long batch will cost. Raises InputRefused where it is too long."""
        first = requests[0]  # all have one size
        look = functools.partial(service.history().done, self._account.identity, first.ACTION, first.size)
        past = await self._run.off_loop("preparing", look)
        self._run.expect(estimated_seconds(past, first))
        count, credits = count_paid(requests, unsent), estimated_credits(past, first)
        self._run.note(*allow(count, self._inputs.max_tasks, credits))

    async def _encoded(self, requests: Sequence[Request], unsent: Sequence[bool]) -> list[int]:
        """Encodes what is going to be sent, all of it before any is sent, as encoding may still refuse an entry.

        Gives the bytes of each request's pictures, 0 where they need not be encoded.
        """
        if not any(unsent):
            return [0] * len(requests)
        return await self._run.off_loop("encoding", functools.partial(_upload_bytes, requests, unsent))


def _upload_bytes(requests: Sequence[Request], unsent: Sequence[bool]) -> list[int]:
    return [_bytes_of(request.encoded()) if is_sent else 0 for request, is_sent in zip(requests, unsent, strict=True)]


def _bytes_of(action: Action) -> int:
    return sum(image.byte_count for image in action.images)
