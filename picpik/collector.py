"""From a finished task to files on disk: all pictures at once, each checked, each stored before anybody decodes it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

from .client import Client
from .errors import CallFailed, ResultUnavailable
from .ledger import StoredFile
from .patience import Patience
from .results import ResultFolder
from .retry import may_read_again, wait_before_retry
from .tasks import TaskDetail

CheckPicture = Callable[[bytes], object]
"""Raises ValueError, with the reason in its first line, for bytes that are no complete picture."""

_TRIES = 4
_AT_ONCE = 8


class Collector:
    """Downloads and stores the pictures of finished tasks of one account."""

    def __init__(
        self,
        client: Client,
        folder: ResultFolder,
        check_picture: CheckPicture,
        jitter: random.Random,
        patience: Patience,
    ) -> None:
        self._client = client
        self._folder = folder
        self._check_picture = check_picture
        self._jitter = jitter
        self._patience = patience
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def collect(self, detail: TaskDetail) -> tuple[StoredFile, ...]:
        """The stored pictures of a finished task, in the service's order. Raises ResultUnavailable.

        A picture that cannot be had does not keep its neighbours from being stored.
        """
        if not detail.image_urls:
            raise ResultUnavailable(detail.task_uid, "PICPIK lists no picture of it")
        outcomes = await asyncio.gather(
            *(self._picture(detail.task_uid, index, url) for index, url in enumerate(detail.image_urls)),
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
                await asyncio.sleep(wait_before_retry(attempt, error, self._jitter, self._patience))
                continue
            flaw = await asyncio.to_thread(self._flaw, content)
            if flaw is None or attempt == _TRIES:
                return await self._stored(task_uid, index, content, flaw)
            await asyncio.sleep(self._patience.first_retry * self._jitter.uniform(0.8, 1.2))
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _stored(self, task_uid: str, index: int, content: bytes, flaw: str | None) -> StoredFile:
        """Stores what was paid for, whatever it is; what is no picture is kept, and said."""
        try:
            file = await asyncio.to_thread(self._folder.save, task_uid, index, content)
        except OSError as error:
            raise ResultUnavailable(task_uid, f"they cannot be written to disk ({error.strerror})") from error
        if flaw is not None:
            raise ResultUnavailable(task_uid, flaw.rstrip("."), self._folder.path(file))
        return file

    def _flaw(self, content: bytes) -> str | None:
        try:
            self._check_picture(content)
        except ValueError as error:
            return str(error).splitlines()[0]
        return None
