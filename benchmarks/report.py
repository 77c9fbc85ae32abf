"""The results as a Markdown file and, the same text, on the terminal."""

import os
import platform
import sys
import time
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from PIL import Image, features

from ..picpik.runner.rhythm import Rhythm
from . import batches, growth, large_batch, lateness, pattern_bench
from .batches import Batches
from .growth import Growth
from .large_batch import LargeBatch
from .memory import OUTPUT_BYTES
from .results import Results
from .stages import Stage
from .tables import milliseconds, table
from .targets import Target

COMMAND = "python3 dev.py bench"
UPLINK = 20e6
"""Bits per second of a designer's uplink."""


def text(results: Results, targets: Sequence[Target], comfyui: str, seconds: float) -> str:
    """The whole report."""
    met = sum(target.is_met for target in targets)
    parts = [
        "# The pack beside ComfyUI's own partner-node helpers",
        _circumstances(comfyui, seconds),
        f"## Targets: {met} of {len(targets)} met",
        "× is ours / peer, the ratio of two medians of one interleaved run. CPU is the processor time of the whole "
        "process; it hardly moves with whatever else the machine does, wall time does: in this run two threads got "
        f"{results.two_threads:.1f} x the work of one done (2.0 where the second core is free), and the pack "
        "encodes and decodes in two.",
        table("target | at most | measured | met", map(_target_row, targets)),
        "Where a codec that everybody uses takes so much that less of the peer's time is out of reach, the target "
        "is what the codec takes alone (the limit, below; for decoding, on both cores) and a share for the rest. "
        "[print_png.md](print_png.md) shows for prints that no filter, level, strategy or strip, and no other encoder "
        "that ComfyUI brings along, takes less without more bytes. Encoding and sending a batch share the machine's "
        "cores.",
        "## The whole call",
        "Apply Reference Pattern: photo, mask and print of 2048 x 2048, four results of 1024 x 1024, a server that "
        "answers at once. The peer's sleeps over its polls are not counted; of ours, the "
        f"{results.calls.our_sleep:.2f} s between the submit and the first poll are.",
        _stages([results.calls.lossless, results.calls.compact]),
        table("sent as | megabytes | × peer | at 20 Mbit/s | with our or its own work", _upload_rows(results)),
        "## Stages",
        "The limit is what this machine needs for the parts that nobody can avoid with what ComfyUI brings along: one "
        "copy of the pixels, the standard library's deflate on filtered bytes, base64, SHA-1, a raw socket, Pillow's "
        "codecs, the first touch of the output.",
        _stages(results.stages),
        "## Memory, event loops, import",
        table("what | ours | peer | limit", _other_rows(results)),
        "## Waiting",
        table("waiting tasks | our polls per tick | peer's | our bytes per tick | peer's", _polling_rows(results)),
        table("a task of | our pictures after its end | peer's URLs | our tick at that age", _hand_over_rows(results)),
        "How late a picture is for the rhythm of the polls alone, in the middle of many tasks, and how often such a "
        "task is asked for: computed, not measured.",
        table("a task of | late at a real service | polls | late at a service on this computer | polls", _late_rows()),
        f"100 waiting tasks, between two polls: the runner uses {results.idleness.runner_cpu:.3%} of a processor, with "
        f"a node that waits for all of them {results.idleness.node_cpu:.2%}; {results.idleness.threads} threads "
        "whatever the number of tasks (one waits; the ledger's and those that store pictures sleep), "
        f"{results.idleness.connections} connection.",
        "## Batches",
        table("what | measured", _batch_rows(results.batches, results.large_batch)),
        "## Growth",
        f"The photos are of {growth.SMALL_SIDE}²; the waiting tasks are asked for every {growth.TICK:.1f} s, a hundred "
        "in a call; the ledger's work is what a task writes and asks from its claim to its delivery.",
        table("what | measured", _growth_rows(results.growth)),
        "![how costs grow](growth.png)",
        *pattern_bench.parts(results.pattern),
        "![ours / peer](results.png)",
    ]
    return "\n\n".join(parts) + "\n"


def _circumstances(comfyui: str, seconds: float) -> str:
    return (
        f"`{COMMAND}`, {time.strftime('%Y-%m-%d')}, {seconds:.0f} s. {_processor()}, {platform.system()}. "
        f"Python {platform.python_version()}, ComfyUI {comfyui}, torch {torch.__version__}, numpy {np.__version__}, "
        f"Pillow {Image.__version__} (zlib {features.version('zlib')}), httpx {version('httpx')}."
    )


def _processor() -> str:
    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if "model name" in line]
        name = names[0] if names else name
    load = f", load {os.getloadavg()[0]:.1f}" if sys.platform != "win32" else ""
    return f"{os.cpu_count()} x {name}{load}"


def _target_row(target: Target) -> list[str]:
    return [
        target.name,
        f"{target.limit:.3g} {target.unit}",
        f"{target.value:.3g} {target.unit}",
        "met" if target.is_met else "**not met**",
    ]


def _stages(stages: Iterable[Stage]) -> str:
    heads = "stage | ours wall, CPU ms | peer wall, CPU ms | × wall | × CPU | limit wall, CPU ms | ours / limit"
    return table(heads, map(_stage_row, stages))


def _stage_row(stage: Stage) -> list[str]:
    limit = ["", ""]
    if stage.limit is not None:
        ratios = (stage.ours.wall / stage.limit.wall, stage.ours.cpu / stage.limit.cpu)
        limit = [milliseconds(stage.limit), f"{ratios[0]:.1f}, {ratios[1]:.1f}"]
    costs = [milliseconds(stage.ours), milliseconds(stage.peer)]
    return [f"{stage.name} {stage.case}", *costs, f"{stage.wall_ratio():.2f}", f"{stage.cpu_ratio():.2f}", *limit]


