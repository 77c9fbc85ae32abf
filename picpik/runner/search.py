"""The search for a task whose submit got no answer: which of the account's running tasks may be its own."""

from __future__ import annotations

from ..api import CallFailed, Client, TaskDetail, created_at
from ..ledger import Ledger, LedgerThread, Record

NONE_FITS = "PICPIK lists no running task that fits."

_CLOCK_SLACK = 10.0  # seconds: TaskUIDs and Date headers count whole seconds, and a request takes a while to arrive
_LONGEST_SUBMIT = 600.0  # seconds from the start of a submit to the last moment at which its task can be made


class Search:
    """Looks for the tasks of one account's submits."""

    def __init__(self, client: Client, ledger: LedgerThread) -> None:
        self._client = client
        self._ledger = ledger
        # Running tasks that no request had when they were told of. A look of one request may be the last one at which
        # the task of another was running.
        self._sightings: dict[str, TaskDetail] = {}

    async def adopt(self, record: Record, began: float) -> tuple[Record | None, str]:
        """Adopts the one task that fits the request, whose submit began at `began` on our own clock.

        Gives its record; or None, and why it is none.
        """
        try:
            candidates = await self._candidates(record, began)
        except CallFailed as failure:
            return None, f"PICPIK could not be asked for it ({failure.what})"
        if not candidates:
            return None, NONE_FITS
        # Others that got no answer: any of the tasks may be theirs. Their times were taken by a clock that may have
        # been set since, so they do not count here: a wrong picture is worse than none.
        rivals = await self._ledger(Ledger.rivals, record)
        if len(candidates) > 1 or rivals:
            return None, (
                f"PICPIK lists {len(candidates)} running tasks ({', '.join(candidates)}) that fit "
                f"{len(rivals) + 1} requests without a TaskUID; Poll Task shows what they are."
            )
        adopted = await self._ledger(Ledger.adopt, record, candidates[0])
        return adopted, "" if adopted else NONE_FITS

    async def _candidates(self, record: Record, began: float) -> list[str]:
        """Tasks that were seen running and that no row of the ledger has, with the request's Action, Seed and time."""
        await self._look()
        offset = self._client.clock_offset or 0.0
        return [
            uid
            for uid, detail in self._sightings.items()
            if may_be_made_by(began + offset, uid) and _fits(record, detail)
        ]

    async def _look(self) -> None:
        """Sees what is running now, and forgets what belongs to a request by now."""
        running = await self._client.running_tasks()
        known = await self._ledger(Ledger.knows, running)
        if new := [uid for uid in running if uid not in known]:
            self._sightings.update(await self._client.task_details(new))
        for uid in await self._ledger(Ledger.knows, list(self._sightings)):
            self._sightings.pop(uid, None)


def may_be_made_by(began: float, task_uid: str) -> bool:
    """Can a submit that began at `began` on the service's clock have made this task?"""
    made = created_at(task_uid)
    return made is not None and -_CLOCK_SLACK <= made - began <= _LONGEST_SUBMIT + _CLOCK_SLACK


def _fits(record: Record, detail: TaskDetail) -> bool:
    """An Action without a Seed is told by its name alone, whatever the service says of a seed."""
    return detail.action == record.action and record.seed in (None, detail.seed)
