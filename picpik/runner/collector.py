"""From a finished task to files on disk: all results at once, each checked, each stored before anybody reads it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import TypeVar

from ..api import CallFailed, Client, ResultKind, TaskDetail, result_kind
from ..ledger import ResultFolder, StoredFile
from .delays import Delays
from .errors import ResultUnavailable
from .retry import may_read_again, wait_before_retry

CheckPicture = Callable[[bytes], object]
"""Raises ValueError, with the reason in its first line, for bytes that are no complete picture."""

_R = TypeVar("_R", bytes, str)

_TRIES = 4
_AT_ONCE = 8


class Collector:
    """Stores the results of finished tasks of one account: pictures, which it downloads, and texts."""

    def __init__(
        self,
        client: Client,
        folder: ResultFolder,
        check_picture: CheckPicture,
        jitter: random.Random,
        delays: Delays,
    ) -> None:
        self._client = client
        self._folder = folder
        self._check_picture = check_picture
        self._jitter = jitter
        self._delays = delays
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def collect(self, detail: TaskDetail) -> tuple[StoredFile, ...]:
        """The stored results of a finished task, in the service's order. Raises ResultUnavailable.

        A result that cannot be had does not keep its neighbours from being stored.
        """
        if not detail.image_urls and not any(detail.texts):
            missing = "text" if result_kind(detail.action) is ResultKind.TEXTS else "picture"
            raise ResultUnavailable(detail.task_uid, f"PICPIK lists no {missing} of it")
        uid = detail.task_uid
        outcomes = await asyncio.gather(
            *(self._picture(uid, index, url) for index, url in enumerate(detail.image_urls)),
            *(self._stored(uid, self._folder.save_text, index, text) for index, text in enumerate(detail.texts)),
            return_exceptions=True,
        )
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
        return tuple(outcome for outcome in outcomes if isinstance(outcome, StoredFile))

    async def _picture(self, task_uid: str, index: int, url: str) -> StoredFile:
        """One picture, downloaded afresh as often as is sensible."""
        for attempt in range(1, _TRIES + 1):
            try:
                async with self._places:
                    content = await self._client.download(url)
            except CallFailed as error:
                if attempt == _TRIES or not may_read_again(error):
                    raise ResultUnavailable(task_uid, error.what.rstrip(".")) from error
                await asyncio.sleep(wait_before_retry(attempt, error, self._jitter, self._delays))
                continue
            flaw = await asyncio.to_thread(self._flaw, content)
            if flaw is None:
                return await self._stored(task_uid, self._folder.save, index, content)
            if attempt == _TRIES:
                # it was paid for, whatever it is
                file = await self._stored(task_uid, self._folder.save, index, content)
                raise ResultUnavailable(task_uid, flaw.rstrip("."), self._folder.path(file))
            await asyncio.sleep(self._delays.first_retry * self._jitter.uniform(0.8, 1.2))
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _stored(
        self, task_uid: str, save: Callable[[str, int, _R], StoredFile], index: int, result: _R
    ) -> StoredFile:
        try:
            return await asyncio.to_thread(save, task_uid, index, result)
        except OSError as error:
            raise ResultUnavailable(task_uid, f"they cannot be written to disk ({error.strerror})") from error

    def _flaw(self, content: bytes) -> str | None:
        try:
            self._check_picture(content)
        except ValueError as error:
            return str(error).splitlines()[0]
        return None
