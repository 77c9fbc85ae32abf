"""Which tasks at the service a submit without an answer may have made: pure policy.

Only contradicting evidence excludes a task. What the service leaves out excludes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ..api import RANDOM_SEED, TASK_ACTIONS, TaskDetail, TaskStatus, created_at
from ..ledger import Record, Sighting

CLOCK_SLACK = 10.0
"""Seconds: TaskUIDs and Date headers count whole seconds, and a request takes a while to arrive."""


class Verdict(Enum):
    """What is known of one task and one submit."""

    FITS = "it is the task of such a submit"
    UNDECIDED = "it may be, and does not tell"
    CONTRADICTED = "it is another's"


@dataclass(frozen=True)
class Candidate:
    """A task that the service listed, and what it told of it, if anything.

    `unseen_until`: when the last look was, by the service's clock, that was answered and did not list it.
    `is_gone`: the service lists it no longer, in no way.
    """

    task_uid: str
    unseen_until: float
    is_gone: bool = False
    detail: TaskDetail | None = None

    @classmethod
    def of(cls, sighting: Sighting) -> Candidate:
        """By what any process has learned of it."""
        if sighting.action is None:
            return cls(sighting.task_uid, sighting.unseen_until)
        told = TaskDetail(sighting.task_uid, TaskStatus.UNKNOWN, action=sighting.action, seed=sighting.seed)
        return cls(sighting.task_uid, sighting.unseen_until, detail=told)

    @property
    def has_ended(self) -> bool:
        """Will it tell no more?"""
        return self.is_gone or (self.detail is not None and self.detail.status.ended)


def verdict(record: Record, candidate: Candidate, latest: float) -> Verdict:
    """Can the submit of `record` have made this task? `latest`: until then it may have, by the service's clock."""
    if not may_be_made_by(record, candidate, latest):
        return Verdict.CONTRADICTED
    detail = candidate.detail
    if detail is None:
        return Verdict.UNDECIDED
    if detail.action != record.action and detail.action in TASK_ACTIONS:
        return Verdict.CONTRADICTED
    told_seed = _told_seed(detail)
    if record.seed is not None and told_seed not in (None, record.seed):
        return Verdict.CONTRADICTED
    if detail.action == record.action and record.seed in (None, told_seed):
        return Verdict.FITS
    # whosever it was: a task that failed without telling is no task that is paid for
    return Verdict.CONTRADICTED if detail.status is TaskStatus.FAILED else Verdict.UNDECIDED


def _told_seed(detail: TaskDetail) -> int | None:
    """The seed that was used, as far as the service tells. 0 stands for a number that is not there yet, too."""
    goes_on = detail.status in (TaskStatus.QUEUED, TaskStatus.RUNNING)
    is_told = detail.seed != RANDOM_SEED and not (detail.seed == 0 and goes_on)
    return detail.seed if is_told else None


def may_be_made_by(record: Record, candidate: Candidate, latest: float) -> bool:
    """Was the task made while the submit of `record` can have made it?"""
    made = created_at(candidate.task_uid)
    if made is None:
        return candidate.unseen_until <= latest + CLOCK_SLACK
    earliest = record.submit_began if record.is_timed and record.submit_began is not None else float("-inf")
    return earliest - CLOCK_SLACK <= made <= latest + CLOCK_SLACK