def _upload_rows(results: Results) -> Iterable[list[str]]:
    work = {
        "lossless": results.calls.lossless.ours.wall,
        "compact": results.calls.compact.ours.wall,
        "peer": results.calls.lossless.peer.wall,
    }
    for name, size in sorted(results.calls.bodies.items(), key=lambda entry: list(work).index(entry[0])):
        seconds = size * 8 / UPLINK
        ratio = size / results.calls.bodies["peer"]
        yield [name, f"{size / 1e6:.2f}", f"{ratio:.2f}", f"{seconds:.1f} s", f"{seconds + work[name]:.1f} s"]


def _other_rows(results: Results) -> Iterable[list[str]]:
    fresh = results.fresh
    if fresh.ours:
        sizes = [f"{size / 1e6:.0f} MB" for size in (fresh.ours, fresh.peer, OUTPUT_BYTES)]
        yield ["peak memory of the whole call", *sizes[:2], f"{sizes[2]} (the output tensor)"]
        kept = [f"{size / 1e6:.0f} MB" for size in (fresh.ours_kept, fresh.peer_kept)]
        yield ["... with what the process keeps of what it has let go of", *kept, ""]
    for block in results.blocks:
        limit = f"{block.idle_program * 1e3:.1f} ms (a program that does nothing else, at the same time)"
        columns = ["", f"{block.worst * 1e3:.1f} ms"] if "peer" in block.whose else [f"{block.worst * 1e3:.1f} ms", ""]
        yield [f"longest block of {block.whose}", *columns, limit]
    importing = fresh.importing
    yield ["import of the pack", f"{importing.wall * 1e3:.0f} ms, CPU {importing.cpu * 1e3:.0f} ms", "", ""]
    yield ["/object_info, all nodes of the pack", f"{fresh.describing * 1e3:.1f} ms", "", ""]


def _polling_rows(results: Results) -> Iterable[list[str]]:
    for polling in results.pollings:
        yield [
            str(polling.tasks),
            f"{polling.our_polls:g}",
            f"{polling.peer_polls:g}",
            f"{polling.our_bytes:.0f}",
            f"{polling.peer_bytes:.0f}",
        ]


def _hand_over_rows(results: Results) -> Iterable[list[str]]:
    for one in results.hand_overs:
        yield [f"{one.duration:g} s", f"{one.ours:.2f} s", f"{one.peer:.2f} s", f"{one.tick:.2f} s"]


def _batch_rows(batch: Batches, large: LargeBatch) -> Iterable[list[str]]:
    count = f"{batches.COUNT} photos of {batches.PHOTO_SIDE}²"
    yield ["one photo: till its submit", f"{batch.first_of_one:.2f} s"]
    yield [f"{count}: till the first submit", f"{batch.first:.2f} s"]
    yield [f"{count}: till the last submit is answered", f"{batch.last:.2f} s"]
    yield [f"{count}: hashing and encoding them, nothing else", f"{batch.encoding:.2f} s"]
    yield [f"{count}: sending them, nothing else", f"{batch.sending:.2f} s"]
    yield [f"{count}: encoding and sending at once, nothing else", f"{batch.both:.2f} s"]
    yield [f"{count}: again after a restart, all stored", f"{batch.again:.2f} s, {batch.decoding:.2f} s for decoding"]
    yield ["a stored Apply call of three pictures of 2048²", f"{batch.stored_call * 1e3:.0f} ms above decoding"]
    for held in batch.held:
        peak = f"{held.peak:.1f} encoded pictures at the peak ({held.grown:.1f} with what the allocator keeps)"
        yield [f"{held.count} photos of {held.side}²", f"{peak}, {held.waiting / 1e3:.0f} KB for a waiting task"]

    name = f"{large_batch.COUNT} photos of {large_batch.SIDE}²"
    yield [f"{name}: messages to the browser in the busiest second", f"{large.updates:g}"]
    loops = f"{large.node_loop * 1e3:.1f} ms the node's, {large.runner_loop * 1e3:.1f} ms the runner's"
    yield [f"{name}: a loop stood still for at most", loops]
    cancelled = large.cancelled
    kept = f"{cancelled.kept} of {cancelled.submitted} tasks not paid for again"
    yield [f"{name}: from Cancel to the end of the node", f"{cancelled.seconds:.2f} s, {kept}"]


def _growth_rows(grown: Growth) -> Iterable[list[str]]:
    for count, seconds in grown.batches.items():
        yield [f"photos of a batch, {count}", f"{seconds:.2f} s till the last submit"]
    for crowd in grown.crowds:
        polls = f"{crowd.polls:.1f} calls a tick"
        newcomer = f"{crowd.newcomer * 1e3:.1f} ms till one more request is accepted"
        yield [f"waiting tasks, {crowd.tasks}", f"{crowd.cpu:.2%} of a core, {polls}, {newcomer}"]
    for rows, seconds in grown.rows.items():
        yield [f"rows of the ledger, {rows:,}", f"{seconds * 1e3:.2f} ms for a task"]


def _late_rows() -> Iterable[list[str]]:
    real, quick = (lateness.of(Rhythm(is_quick, None)) for is_quick in (False, True))
    for far, near in zip(real, quick, strict=True):
        late = [cell for one in (far, near) for cell in (f"{one.late:.2f} s", f"{one.polls:g}")]
        yield [f"{far.duration:g} s", *late]
