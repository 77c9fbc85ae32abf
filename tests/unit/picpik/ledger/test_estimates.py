"""How long a task will take and what it will cost, by what such tasks took before."""

from dataclasses import replace
from typing import Any

import pytest
from comfyui_picpik.picpik.api import DataUri, GeneratePatternsFromImage, Generation
from comfyui_picpik.picpik.ledger import STORED, Record, estimated_credits, estimated_seconds, new_record


def request(batch_size: int = 1) -> GeneratePatternsFromImage:
    image = DataUri.encode("image/png", [b"x"])
    return GeneratePatternsFromImage(image, (0, 0, 1, 1), generation=Generation(batch_size=batch_size))


def done(**changes: Any) -> Record:
    made = new_record(request_key="k", account="a", owner="o", action=request().ACTION, size=(1024, 1024), batch_size=1)
    return replace(made, **{"state": STORED, **changes})


def took(*seconds: float, **changes: Any) -> list[Record]:
    return [done(submitted=100.0, ended=100 + each, **changes) for each in seconds]


def cost(*credits: int | None, **changes: Any) -> list[Record]:
    return [done(points_spent=each, **changes) for each in credits]


SECONDS = {
    "the first one": ([], 1, None),
    "the one in the middle": (took(8.0, 90.0, 10.0), 1, 10.0),
    "more results take longer": (took(8.0), 4, None),
    "by tasks with as many results": ([*took(8.0), *took(20.0, batch_size=4)], 4, 20.0),
    "whose end nobody saw": ([done(submitted=100.0), *took(8.0)], 1, 8.0),
    "whose clock was set back": ([*took(-5.0, 0.0), *took(8.0)], 1, 8.0),
}


@pytest.mark.parametrize(("past", "batch_size", "seconds"), SECONDS.values(), ids=SECONDS)
def test_how_long_it_will_take(past: list[Record], batch_size: int, seconds: float | None):
    assert estimated_seconds(past, request(batch_size)) == seconds


CREDITS = {
    "the first one": ([], 1, None),
    "the one in the middle": (cost(60, 63, 900), 1, 63),
    "four results cost four times as much": (cost(63), 4, 252),
    "a result of four": (cost(240, batch_size=4), 1, 60),
    "by results, whatever task they were of": ([*cost(60), *cost(240, batch_size=4)], 2, 120),
    "what was not told": (cost(None, None, 63), 1, 63),
    "nothing was told": (cost(None, 0), 1, None),
    "an Action without a number of results": (cost(30, batch_size=None), 1, 30),
}


@pytest.mark.parametrize(("past", "batch_size", "credits"), CREDITS.values(), ids=CREDITS)
def test_what_it_will_cost(past: list[Record], batch_size: int, credits: float | None):
    assert estimated_credits(past, request(batch_size)) == credits
