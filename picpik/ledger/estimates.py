"""How long a request will take and what it will cost, by what such tasks took before: pure policy.

`past` are the tasks that the same account had made before by the same Action and in the same size.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence

from ..api import Request
from .records import Record


def estimated_seconds(past: Sequence[Record], request: Request) -> float | None:
    """Seconds from acceptance to the end for the same number of results; None for the first one."""
    alike = (record for record in past if record.batch_size == request.batch_size)
    return _median(seconds for record in alike if (seconds := _seconds(record)) is not None)


def estimated_credits(past: Sequence[Record], request: Request) -> float | None:
    """Credits of one task, by what each of their results cost; None for the first one, and where that was not told."""
    each = _median(record.points_spent / (record.batch_size or 1) for record in past if record.points_spent)
    return None if each is None else each * (request.batch_size or 1)


def _seconds(record: Record) -> float | None:
    """From acceptance to the end, where that was seen."""
    if record.submitted is None or record.ended is None or record.ended <= record.submitted:
        return None
    return record.ended - record.submitted


def _median(values: Iterable[float]) -> float | None:
    known = list(values)
    return statistics.median(known) if known else None
