"""What a task is doing, for whoever watches it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from enum import Enum


class Phase(Enum):
    """The phases of a request, in their order. The value is what a user reads."""

    PREPARING = "preparing"
    SUBMITTING = "submitting"
    LOOKING = "looking for the task"
    QUEUED = "queued"
    RUNNING = "running"
    DOWNLOADING = "downloading"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class Progress:
    """One moment of a request. `since` is on the monotonic clock; `trouble` is why it does not get on just now;
    `request` names what was asked for.

    `sent` is False for a request whose task or pictures were there already.
    """

    request: str = ""
    phase: Phase = Phase.PREPARING
    since: float = field(default_factory=time.monotonic)
    sent: bool = False
    task_uid: str | None = None
    status_text: str = ""
    trouble: str | None = None
    troubled_since: float | None = None
    points_spent: int | None = None
    upload_bytes: int = 0
    """What is sent of its pictures, once they are encoded."""

    def seconds(self) -> float:
        """How long the phase has lasted."""
        return time.monotonic() - self.since

    def troubled_for(self) -> float:
        """Seconds for which it has not got on."""
        return 0.0 if self.troubled_since is None else time.monotonic() - self.troubled_since
