"""What became of a row in two places that did not know of each other: in the file, and in memory beside it."""

from __future__ import annotations

import uuid
from dataclasses import replace

from .records import (
    DELIVERED,
    FAILED,
    FINISHED,
    LOOKING,
    OF_HAND_OUTS,
    STORED,
    SUBMITTED,
    SUBMITTING,
    UNKNOWN,
    Record,
)

_WITHOUT_TASK = (FAILED, UNKNOWN, SUBMITTING, LOOKING)
"""What lets a request be paid again comes first: it is right only where both say so."""
_WITH_TASK = (UNKNOWN, SUBMITTING, SUBMITTED, FINISHED, FAILED, STORED, DELIVERED)
_PROGRESS = ("state", "submitted", "ended", "points_spent", "results", "files", "message")
"""How far its task has come, whoever asked for it."""


def merged(mine: Record, before: Record | None, there: Record | None) -> Record | None:
    """The row as it should be in the file, or None where it stays as it is.

    `mine` is the row in memory, `before` what was copied into memory, `there` what the file has now.
    """
    if there is None or there == before:
        return None if mine == there else mine
    if mine in (before, there):
        return None
    if mine.task_uid and there.task_uid and mine.task_uid != there.task_uid:  # two tasks were made: both stay known
        return replace(mine, id=uuid.uuid4().hex, current_key=None)
    return _with_hand_outs(max(there, mine, key=_how_far), there, mine)


def of_one_task(one: Record, other: Record) -> Record:
    """One row for two of the same task: the request of the one that was submitted, with how far either has come."""
    asked = one if one.submit_began is not None or other.submit_began is None else other
    further = max(one, other, key=_how_far)
    return _with_hand_outs(replace(asked, **{name: getattr(further, name) for name in _PROGRESS}), one, other)


def _how_far(record: Record) -> tuple[bool, int, int]:
    order = _WITHOUT_TASK if record.task_uid is None else _WITH_TASK
    return record.task_uid is not None, len(record.files), order.index(record.state) if record.state in order else -1


def _with_hand_outs(record: Record, one: Record, other: Record) -> Record:
    """What only one of the two knows of has been given to a user all the same."""
    latest = {name: [at for row in (one, other) if (at := getattr(row, name)) is not None] for name in OF_HAND_OUTS}
    return replace(record, **{name: max(times, default=None) for name, times in latest.items()})
