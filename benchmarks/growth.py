"""How costs grow: pictures of a batch, tasks that wait, rows of the ledger.

A batch is of small photos, so that what is seen is the pack's own work for each; a waiting crowd is asked for as often
as at a real service when its tasks are 40 s old; a ledger is filled with rows of delivered tasks, and a task is then
taken through it as the runner does it.
"""

import itertools
import statistics
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from ..imaging import check_picture
from ..picpik.ledger import DELIVERED, STORED, SUBMITTED, Ledger, Record, StoredFile, new_record
from ..picpik.ledger.ledger import _INSERT
from ..picpik.ledger.records import row_of
from ..picpik.runner import Handle, Runner
from ..picpik.runner.rhythm import Rhythm
from . import batches, ours
from .curves import Panel
from .service import LocalService

BATCHES = (1, 4, 16, 64, 128)
SMALL_SIDE = 512
CROWDS = (1, 10, 100, 1000)
ROWS = (10, 100, 1000, 10_000, 100_000)
TICK = Rhythm(is_quick=False, fixed=None).interval(40.0)
_NEWCOMERS = 9
_TASKS = 9
_WITH_FILES = 3000
"""What 4 GB hold."""

_seeds = itertools.count(80_000)


@dataclass(frozen=True)
class Crowd:
    """While so many tasks wait."""

    tasks: int
    cpu: float
    """Processor time per second, of the runner and its polls."""
    polls: float
    """Calls per tick."""
    newcomer: float
    """Seconds from handing over one more request to its acceptance: four writes of the ledger, and one call."""


@dataclass(frozen=True)
class Growth:
    """Seconds for each size."""

    batches: dict[int, float]
    """From the start of a run to the answer to its last submit."""
    crowds: list[Crowd]
    rows: dict[int, float]
    """Of the ledger's work for one task from its claim to its delivery, medians."""


def measured(service: LocalService, home: Path) -> Growth:
    """All of it, in the process of the bench."""
    photos = batches.photos(max(BATCHES), SMALL_SIDE)
    return Growth(
        {count: _last_submit(service, photos[:count]) for count in BATCHES},
        list(_crowds(service, home / "crowd")),
        dict(_ledger_work(home / "ledger")),
    )


def _last_submit(service: LocalService, photos: torch.Tensor) -> float:
    service.arrange(["small.png"], None)
    submits, _ = batches.submits(service, photos)
    return submits[-1].ended


def _crowds(service: LocalService, home: Path) -> Iterator[Crowd]:
    service.arrange(["small.png"], None)
    runner = Runner(home, check_picture, poll_interval=TICK)
    handles: list[Handle] = []
    for count in CROWDS:
        handles += _accepted(service, runner, count - len(handles))
        newcomers = [_seconds_till_accepted(service, runner) for _ in range(_NEWCOMERS)]
        service.counts()
        cpu, began = time.process_time(), time.monotonic()
        time.sleep(TICK)
        cpu, seconds = time.process_time() - cpu, time.monotonic() - began
        polls = service.counts()["polls"] * TICK / seconds
        yield Crowd(count, cpu / seconds, polls, statistics.median(newcomers))
    service.finish_all()
    runner.stop()


def _accepted(service: LocalService, runner: Runner, count: int) -> list[Handle]:
    handles = [runner.submit(ours.account(service.url), ours.small_request(next(_seeds))) for _ in range(count)]
    for handle in handles:
        handle.accepted.result(120)
    return handles


def _seconds_till_accepted(service: LocalService, runner: Runner) -> float:
    request = ours.small_request(next(_seeds))
    began = time.perf_counter()
    handle = runner.submit(ours.account(service.url), request)
    handle.accepted.result(60)
    return time.perf_counter() - began


def _ledger_work(folder: Path) -> Iterator[tuple[int, float]]:
    ledger = Ledger(folder / "ledger.sqlite")
    filled = 0
    for count in ROWS:
        _fill(ledger, count - filled)
        filled = count
        yield count, statistics.median(_seconds_of_a_task(ledger) for _ in range(_TASKS))
    ledger.close()


def _fill(ledger: Ledger, count: int) -> None:
    """Rows of tasks that were delivered long ago; of many, some thousand have files that were not dropped yet."""
    with ledger._transaction():
        ledger._db.executemany(_INSERT, map(row_of, itertools.islice(_delivered(), count)))
        ledger._db.execute(
            "UPDATE tasks SET files = '[]' WHERE rowid <= (SELECT MAX(rowid) FROM tasks) - ?", (_WITH_FILES,)
        )


def _delivered() -> Iterator[Record]:
    while True:
        wanted = _wanted()
        past = wanted.created - 1e6
        yield replace(
            _with_files(replace(wanted, state=DELIVERED, task_uid=uuid.uuid4().hex)),
            created=past, submit_began=past, submitted=past, ended=past + 20, points_spent=8, delivered=past, used=past,
        )  # fmt: skip


def _seconds_of_a_task(ledger: Ledger) -> float:
    """What the runner asks and writes for a task that succeeds."""
    wanted = _wanted()
    began = time.perf_counter()
    assert ledger.current(wanted.request_key) is None
    record, _ = ledger.claim(wanted)
    begun = ledger.begin_submit(replace(record, submit_began=time.time()))
    assert begun is not None
    ledger.seconds_taken(begun, 20)
    record = ledger.write(replace(begun, state=SUBMITTED, task_uid=uuid.uuid4().hex, submitted=time.time()))
    record = ledger.write(replace(_with_files(record), state=STORED, ended=time.time(), points_spent=8))
    ledger.deliver(record.id, time.time())
    return time.perf_counter() - began


def _with_files(record: Record) -> Record:
    return replace(record, files=(StoredFile(f"{record.id}/00.png", 1_000_000, record.id * 2),), results=1)


def _wanted() -> Record:
    return new_record(
        request_key=uuid.uuid4().hex, account="bench", owner="bench", action="GeneratePatternsFromImage",
        seed=next(_seeds), size=(1024, 1024), batch_size=1,
    )  # fmt: skip


def panels(growth: Growth) -> list[Panel]:
    """What `curves` draws."""
    crowds = growth.crowds
    return [
        Panel(
            f"A batch of photos of {SMALL_SIDE} x {SMALL_SIDE}",
            "photos of the batch",
            "seconds till the last submit",
            list(growth.batches.items()),
        ),
        Panel(
            "Tasks that wait",
            "waiting tasks",
            "processor, % of a core",
            [(crowd.tasks, crowd.cpu * 100) for crowd in crowds],
        ),
        Panel(
            "One more request while tasks wait",
            "waiting tasks",
            "ms till it is accepted",
            [(crowd.tasks, crowd.newcomer * 1e3) for crowd in crowds],
        ),
        Panel(
            "The ledger's work for one task",
            "rows of the ledger",
            "ms from claim to delivery",
            [(rows, seconds * 1e3) for rows, seconds in growth.rows.items()],
        ),
    ]
