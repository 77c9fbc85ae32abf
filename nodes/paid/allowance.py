"""How many paid tasks one run of a node may make: a long batch is paid only by somebody who meant it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from comfy_api.latest import io

from ...picpik import api

DEFAULT_MAX_TASKS = 8
_MOST = 10_000


def max_tasks_input() -> io.Input:
    return io.Int.Input(
        "max_tasks",
        default=DEFAULT_MAX_TASKS,
        min=1,
        max=_MOST,
        optional=True,
        advanced=True,
        tooltip="How many paid tasks one run of this node may make. More are refused before anything is sent; what "
        "is stored already is not counted.",
    )


def count_paid(requests: Sequence[api.Request], unsent: Sequence[bool]) -> int:
    """How many tasks the requests make, of which those that are `unsent` are sent: equal ones are one task."""
    sent = [request for request, is_sent in zip(requests, unsent, strict=True) if is_sent]
    drawn = sum(request.seed == api.RANDOM_SEED for request in sent)
    return drawn + len({_asked(request) for request in sent if request.seed != api.RANDOM_SEED})


def refuse_too_many(count: int, max_tasks: int, credits_each: float | None) -> None:
    """Raises InputRefused where `max_tasks` does not allow so many paid tasks."""
    if count > max_tasks:
        raise api.InputRefused(
            "max_tasks",
            f"this run makes {count} paid tasks{_about(count, credits_each)}; max_tasks allows {max_tasks}.",
            f"Set max_tasks to {count}, or link fewer pictures.",
        )


def cost_of(count: int, credits_each: float | None) -> str | None:
    """What is to be said on the node about so many paid tasks; a few need no word."""
    return f"{count} tasks{_about(count, credits_each)}" if count > DEFAULT_MAX_TASKS else None


def _about(count: int, credits_each: float | None) -> str:
    return "" if credits_each is None else f", about {_rounded(count * credits_each):,} credits"


def _asked(request: api.Request) -> str:
    return json.dumps(request.key_params(), sort_keys=True)


def _rounded(credits: float) -> int:
    """Two digits say all that is known."""
    return round(float(f"{credits:.2g}"))
