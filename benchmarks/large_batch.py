"""A batch of 128 pictures under way: what browsers are sent, how long loops stand still, and what Cancel leaves."""

import asyncio
import functools
import itertools
import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from comfy.model_management import InterruptProcessingException, interrupt_current_processing
from comfy_execution.progress import WebUIProgressHandler, add_progress_handler

from . import batches, comfyui, heartbeat, ours
from .service import LocalService

COUNT = 128
SIDE = 512
_ROUNDS = 3
_TASK = 1.0
"""Seconds a task takes while updates are counted: they end one after the other, as they were submitted."""

_SETTLED = 1.0
"""Seconds after which whatever was on its way when Cancel was pressed has arrived."""

_seeds = itertools.count(90_000)


@dataclass(frozen=True)
class Cancelled:
    """A run that was cancelled when a quarter of it was submitted."""

    seconds: float
    """From the press to the end of the node."""
    submitted: int
    """Tasks that were paid for until then, and by then on their way."""
    kept: int
    """Of those, what a second run did not pay for again."""


@dataclass(frozen=True)
class LargeBatch:
    """Of Extract Pattern; medians of three runs."""

    updates: float
    """Messages to the browser in the busiest second."""
    node_loop: float
    """Seconds for which the loop of the node stood still at most."""
    runner_loop: float
    cancelled: Cancelled


def measured(service: LocalService) -> LargeBatch:
    """In the process of the bench."""
    browsers = comfyui.browsers()
    add_progress_handler(WebUIProgressHandler(browsers))
    batch = batches.photos(COUNT, SIDE)
    service.arrange(["small.png"])
    asyncio.run(ours.extract(batch[:1], next(_seeds)))  # the runner's loop is there from now on
    updates, node, runner = [], [], []
    for _ in range(_ROUNDS):
        service.arrange(["small.png"], _TASK)
        browsers.sent.clear()
        worst = heartbeat.observed(functools.partial(ours.extract, batch, next(_seeds)))
        updates.append(_most_in_a_second(browsers.sent))
        node.append(worst[0])
        runner.append(worst[1])
    cancelled = _cancelled(service, batch)
    return LargeBatch(statistics.median(updates), statistics.median(node), statistics.median(runner), cancelled)


def _most_in_a_second(moments: Sequence[float]) -> int:
    return max(sum(start <= moment < start + 1 for moment in moments) for start in moments)


def _cancelled(service: LocalService, batch: torch.Tensor) -> Cancelled:
    seed = next(_seeds)
    service.arrange(["small.png"], None)
    service.submits()
    submitted = 0
    pressed = 0.0

    def press_cancel() -> None:
        nonlocal submitted, pressed
        while submitted < len(batch) // 4:
            time.sleep(0.01)
            submitted += len(service.submits())
        pressed = time.monotonic()
        interrupt_current_processing(True)

    watching = threading.Thread(target=press_cancel)
    watching.start()
    try:
        asyncio.run(ours.extract(batch, seed))
    except InterruptProcessingException:
        seconds = time.monotonic() - pressed
    else:
        raise AssertionError("It was not cancelled.")
    finally:
        interrupt_current_processing(False)
        watching.join()
    time.sleep(_SETTLED)
    service.finish_all()
    submitted += len(service.submits())
    service.arrange(["small.png"], 0.0)
    asyncio.run(ours.extract(batch, seed))
    return Cancelled(seconds, submitted, len(batch) - len(service.submits()))
