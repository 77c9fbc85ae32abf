"""A thousand random fault sequences: nothing is paid twice, nothing that was paid is lost.

A *sequence* is one request in a small world of its own home folder and sandbox, shared with some others: it is run
several times, at once and again, cancelled, delivered or not, while connections are refused and reset, answers hang,
are garbage, or say things nobody has documented, tasks fail and vanish, result files expire or arrive broken, the
clock is set, and ComfyUI ends in the middle and starts again. All of it is drawn from PICPIK_FAULT_SEED (default 1);
PICPIK_FAULT_SEQUENCES (default 1000) says how many.

What is counted, from the sandbox's own record of accepted tasks:

*Duplicates.* First, no request has more accepted tasks than runs: at most one paid task a click. Second, tasks that
failed or vanished at the service apart, a run of a request with a fixed seed may pay only if none has paid before, or
if the run before it

- ended with OutcomeUnknown: the user was told that it may have been accepted, and that running again looks for the task
  and then pays;
- was cut off by the end of ComfyUI before it had a TaskUID: the next run looks for the task, and says so when it pays.

It may not pay after a run that brought pictures, that was cut off with a TaskUID, or whose pictures could not be had
(they can be had again). A run that ended with a definite refusal, was withdrawn unsent, or whose task failed or
vanished, leaves its payment to the next. With Seed -1 each run may pay once, unless it was refused. Runs of one request
at the same time are one run, except with Seed -1. Accepted tasks beyond that are duplicates. A 429 or 503 *with*
Retry-After, a RetCode 153, and a 4xx are definite refusals by the rule that the pack follows, so the sandbox never
answers these to a task that it accepted.

*Lost.* At the end everything is well again, ComfyUI starts, what is left is collected in the background, and each
request is run a last time. Then each accepted task has its pictures, whole, in the results folder and the ledger; or
its TaskUID was named in an error or warning, or, where ComfyUI ended at the very moment in which a task had failed, in
the message that the task list shows; or its request's run ended with OutcomeUnknown, or with the same words in the log.
What is neither is lost.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, TimeoutError as TooLate
from dataclasses import dataclass, field
from typing import Any

import pytest
from comfyui_picpik.imaging import check_picture
from comfyui_picpik.picpik.api import CallFailed, PicpikError, client, transport
from comfyui_picpik.picpik.ledger import DELIVERED, STORED, Record, TaskHistory, ledger, records
from comfyui_picpik.picpik.runner import (
    Handle,
    OutcomeUnknown,
    Runner,
    TaskFailed,
    TaskNotFound,
    TaskOutOfReach,
    TaskResult,
    Withdrawn,
    completion,
    runner as runner_module,
    submission,
)

SEQUENCES = int(os.environ.get("PICPIK_FAULT_SEQUENCES", "1000"))
SEED = os.environ.get("PICPIK_FAULT_SEED", "1")
IN_A_WORLD = 20
WORLDS_AT_ONCE = 6
LONGEST_TROUBLE = 5.0

_PERHAPS_ACCEPTED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("reset", {}),
    ("hang", {}),
    ("http", {"status": 429}),
    ("http", {"status": 500}),
    ("http", {"status": 502}),
    ("http", {"status": 503}),
    ("http", {"status": 504}),
    ("garbage", {}),
    ("truncated_json", {}),
    ("ret_code", {"ret_code": 110}),
    ("ret_code", {"ret_code": 150}),
)
OF_SUBMITS: tuple[tuple[str, dict[str, Any]], ...] = (
    *((kind, {**options, "accepted": True}) for kind, options in _PERHAPS_ACCEPTED),
    *((kind, {**options, "accepted": False}) for kind, options in _PERHAPS_ACCEPTED),
    ("missing_ret_code", {}),
    ("missing_task_uid", {}),
    ("slow", {"seconds": 0.1}),
    ("http", {"status": 429, "retry_after": 0}),
    ("http", {"status": 503, "retry_after": 0}),
    ("http", {"status": 400}),
    ("ret_code", {"ret_code": 153}),
    ("ret_code", {"ret_code": 171}),
    ("ret_code", {"ret_code": 5000}),
)
OF_TASKS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("fail", {}),
    ("vanish", {"polls": 0}),
    ("vanish", {"polls": 1}),
    ("unknown_status", {"polls": 2}),
    ("unknown_status", {"polls": 5}),
    ("picture_count", {"count": 0}),
    ("picture_count", {"count": 3}),
    ("picture_format", {"format": "JPEG"}),
)
OF_READS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("reset", {}),
    ("hang", {}),
    ("slow", {"seconds": 0.1}),
    ("http", {"status": 429, "retry_after": 0}),
    ("http", {"status": 502}),
    ("http", {"status": 503}),
    ("garbage", {}),
    ("truncated_json", {}),
    ("missing_ret_code", {}),
    ("ret_code", {"ret_code": 150}),
    ("ret_code", {"ret_code": 5000}),
)
OF_DOWNLOADS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("reset", {}),
    ("hang", {}),
    ("slow", {"seconds": 0.1}),
    ("http", {"status": 403}),
    ("http", {"status": 404}),
    ("http", {"status": 503}),
    ("truncated_body", {}),
    ("slow_body", {"seconds": 0.2}),
    ("corrupt_picture", {}),
    ("html", {}),
    ("empty_body", {}),
)
JUMPS = (0.0, 30.0, -30.0, 3600.0, -3600.0, 86400.0 * 3, -86400.0 * 3)


class SetClock:
    """Stands in for the module `time` in the client: a wall clock that somebody sets."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def time(self) -> float:
        return time.time() + self.ahead

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)


