"""What was promised, as ratios to the peer or as plain limits, and whether this run keeps it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from . import batches, cloth
from .batches import Batches
from .clock import Cost
from .heartbeat import PEER_LOOP
from .memory import OUTPUT_BYTES
from .pattern_bench import PatternBench
from .results import Results
from .stages import Stage

CALL_CPU, CALL_WALL, BODY = 0.22, 0.20, 1.05
ENCODE, DECODE, PEAK_MEMORY = 0.18, 0.5, 0.5
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
        Target("import above ComfyUI's own, CPU", results.fresh.importing.cpu * 1e3, 60, "ms"),
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
        yield Target(f"encode {stage.case}, CPU", stage.cpu_ratio(), ENCODE)
        yield Target(f"encode {stage.case}, wall", stage.wall_ratio(), ENCODE)


def _decode_targets(stages: Iterable[Stage]) -> Iterator[Target]:
    for stage in stages:
        yield Target(f"decode {stage.case}, wall", stage.wall_ratio(), DECODE)
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
    longest = max(batch.encoding, batch.sending)
    yield Target(f"last submit of {name}, beside encoding or sending them all", batch.last / longest, 1.15, "x")
    yield Target(f"{name} again after a restart, all stored", batch.again, 0.25 * _AGAIN_BEFORE, "s")
    for held in batch.held:
        if held.side == batches.PHOTO_SIDE:
            yield Target(f"peak memory of {held.count} x {held.side}², in encoded pictures", held.peak, 6, "")
        else:
            yield Target(f"memory of a waiting task of {held.count} x {held.side}²", held.waiting / 1e3, 64, "KB")


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
