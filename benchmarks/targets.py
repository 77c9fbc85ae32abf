"""What was promised, as ratios to the peer or as plain limits, and whether this run keeps it."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..picpik.runner.poller import MOST_AT_ONCE
from . import batches, cloth, large_batch
from .batches import Batches
from .clock import Cost
from .growth import Growth
from .heartbeat import PEER_LOOP
from .large_batch import LargeBatch
from .memory import OUTPUT_BYTES
from .pattern_bench import PatternBench
from .results import Results
from .stages import Stage

CALL_CPU, CALL_WALL, BODY = 0.22, 0.20, 1.05
ENCODE, DECODE, DECODE_LARGE, PEAK_MEMORY = 0.18, 0.45, 0.5, 0.5
_ABOVE_DEFLATE, _ABOVE_CODEC = 1.4, 1.25
"""With what is needed beside the codec, in times of what it takes alone: floats are read or written, pixels are hashed,
threads wait for each other. For flat prints it is the deflate that decides: print_png.md."""
_NOTICED = 0.05
"""Seconds of the peer below which nobody waits."""
_BLOCK_MS = 20
_HAND_OVER_SLACK = 0.2
_FAST_TASK, _SEEN_WITHIN = 1.0, 0.5
_QUICK_MS = 150
"""For whatever is done with one print of 2048², on two cores."""
_AGAIN_BEFORE = 4.5
"""Seconds that running a stored batch again took when all of it was encoded to find that out."""
_LAYING = 1.5
"""Of cloth that no cache holds, in times the writing of as much memory."""


@dataclass(frozen=True)
class Target:
    """One promise: `value` may be at most `limit`; `unit` is × (of the peer) or a unit of its own."""

    name: str
    value: float
    limit: float
    unit: str = "×"

    @property
    def is_met(self) -> bool:
        return self.value <= self.limit


def judged(results: Results) -> list[Target]:
    """All targets, in the order of a call."""
    return [
        *_call_targets(results),
        *_encode_targets(results.of("encode")),
        *_decode_targets(results.of("decode")),
        *_memory_targets(results),
        *_waiting_targets(results),
        *_batch_targets(results.batches),
        *_large_batch_targets(results.large_batch),
        *_growth_targets(results.growth),
        Target("import above ComfyUI's own, CPU", results.fresh.importing.cpu * 1e3, 60, "ms"),
        Target("/object_info, all nodes of the pack", results.fresh.describing * 1e3, 5, "ms"),
        *_pattern_targets(results.pattern),
    ]


def _call_targets(results: Results) -> Iterator[Target]:
    call = results.calls.lossless
    yield Target("whole call, CPU", call.cpu_ratio(), CALL_CPU)
    yield Target("whole call, wall, our own sleep over the first poll included", call.wall_ratio(), CALL_WALL)
    yield Target(
        "whole call, wall, without anybody's poll sleeps",
        (call.ours.wall - results.calls.our_sleep) / call.peer.wall,
        CALL_WALL,
    )
    yield Target("body", results.calls.bodies["lossless"] / results.calls.bodies["peer"], BODY)


def _encode_targets(stages: Iterable[Stage]) -> Iterator[Target]:
    stages = list(stages)
    whole = [stage for stage in stages if "2048" in stage.case]
    ours, peer = sum(stage.ours.cpu for stage in whole), sum(stage.peer.cpu for stage in whole)
    yield Target("encode photo + print + mask 2048², CPU", ours / peer, ENCODE)
    for stage in stages:
        assert stage.limit is not None
        limit = max(ENCODE, _ABOVE_DEFLATE * stage.limit.cpu / stage.peer.cpu)
        yield Target(f"encode {stage.case}, CPU", stage.cpu_ratio(), limit)
        if stage.peer.wall > _NOTICED:
            yield Target(f"encode {stage.case}, wall", stage.wall_ratio(), limit)


def _decode_targets(stages: Iterable[Stage]) -> Iterator[Target]:
    for stage in stages:
        assert stage.limit is not None
        share = DECODE_LARGE if "2560" in stage.case else DECODE
        limit = max(share, _ABOVE_CODEC * stage.limit.wall / stage.peer.wall)
        yield Target(f"decode {stage.case}, wall", stage.wall_ratio(), limit)
        # both sides decode with Pillow: two threads halve the time, not the work
        yield Target(f"decode {stage.case}, CPU", stage.cpu_ratio(), 0.95)


def _memory_targets(results: Results) -> Iterator[Target]:
    fresh = results.fresh
    if fresh.ours and fresh.peer:
        yield Target("peak memory", fresh.ours / fresh.peer, PEAK_MEMORY)
        above = (fresh.ours - OUTPUT_BYTES) / (fresh.peer - OUTPUT_BYTES)
        yield Target("peak memory above the output", above, 0.35)


def _waiting_targets(results: Results) -> Iterator[Target]:
    for block in results.blocks:
        if block.whose != PEER_LOOP:
            yield Target(f"longest block of {block.whose}", block.worst * 1e3, _BLOCK_MS, "ms")
    for polling in results.pollings:
        yield Target(f"polls per tick, {polling.tasks} tasks", polling.our_polls, 1, "")
    for hand_over in results.hand_overs:
        is_fast = hand_over.duration <= _FAST_TASK
        allowed = _SEEN_WITHIN if is_fast else hand_over.tick + _HAND_OVER_SLACK
        yield Target(f"pictures after the end of a task of {hand_over.duration:g} s", hand_over.ours, allowed, "s")
    yield Target("processor while 100 tasks wait, the runner", results.idleness.runner_cpu * 100, 0.1, "%")
    yield Target("processor while 100 tasks wait, with their node", results.idleness.node_cpu * 100, 1, "%")
    yield Target("connections for the polls of 100 tasks", results.idleness.connections, 1, "")


def _batch_targets(batch: Batches) -> Iterator[Target]:
    name = f"{batches.COUNT} x {batches.PHOTO_SIDE}²"
    yield Target(f"first submit of {name}, beside a batch of one", batch.first / batch.first_of_one, 1.3, "x")
    yield Target(f"last submit of {name}, beside encoding and sending them at once", batch.last / batch.both, 1.15, "x")
    yield Target(f"{name} again after a restart, all stored", batch.again, 0.25 * _AGAIN_BEFORE, "s")
    yield Target("a stored Apply call, above decoding its results", batch.stored_call * 1e3, 60, "ms")
    for held in batch.held:
        if held.side == batches.PHOTO_SIDE:
            yield Target(f"peak memory of {held.count} x {held.side}², in encoded pictures", held.peak, 6, "")
        else:
            yield Target(f"memory of a waiting task of {held.count} x {held.side}²", held.waiting / 1e3, 64, "KB")


def _large_batch_targets(large: LargeBatch) -> Iterator[Target]:
    name = f"{large_batch.COUNT} x {large_batch.SIDE}²"
    yield Target(f"messages to the browser a second, {name}", large.updates, 20, "")
    yield Target(f"longest block of the node's loop, {name}", large.node_loop * 1e3, _BLOCK_MS, "ms")
    yield Target(f"longest block of the runner's loop, {name}", large.runner_loop * 1e3, _BLOCK_MS, "ms")
    yield Target(f"from Cancel to the end of the node, {name}", large.cancelled.seconds, 0.5, "s")
    lost = large.cancelled.submitted - large.cancelled.kept
    yield Target(f"of what was submitted before Cancel, paid for again, {name}", lost, 0, "")


def _growth_targets(growth: Growth) -> Iterator[Target]:
    ten, thousand = (crowd for crowd in growth.crowds if crowd.tasks in (10, 1000))
    yield Target("processor while 1000 tasks wait, polls included", thousand.cpu * 100, 1, "%")
    yield Target("calls a tick while 1000 tasks wait", thousand.polls, math.ceil(1000 / MOST_AT_ONCE), "")
    yield Target("a request till accepted while 1000 tasks wait, beside 10", thousand.newcomer / ten.newcomer, 1.3)
    yield Target("the ledger's work for a task at 100,000 rows, beside 10", growth.rows[100_000] / growth.rows[10], 1.3)


def _pattern_targets(bench: PatternBench) -> Iterator[Target]:
    for laying in bench.layings:
        if laying.side == max(cloth.CLOTH_SIDES):
            yield Target(f"lay out {laying.side}², {laying.layout}, beside writing it, wall", laying.ratio, _LAYING)
        else:
            yield _quick(f"lay out {laying.side}², {laying.layout}", laying.laid)
    for check in bench.checks:
        yield _quick(f"check seams, {check.case}", check.ours)
    for row in bench.works:
        yield _quick(f"{row.work}, {row.case}", row.costs["ours"])
    for saving in bench.savings:
        yield _quick(f"save {saving.kind} {cloth.PRINT_SIDE}² as {saving.file_format}", saving.cost)


def _quick(name: str, cost: Cost) -> Target:
    return Target(f"{name}, wall", cost.wall * 1e3, _QUICK_MS, "ms")
