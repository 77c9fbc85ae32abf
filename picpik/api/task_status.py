"""Where a task can be."""

from __future__ import annotations

from enum import Enum


class TaskStatus(Enum):
    """The value is what a user reads."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    UNKNOWN = "in an unknown state"

    @property
    def ended(self) -> bool:
        return self in (TaskStatus.FINISHED, TaskStatus.FAILED)
