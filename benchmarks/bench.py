"""Runs everything in order, and writes the report and the charts."""

import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import comfyui_version

from . import (
    batches,
    chart,
    curves,
    growth,
    heartbeat,
    large_batch,
    limits,
    memory,
    ours,
    pattern_bench,
    report,
    stages,
    targets,
    waiting,
)
from .results import Results
from .service import LocalService

_FOLDER = Path(__file__).resolve().parent
_SECONDS = {"call": 15.0, "encode": 0.5, "request": 1.0, "decode": 1.0}
"""After how long no new round of a measurement is begun; three rounds there are in any case."""


def main(comfyui: Path) -> None:
    """Called by `start`, in a process that is like ComfyUI's."""
    began = time.monotonic()
    results = _measured(comfyui)
    judged = targets.judged(results)
    text = report.text(results, judged, comfyui_version.__version__, time.monotonic() - began)
    (_FOLDER / "results.md").write_text(text, "utf-8")
    title = "Cost of the pack's stages, as a share of ComfyUI's own helpers"
    chart.draw(list(_bars(results, judged)), title, _FOLDER / "results.png")
    curves.draw(growth.panels(results.growth), _FOLDER / "growth.png")
    _say("\n" + text)
    _say(f"Written to {_FOLDER / 'results.md'} and results.png, growth.png.")


def _measured(comfyui: Path) -> Results:
    service = LocalService()
    with tempfile.TemporaryDirectory(prefix="picpik-bench-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        ours.set_up(service.url, home)
        try:
            return _all_results(comfyui, service, home)
        finally:
            ours.runner().stop()
            service.close()


def _all_results(comfyui: Path, service: LocalService, home: Path) -> Results:
    _begin("Whole calls")
    stages.offer_results(service)
    calls = stages.call_stages(service, _SECONDS["call"])
    _begin("Event loops")
    blocks = heartbeat.blocks(service)
    _begin("Memory and import, each in a fresh process")
    fresh = memory.measured(comfyui, service.url)
    _begin("Stages")
    encode = list(stages.encode_stages(_SECONDS["encode"]))
    request = list(stages.request_stages(service, _SECONDS["request"]))
    cores = [limits.two_threads() for _ in range(3)]
    decode = list(stages.decode_stages(home, _SECONDS["decode"]))
    cores += [limits.two_threads() for _ in range(3)]
    _begin("Waiting")
    waiting.offer_picture(service)
    pollings = waiting.pollings(service, home)
    hand_overs = waiting.hand_overs(service, home)
    idleness = waiting.idleness(service, home)
    _begin("Batches")
    batch = batches.measured(comfyui, service)
    large = large_batch.measured(service)
    _begin("Growth")
    grown = growth.measured(service, home)
    _begin("The pattern bench")
    pattern = pattern_bench.measured()
    measured = [*encode, *request, *decode]
    two_threads = statistics.median(cores)
    return Results(
        measured, calls, fresh, blocks, pollings, hand_overs, idleness, batch, large, grown, pattern, two_threads
    )


def _bars(results: Results, judged: Iterable[targets.Target]) -> Iterator[chart.Bar]:
    limits = {target.name: target.limit for target in judged}
    call = results.calls.lossless
    yield chart.Bar("whole call, CPU", call.cpu_ratio(), targets.CALL_CPU)
    yield chart.Bar("whole call, wall", call.wall_ratio(), targets.CALL_WALL)
    yield chart.Bar("whole call, compact, CPU", results.calls.compact.cpu_ratio(), None)
    for stage in results.stages:
        of_wall = stage.name == "decode"
        name = f"{stage.name} {stage.case}, {'wall' if of_wall else 'CPU'}"
        ratio = stage.wall_ratio() if of_wall else stage.cpu_ratio()
        yield chart.Bar(name.replace("²", " px"), ratio, limits.get(name))  # Pillow's font has no ²
    if results.fresh.peer:
        yield chart.Bar("peak memory", results.fresh.ours / results.fresh.peer, targets.PEAK_MEMORY)
    sizes = results.calls.bodies
    yield chart.Bar("bytes sent, lossless", sizes["lossless"] / sizes["peer"], targets.BODY)
    yield chart.Bar("bytes sent, compact", sizes["compact"] / sizes["peer"], None)


def _begin(what: str) -> None:
    """Says what is measured next, and when it was begun."""
    _say(f"{time.strftime('%H:%M:%S')} {what} ...")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