@dataclass
class Sequence:
    """One request and what its user has seen of it."""

    name: str
    action: Any
    runs: int = 0
    allowed: int = 0
    may_pay: bool = True
    is_open: bool = False
    was_told: bool = False
    seen: set[str] = field(default_factory=set)
    story: list[str] = field(default_factory=list)

    @property
    def draws(self) -> bool:
        return self.action.generation.seed == -1

    def clicked(self) -> None:
        self.runs += 1
        if self.draws or (self.may_pay and not self.is_open):
            self.allowed += 1
            self.is_open = True

    def ended(self, outcome: TaskResult | BaseException, has_task_uid: bool) -> None:
        """One run is over. `is_open` says that a payment was allowed and has certainly not been made."""
        self.was_told |= isinstance(outcome, OutcomeUnknown)
        if isinstance(outcome, (CallFailed, Withdrawn)):
            self.allowed -= self.draws
        elif not isinstance(outcome, (TaskFailed, TaskNotFound)):
            self.is_open = False
            was_cut_off = isinstance(outcome, asyncio.CancelledError)
            self.may_pay = isinstance(outcome, OutcomeUnknown) or (was_cut_off and not has_task_uid)


@dataclass(frozen=True)
class Run:
    """One run of a request, perhaps cancelled by its user."""

    sequence: Sequence
    handle: Handle
    is_cancelled: bool


