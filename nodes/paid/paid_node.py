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

from ... import imaging
from ...picpik import api, ledger, runner as task_runner
from ..host import Execution, execution, raw_images, service, when_queued
from .allowance import cost_of, count_paid, refuse_too_many
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
    @asynccontextmanager
    async def drawn_on(cls, raw_image: torch.Tensor) -> AsyncIterator[None]:
        """Keeps a copy of it for the page, which draws on it, however the run goes: also for whoever lacks keys."""
        entry = imaging.picture_entries("raw_image", raw_image)[0]
        copying = asyncio.to_thread(raw_images.keep, cls.hidden.unique_id, cls.hidden.prompt, entry)
        kept = asyncio.create_task(copying)
        try:
            yield
        finally:
            await kept


class GeneratingNode(PaidNode):
    """A paid node with the inputs of `generation_inputs`."""

    @classmethod
    def validate_inputs(cls, main_model: str) -> bool | str:
        """Naming `main_model` keeps ComfyUI from refusing a code that the list does not know: the API judges it."""
        return bool(main_model is None or main_model.strip()) or "main_model is empty: choose a model."

    @classmethod
    def fingerprint_inputs(cls, seed: int | None = None, **_: Any) -> str | float:
        """Seed -1 asks for a new picture at each run: NaN is never equal to what ComfyUI has cached."""
        return float("nan") if seed == api.RANDOM_SEED else super().fingerprint_inputs()


class PaidRun:
    """Prepares, hands over to the runner, which encodes what it sends, waits and decodes."""

    def __init__(
        self, run: Execution, account: api.Account, account_note: str | None, inputs: SubmissionInputs
    ) -> None:
        self._run = run
        self._account = account
        self._account_note = account_note
        self._inputs = inputs

    @property
    def assumptions(self) -> api.Assumptions:
        """What is assumed of the service that the run is for."""
        return self._account.assumptions

    async def outputs(
        self,
        make_requests: Callable[[Uploads], Sequence[api.Request]],
        make: Callable[[Sequence[task_runner.TaskResult]], Made] = pictures,
    ) -> io.NodeOutput:
        """What `make` makes of the results of the requests that `make_requests` makes of the node's inputs.

        Both are called beside ComfyUI's loop; `make_requests` refuses whatever can be refused, of all requests before
        any is sent.
        """
        handles = await self._submitted(make_requests)
        if self._inputs.wait:
            return await outputs_of(self._run, handles, self._inputs.timeout_minutes, make)
        uids = await self._run.task_uids(handles, self._inputs.timeout_minutes)
        return io.NodeOutput(ExecutionBlocker(None), ExecutionBlocker(None), "\n".join(uids))

    async def _submitted(self, make_requests: Callable[[Uploads], Sequence[api.Request]]) -> list[task_runner.Handle]:
        """The requests belong to the runner from here on: what it encodes is not kept while the node waits."""
        runner = service.runner()
        self._run.note(*filter(None, (self._account_note,)))
        await self._run.until("preparing", runner.check(self._account))
        requests = await self._run.off_loop("preparing", functools.partial(self._prepared, make_requests))
        await self._estimate(requests)
        asked = when_queued()
        return [self._run.watch(runner.submit(self._account, request, asked)) for request in requests]

    def _prepared(self, make_requests: Callable[[Uploads], Sequence[api.Request]]) -> Sequence[api.Request]:
        imaging.refuse_unknown_format(self._inputs.upload_format)
        return make_requests(Uploads(self._run.note))

    async def _estimate(self, requests: Sequence[api.Request]) -> None:
        """Says how long it will take, and what a long batch will cost. Raises InputRefused where it is too long."""
        first = requests[0]  # all have one size
        look = functools.partial(service.history().done, self._account.identity, first.ACTION, first.size)
        past = await self._run.off_loop("preparing", look)
        credits = ledger.estimated_credits(past, first)
        self._run.expect(ledger.estimated_seconds(past, first), functools.partial(cost_of, credits_each=credits))
        if len(requests) > self._inputs.max_tasks:  # else it does not matter how many are stored already
            unsent = await self._run.until("preparing", service.runner().unsent(self._account, requests))
            refuse_too_many(count_paid(requests, unsent), self._inputs.max_tasks, credits)
