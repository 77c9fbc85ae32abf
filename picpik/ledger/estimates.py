"""How long a request will take, by what such requests took before on this computer."""

from __future__ import annotations

from ..api import Action
from .history import TaskHistory


def estimated_seconds(history: TaskHistory, action: Action) -> float | None:
    """Seconds from submit to results for the same Action, size and number of results; None for the first one."""
    return history.typical_seconds(action.ACTION, action.size, action.batch_size)
