"""From a finished task to files on disk: all results at once, each for itself, checked and stored before it is read."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ..api import CallFailed, ResultKind, TaskDetail, result_kind
from ..ledger import ResultFolder, StoredFile
from .connection import Connection
from .delays import Delays
from .retry import may_read_again, wait_before_retry
from .work import Work

CheckPicture = Callable[[bytes], object]
"""Raises ValueError, with the reason in its first line, for bytes that are no complete picture."""

_R = TypeVar("_R", bytes, str)

_TRIES = 4
_AT_ONCE = 8


@dataclass(frozen=True)
class Missing:
    """A result that could not be had, and why. `kept` is what arrived instead, where something did."""

    reason: str
    kept: Path | None = None


@dataclass(frozen=True)
class Collected:
    """What of a task's results is on disk now, in the service's order, and what is not."""

    files: tuple[StoredFile, ...]
    missing: tuple[Missing, ...]


class Collector:
    """Stores the results of finished tasks of one account: pictures, which it downloads, and texts."""

    def __init__(
        self,
        connection: Connection,
        folder: ResultFolder,
        check_picture: CheckPicture,
        work: Work,
        jitter: random.Random,
        delays: Delays,
    ) -> None:
        self._connection = connection
        self._folder = folder
        self._check_picture = check_picture
        self._work = work
        self._jitter = jitter
        self._delays = delays
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def collect(self, detail: TaskDetail, there: Sequence[StoredFile]) -> Collected:
        """Stores the results of a finished task that are not `there` yet; each for itself."""
        if not detail.image_urls and not any(detail.texts):
            nothing = "text" if result_kind(detail.action) is ResultKind.TEXTS else "picture"
            return Collected(tuple(there), (Missing(f"PICPIK lists no {nothing} of it"),))
        have = {(file.index, file.is_text) for file in there}
        uid = detail.task_uid
        outcomes = await asyncio.gather(
            *(self._picture(uid, i, url) for i, url in enumerate(detail.image_urls) if (i, False) not in have),
            *(
                self._stored(uid, self._folder.save_text, i, text)
                for i, text in enumerate(detail.texts)
                if (i, True) not in have
            ),
        )
        files = (*there, *(outcome for outcome in outcomes if isinstance(outcome, StoredFile)))
        missing = tuple(outcome for outcome in outcomes if isinstance(outcome, Missing))
        return Collected(tuple(sorted(files, key=lambda file: (file.is_text, file.index))), missing)

    async def _picture(self, task_uid: str, index: int, url: str) -> StoredFile | Missing:
        """One picture, downloaded afresh as often as is sensible at one go."""
        for attempt in range(1, _TRIES + 1):
            try:
                async with self._places:
                    content = await self._connection.client.download(url)
            except CallFailed as error:
                if attempt == _TRIES or not may_read_again(error):
                    return Missing(error.what.rstrip("."))
                await asyncio.sleep(wait_before_retry(attempt, error, self._jitter, self._delays))
                continue
            flaw = await self._work(self._flaw, content)
            if flaw is None:
                return await self._stored(task_uid, self._folder.save, index, content)
            if attempt == _TRIES:
                # it was paid for, whatever it is
                file = await self._stored(task_uid, self._folder.save, index, content)
                return Missing(flaw.rstrip("."), self._folder.path(file)) if isinstance(file, StoredFile) else file
            await asyncio.sleep(self._delays.first_retry * self._jitter.uniform(0.8, 1.2))
        raise AssertionError("unreachable: the last attempt returns")

    async def _stored(
        self, task_uid: str, save: Callable[[str, int, _R], StoredFile], index: int, result: _R
    ) -> StoredFile | Missing:
        try:
            return await self._work(save, task_uid, index, result)
        except OSError as error:
            return Missing(f"they cannot be written to disk ({error.strerror})")

    def _flaw(self, content: bytes) -> str | None:
        try:
            self._check_picture(content)
        except ValueError as error:
            return str(error).splitlines()[0]
        return None
