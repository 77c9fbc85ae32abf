"""From an accepted task to its stored results: waits for its end, and writes down how it ended."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from ..api import COLLECTABLE_SECONDS, CallFailed, Client, TaskDetail, TaskStatus, created_at
from ..ledger import FAILED, FINISHED, STORED, Ledger, LedgerThread, Record
from .account_session import AccountSession
from .errors import ResultUnavailable, TaskFailed, TaskNotFound, TaskOutOfReach
from .job import Job
from .progress import Phase


class Completion:
    """Brings the accepted task of one job to its end."""

    def __init__(self, job: Job, session: AccountSession, ledger: LedgerThread) -> None:
        self._job = job
        self._session = session
        self._ledger = ledger
        self._task_uid = job.record.task_uid or ""

    async def stored(self) -> Record:
        """The row with its results on disk. Raises TaskError."""
        try:
            detail = await self._finished()
            self._job.say(Phase.DOWNLOADING)
            files = await self._session.collector.collect(detail)
        except (TaskFailed, TaskNotFound, ResultUnavailable) as error:
            if not isinstance(error, ResultUnavailable) or _is_past_collecting(self._task_uid, self._session.client):
                await self._write(state=FAILED, current_key=None, ended=time.time(), message=error.what)
            raise
        except CallFailed as error:
            raise TaskOutOfReach(self._task_uid, error.what) from error
        return await self._write(state=STORED, files=files, ended=time.time())

    async def _finished(self) -> TaskDetail:
        job = self._job
        detail = await self._session.poller.ended(self._task_uid, job.saw, job.troubled)
        if detail.status is TaskStatus.FAILED:
            raise TaskFailed(self._task_uid, detail.error_code, detail.error_message)
        # a task that is collected by its TaskUID alone is known by what the service says of it
        asked = {} if job.record.action else {"action": detail.action, "seed": detail.seed}
        await self._write(state=FINISHED, points_spent=detail.points_spent, **asked)
        return detail

    async def _write(self, **changes: Any) -> Record:
        self._job.record = await self._ledger(Ledger.write, replace(self._job.record, **changes))
        return self._job.record


def _is_past_collecting(task_uid: str, client: Client) -> bool:
    """Is the task older than results are kept? By the service's clock: ours may be wrong."""
    made = created_at(task_uid)
    return made is not None and time.time() + (client.clock_offset or 0.0) - made > COLLECTABLE_SECONDS
