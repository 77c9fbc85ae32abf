"""What waiting costs: polls and bytes per tick, the way from a task's end to its pictures, processor time between."""

import asyncio
import itertools
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..imaging import check_picture
from ..nodes.host.display import NodeDisplay
from ..nodes.host.execution import Execution
from ..picpik.runner import Handle, Runner
from ..picpik.runner.rhythm import Rhythm
from . import ours, peer, pictures
from .service import LocalService

TASK_COUNTS = (1, 8, 64)
DURATIONS = (0.3, 1.0, 3.0)
MANY = 100
_TICK = 0.5
_WATCHED = 1.2
_QUIET = 2.0

_QUICK = Rhythm(is_quick=True, fixed=None)

_seeds = itertools.count(20_000)


@dataclass(frozen=True)
class Polling:
    """For so many waiting tasks: requests and bytes sent in the time in which each task is asked for once."""

    tasks: int
    our_polls: float
    our_bytes: float
    peer_polls: float
    peer_bytes: float


@dataclass(frozen=True)
class HandOver:
    """Seconds from the end of a task of this length to its pictures on disk (ours) or its URLs (the peer)."""

    duration: float
    ours: float
    peer: float
    tick: float
    """The time between two polls at that age."""


@dataclass(frozen=True)
class Idleness:
    """While 100 tasks wait and no poll is due."""

    runner_cpu: float
    """Processor time per second of the runner alone."""
    node_cpu: float
    """The same with one node waiting for them all."""
    threads: int
    """The runner's loop, the ledger's, and the pool that stores pictures, which has at most four."""
    connections: int
    """Over which polls came."""


def pollings(service: LocalService, home: Path) -> list[Polling]:
    """Ours and the peer's, with 1, 8 and 64 tasks."""
    return [_polling(service, home, count) for count in TASK_COUNTS]


def _polling(service: LocalService, home: Path, count: int) -> Polling:
    service.arrange(["small.png"], None)
    runner = Runner(home / f"polling-{count}", check_picture, poll_interval=_TICK)
    handles = _submitted(service, runner, count)
    service.counts()
    time.sleep(_WATCHED)
    our_polls, our_bytes = _per_tick(service, count)
    service.finish_all()
    for handle in handles:
        handle.result.result(60)
    runner.stop()
    peer_polls, peer_bytes = asyncio.run(_peer_polling(service, count))
    return Polling(count, our_polls, our_bytes, peer_polls, peer_bytes)


async def _peer_polling(service: LocalService, count: int) -> tuple[float, float]:
    service.arrange(["small.png"], None)
    task_uids = [await peer.submit(service.url, [], next(_seeds)) for _ in range(count)]
    service.counts()
    waiting = asyncio.gather(*(peer.wait(service.url, task_uid, _TICK) for task_uid in task_uids))
    await asyncio.sleep(_WATCHED)
    told = await asyncio.to_thread(_per_tick, service, count)
    await asyncio.to_thread(service.finish_all)
    await waiting
    return told


def _per_tick(service: LocalService, count: int) -> tuple[float, float]:
    counts = service.counts()
    ticks = counts["tasks_asked_for"] / count
    return counts["polls"] / ticks, counts["poll_bytes"] / ticks


def hand_overs(service: LocalService, home: Path) -> list[HandOver]:
    """With the rhythms that users get."""
    runner = Runner(home / "hand-over", check_picture)
    _submitted(service, runner, 1)  # makes the connection
    our_delays = [_our_delay(service, runner, duration) for duration in DURATIONS]
    runner.stop()
    peer_delays = asyncio.run(_peer_delays(service))
    return [
        HandOver(duration, our_delay, peer_delay, _QUICK.interval(duration))
        for duration, our_delay, peer_delay in zip(DURATIONS, our_delays, peer_delays, strict=True)
    ]


def _our_delay(service: LocalService, runner: Runner, duration: float) -> float:
    service.arrange(["small.png"], duration)
    (handle,) = _submitted(service, runner, 1)
    task_uid = handle.result.result(60).task_uid
    return time.time() - service.ended_at(task_uid)


async def _peer_delays(service: LocalService) -> list[float]:
    waiting = []
    for duration in DURATIONS:
        await asyncio.to_thread(service.arrange, ["small.png"], duration)
        task_uid = await peer.submit(service.url, [], next(_seeds))
        waiting.append(asyncio.ensure_future(_peer_delay(service, task_uid)))
    return await asyncio.gather(*waiting)


async def _peer_delay(service: LocalService, task_uid: str) -> float:
    await peer.wait(service.url, task_uid)
    now = time.time()
    return now - await asyncio.to_thread(service.ended_at, task_uid)


def idleness(service: LocalService, home: Path) -> Idleness:
    """Ours alone: the peer asks for each task by itself, so that with 100 of them there is no time in between."""
    service.arrange(["small.png"], None)
    threads_before = threading.active_count()
    runner = Runner(home / "idle", check_picture, poll_interval=2 * _QUIET)
    handles = _submitted(service, runner, MANY)
    _await_a_poll(service)
    runner_cpu = _cpu_per_second(_QUIET)
    threads = threading.active_count() - threads_before
    connections = _await_a_poll(service)
    node_cpu = asyncio.run(_node_waiting(handles))
    service.finish_all()
    runner.stop()
    return Idleness(runner_cpu, node_cpu, threads, connections)


async def _node_waiting(handles: Sequence[Handle]) -> float:
    display = NodeDisplay("1")
    execution = Execution(display)
    for handle in handles:
        execution.watch(handle)
    waiting = asyncio.ensure_future(execution.results(handles, 15))
    cpu = time.process_time()
    await asyncio.sleep(_QUIET)
    cpu = time.process_time() - cpu
    waiting.cancel()
    return cpu / _QUIET


def _submitted(service: LocalService, runner: Runner, count: int) -> list[Handle]:
    account = ours.account(service.url)
    handles = [runner.submit(account, ours.small_request(next(_seeds))) for _ in range(count)]
    for handle in handles:
        handle.accepted.result(60)
    return handles


def _await_a_poll(service: LocalService) -> int:
    """Returns when a poll with all tasks in it has been made just now; gives the number of its connections."""
    service.counts()
    while (counts := service.counts())["tasks_asked_for"] < MANY:
        time.sleep(0.05)
    time.sleep(0.1)
    return int(counts["connections"])


def _cpu_per_second(seconds: float) -> float:
    cpu = time.process_time()
    time.sleep(seconds)
    return (time.process_time() - cpu) / seconds


def offer_picture(service: LocalService) -> None:
    """The picture that these tasks give."""
    service.offer("small.png", pictures.result_file("print", 64, "PNG"))
