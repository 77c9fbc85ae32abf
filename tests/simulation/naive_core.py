"""A core that breaks the promise in every way: it sends, waits, and remembers nothing. The model must see it."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from typing import Any

from comfyui_picpik.picpik.api import Account, Client, PicpikError
from comfyui_picpik.picpik.runner import TaskFailed, TaskNotFound, TaskResult
from comfyui_picpik.tests.simulation.network import Wire
from comfyui_picpik.tests.simulation.world import Computer, Process, World


class NaiveHandle:
    def __init__(self) -> None:
        self.accepted: Future[str] = Future()
        self.result: Future[TaskResult] = Future()

    def release(self) -> None:
        """What was asked for is made."""

    def hand_out(self) -> None:
        """What was handed out is not written down."""


class NaiveCore:
    def __init__(self, world: World, computer: Computer, process: Process) -> None:
        self._results = world.results
        wire = Wire(world.network, process, world.draw)
        self._client = lambda account: wire.client(account, computer.clock)
        self._tasks: set[asyncio.Task[None]] = set()

    def submit(self, account: Account, request: Any) -> NaiveHandle:
        client = self._client(account)
        return self._begin(client, client.submit(request.to_params()))

    def collect(self, account: Account, task_uid: str, others: tuple[Account, ...]) -> NaiveHandle:  # noqa: ARG002
        async def known() -> str:
            return task_uid

        return self._begin(self._client(account), known())

    def resume(self, account: Account) -> None:
        """It knows of nothing."""

    async def aclose(self) -> None:
        for task in self._tasks:
            task.cancel()

    def _begin(self, client: Client, accepting: Any) -> NaiveHandle:
        handle = NaiveHandle()
        task = asyncio.get_running_loop().create_task(self._bring(client, accepting, handle))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return handle

    async def _bring(self, client: Client, accepting: Any, handle: NaiveHandle) -> None:
        try:
            uid = await accepting
            handle.accepted.set_result(uid)
            handle.result.set_result(await self._result(client, uid))
        except PicpikError as error:
            for future in (handle.accepted, handle.result):
                if not future.done():
                    future.set_exception(error)

    async def _result(self, client: Client, uid: str) -> TaskResult:
        while True:
            await asyncio.sleep(2.0)
            detail = (await client.task_details([uid])).get(uid)
            if detail is None:
                raise TaskNotFound(uid)
            if detail.image_urls:
                pictures = [await client.download(url) for url in detail.image_urls]
                files = [self._results.save(uid, index, picture) for index, picture in enumerate(pictures)]
                return TaskResult(uid, tuple(map(self._results.path, files)), (), None, detail.seed)
            if detail.status.ended:
                raise TaskFailed(uid, detail.error_code, detail.error_message)
