"""How long a request will take, by what such requests took before on this computer."""

from __future__ import annotations

from ..api import Request
from .history import TaskHistory


def estimated_seconds(history: TaskHistory, request: Request) -> float | None:
    """Seconds from submit to results for the same Action, size and number of results; None for the first one."""
    return history.typical_seconds(request.ACTION, request.size, request.batch_size)