class World:
    """Some sequences that share a home folder, a sandbox and a runner."""

    def __init__(self, number: int, house: Any, count: int, clock: SetClock) -> None:
        self.random = random.Random(f"{SEED} {number}")
        self.house = house
        self.clock = clock
        self.errors: list[BaseException] = []
        self.sequences = [self._sequence(number, index) for index in range(count)]

    def _sequence(self, world: int, index: int) -> Sequence:
        own, shared = world * 1000 + index, world * 1000 + 999
        seed = self.random.choices((own, shared, -1), (6, 2, 2))[0]
        make = self.random.choice((self.house.extract, self.house.apply))
        return Sequence(name := f"w{world}s{index}", make(name, seed, self.random.choice((1, 1, 2))))

    def live(self) -> None:
        for _ in range(self.random.randint(2, 4)):
            self._round()
        self.house.faults.clear()
        self._last_round()

    # -- what goes wrong

    def _plan_faults(self) -> None:
        draw, faults = self.random, self.house.faults
        for sequence in self.sequences:
            mine = {"PositivePrompts": [sequence.name]}
            for chance, kinds, action in (
                (0.4, OF_SUBMITS, sequence.action.ACTION),
                (0.25, OF_TASKS, None),
                (0.25, OF_DOWNLOADS, "download"),
            ):
                if draw.random() < chance:
                    kind, options = draw.choice(kinds)
                    faults.add(kind, action=action, where=mine, times=draw.choice((1, 1, 2, 5)), **options)
        for action in ("ListTasksDetails", "ListRunningTasks"):
            for _ in range(draw.randint(0, 3)):
                kind, options = draw.choice(OF_READS)
                faults.add(kind, action=action, **options)
        if draw.random() < 0.5:
            faults.add("reset_unread", action=draw.choice((None, "ListTasksDetails", "GeneratePatternsFromImage")))
        if draw.random() < 0.3:
            self.clock.ahead = draw.choice(JUMPS)
        if draw.random() < 0.15:
            self.house.sandbox.expire()

    # -- what the user does

    def _round(self) -> None:
        draw = self.random
        self._plan_faults()
        runner = self.house.runner(timeouts=self.house.SHORT, jitter=draw)
        if draw.random() < 0.5:
            runner.resume(self.house.account)
        runs = [run for sequence in self.sequences if draw.random() < 0.8 for run in self._click(runner, sequence)]
        ends_early = draw.random() < 0.4
        if ends_early:
            time.sleep(draw.uniform(0.0, 0.5))  # ComfyUI ends at some moment, whatever is going on
            runner.stop()
        self._take_outcomes(runs, hands_out=not ends_early)
        runner.stop()

    def _click(self, runner: Runner, sequence: Sequence) -> Iterator[Run]:
        at_once = self.random.choice((1, 1, 1, 2))
        account = self.house.unreachable_account if self.random.random() < 0.05 else self.house.account
        for number in range(at_once):
            if number == 0 or sequence.draws:
                sequence.clicked()
            run = Run(sequence, runner.submit(account, sequence.action), self.random.random() < 0.1)
            if run.is_cancelled:
                run.handle.release()
            yield run

    def _take_outcomes(self, runs: list[Run], *, hands_out: bool = True) -> None:
        for run in runs:
            sequence, handle = run.sequence, run.handle
            result = self._outcome(handle)
            sequence.story.append(
                f"{'cancelled ' if run.is_cancelled else ''}run {sequence.runs}: {result!r}, "
                f"{self.house.paid(sequence.name)} accepted, {sequence.allowed} allowed"
            )
            sequence.ended(result, handle.accepted.done() and handle.accepted.exception() is None)
            if isinstance(result, TaskResult):
                if not run.is_cancelled:
                    self._check(sequence, result, hands_out)
            else:
                self.errors.append(result)

    def _outcome(self, handle: Handle) -> TaskResult | BaseException:
        """What a node sees; like a node it gives up waiting when the service is out of reach for too long."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                return handle.result.result(0.2)
            except TooLate:
                progress = handle.progress
                if progress.task_uid and progress.trouble and progress.troubled_for() > LONGEST_TROUBLE:
                    handle.release()
                    return TaskOutOfReach(progress.task_uid, progress.trouble)
            except (PicpikError, asyncio.CancelledError) as error:
                return error
        raise AssertionError("a run that never ends")

    def _check(self, sequence: Sequence, result: TaskResult, hands_out: bool) -> None:
        assert result.pictures
        for file in result.pictures:
            check_picture(file.read_bytes())
        owner = self.house.sandbox.service.tasks[result.task_uid]
        assert sequence.name in owner.parameters["PositivePrompts"], "the picture of another request"
        if sequence.draws:
            assert result.task_uid not in sequence.seen, "Seed -1, and the picture that was delivered before"
        if hands_out and (self.random.random() < 0.7 or sequence.draws):
            sequence.seen.add(result.task_uid)
            result.deliver()

    def _last_round(self) -> None:
        runner = self.house.runner(timeouts=self.house.SHORT, jitter=self.random)
        runner.resume(self.house.account)
        runs = []
        for sequence in self.sequences:
            sequence.clicked()
            runs.append(Run(sequence, runner.submit(self.house.account, sequence.action), False))
        self._take_outcomes(runs)
        for task_uid in self._ledger(
            "task_uid", "task_uid IS NOT NULL AND state NOT IN ('stored', 'delivered', 'failed')"
        ):
            outcome = self._outcome(runner.collect(self.house.account, task_uid))
            if isinstance(outcome, BaseException):
                self.errors.append(outcome)
        runner.stop()

    # -- what came of it

    def duplicates(self) -> list[str]:
        return [
            "\n".join((sequence.name, *sequence.story, f"{self.house.paid(sequence.name)} accepted at the end"))
            for sequence in self.sequences
            if self.house.paid(sequence.name) > sequence.runs or self._sound(sequence.name) > sequence.allowed
        ]

    def _sound(self, name: str) -> int:
        """Accepted tasks of a request, without those that failed or vanished at the service."""
        return sum(
            name in task.parameters["PositivePrompts"]
            and not (task.fault is not None and task.fault.kind in ("fail", "vanish"))
            for task in self.house.sandbox.tasks
        )

    def lost(self, said: str) -> list[str]:
        told = {sequence.name for sequence in self.sequences if sequence.was_told}
        said += "\n".join(str(error) for error in self.errors)
        said += "\n".join(self._ledger("message", "state = 'failed'"))
        stored = self.stored()
        return [
            f"{task.as_dict()}; in the ledger: {self._rows(task)}"
            for task in self.house.sandbox.tasks
            if task.uid not in stored
            and task.uid not in said
            and f"({task.action}, seed {task.seed})" not in said
            and not told.intersection(task.parameters["PositivePrompts"])
        ]

    def stored(self) -> set[str]:
        rows = [row for row in self._all_rows() if row.state in (STORED, DELIVERED)]
        return {
            str(row.task_uid)
            for row in rows
            if row.files and all((self.house.home / "results" / file.name).stat().st_size for file in row.files)
        }

    def _rows(self, task: Any) -> list[Any]:
        return [row for row in self._all_rows() if (row.action, row.seed) == (task.action, task.seed)]

    def _all_rows(self) -> list[Record]:
        return TaskHistory(self.house.home).recent(100_000)

    def _ledger(self, column: str, where: str) -> list[str]:
        db = sqlite3.connect(self.house.home / "ledger.sqlite")
        try:
            return [value for (value,) in db.execute(f"SELECT {column} FROM tasks WHERE {where}")]
        finally:
            db.close()


CLOCKED = (client, transport, ledger, records, completion, runner_module, submission)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    clock = SetClock()
    for module in CLOCKED:
        monkeypatch.setattr(module, "time", clock)
    return clock


def test_no_random_sequence_of_faults_pays_twice_or_loses_what_was_paid(
    make_house: Any, clock: SetClock, caplog: pytest.LogCaptureFixture, say_at_the_end: Any
) -> None:
    caplog.set_level(logging.INFO, "picpik")
    sums: Counter[str] = Counter()
    adding = threading.Lock()
    duplicates: list[str] = []
    lost: list[str] = []

    def live(number: int) -> None:
        count = min(IN_A_WORLD, SEQUENCES - number * IN_A_WORLD)
        draw = random.Random(f"{SEED} sandbox {number}")
        with adding:
            house = make_house(seconds_queued=draw.choice((0, 0.02)), seconds_per_task=draw.choice((0, 0.05, 0.4)))
        world = World(number, house, count, clock)
        world.live()
        accepted, stored = house.paid(), world.stored()
        with adding:
            sums.update(
                sequences=count,
                runs=sum(sequence.runs for sequence in world.sequences),
                faults=len(house.faults.fired),
                accepted=accepted,
                stored=len(stored),
                unknown=sum(isinstance(error, OutcomeUnknown) for error in set(world.errors)),
            )
            duplicates.extend(world.duplicates())
            lost.extend(world.lost(caplog.text))
        house.close()

    with ThreadPoolExecutor(WORLDS_AT_ONCE) as at_once:
        list(at_once.map(live, range(-(-SEQUENCES // IN_A_WORLD))))

    say_at_the_end(
        f"fault suite (seed {SEED}): {sums['sequences']} sequences, {sums['runs']} runs, {sums['faults']} faults, "
        f"{sums['accepted']} accepted tasks, {sums['stored']} stored, "
        f"{sums['accepted'] - sums['stored'] - len(lost)} named to the user "
        f"({sums['unknown']} unknown outcomes); duplicates = {len(duplicates)}, lost = {len(lost)}"
    )
    assert not duplicates, "\n".join(duplicates)
    assert not lost, "\n".join(lost)
