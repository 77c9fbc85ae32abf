"""What a request has become once it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class TaskResult:
    """The results of a paid task, as files on disk. Call `deliver` once they have been handed out.

    `missing` of them could not be fetched so far, and `trouble` is why; running again tries once more, unpaid.
    """

    task_uid: str
    pictures: tuple[Path, ...]
    texts: tuple[Path, ...]
    points_spent: int | None
    seed: int | None
    missing: int = 0
    trouble: str = ""
    deliver: Callable[[], None] = field(repr=False, compare=False, default=lambda: None)
