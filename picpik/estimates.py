"""How long a request will take, by what such requests took before on this computer."""

from __future__ import annotations

from .actions import PatternAction
from .history import TaskHistory


def estimated_seconds(history: TaskHistory, action: PatternAction) -> float | None:
    """Seconds from submit to pictures for the same Action, size and number of pictures; None for the first one."""
    generation = action.generation
    return history.typical_seconds(action.ACTION, generation.width, generation.height, generation.batch_size)
