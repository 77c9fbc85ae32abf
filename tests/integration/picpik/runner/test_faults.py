"""A thousand random fault sequences: nothing is paid twice, nothing that was paid is lost.

A *sequence* is one request, of any Action, in a small world of its own home folder and sandbox, shared with some
others: it is run several times, at once and again, cancelled, delivered or not, while connections are refused and
reset, answers hang, are garbage, or say things nobody has documented, tasks fail and vanish, result files expire or
arrive broken, the clock is set, and ComfyUI ends in the middle and starts again. All of it is drawn from
PICPIK_FAULT_SEED (default 1); PICPIK_FAULT_SEQUENCES (default 1000) says how many.

What is counted, from the sandbox's own record of accepted tasks:

*Duplicates.* First, no request has more accepted tasks than runs: at most one paid task a click. Second, a request with
a fixed seed has one accepted task, tasks that failed at the service apart, and one more for each time that its user was
told that the task of a lost answer was looked for in vain and that running again pays (SearchEnded), and ran it again.
Nothing else allows a payment: not that ComfyUI ended, that the service cannot be asked, refuses to tell of a task or
does not list it, that a code is unknown, that pictures cannot be had, or that somebody cancels. With Seed -1 each run
may pay once, unless it was refused. Runs of one request at the same time are one run, except with Seed -1: also where
the first has ended before the second begins, as nobody has read yet what it said. A 429, a 503
*with* Retry-After, a RetCode 153, and the 4xx are definite refusals by the rule that the pack follows, so the sandbox
never answers these to a task that it accepted; a RetCode that nobody knows it does.

*Lost.* At the end everything is well again, ComfyUI starts, what is left is collected in the background, and each
request is run a last time. Then each accepted task has its pictures, whole, in the results folder and the ledger; or
its TaskUID was named in an error or warning, or, where ComfyUI ended at the very moment in which a task had failed, in
the message that the task list shows; or its request's run ended with OutcomeUnknown, or with the same words in the log,
or it stands as unknown in the task list. What is neither is lost.
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
from comfyui_picpik.picpik.api import ACTIONS, CallFailed, PicpikError
from comfyui_picpik.picpik.ledger import DELIVERED, STORED, UNKNOWN, Record, TaskHistory
from comfyui_picpik.picpik.runner import (
    Handle,
    OutcomeUnknown,
    Runner,
    SearchEnded,
    ServiceSilent,
    TaskOutOfReach,
    TaskResult,
    Withdrawn,
)
from comfyui_picpik.tests.clocks import SetClock
from comfyui_picpik.tests.integration.example_actions import EVERY_ACTION, example_action
from comfyui_picpik.tests.waiting import until

SEQUENCES = int(os.environ.get("PICPIK_FAULT_SEQUENCES", "1000"))
SEED = os.environ.get("PICPIK_FAULT_SEED", "1")
IN_A_WORLD = 20
WORLDS_AT_ONCE = 6
LONGEST_TROUBLE = 5.0

_PERHAPS_ACCEPTED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("reset", {}),
    ("hang", {}),
    ("http", {"status": 500}),
    ("http", {"status": 502}),
    ("http", {"status": 503}),
    ("http", {"status": 504}),
    ("garbage", {}),
    ("truncated_json", {}),
    ("ret_code", {"ret_code": 110}),
    ("ret_code", {"ret_code": 150}),
    ("ret_code", {"ret_code": 520}),
    ("ret_code", {"ret_code": 5000, "status": 500}),
)
OF_SUBMITS: tuple[tuple[str, dict[str, Any]], ...] = (
    *((kind, {**options, "accepted": True}) for kind, options in _PERHAPS_ACCEPTED),
    *((kind, {**options, "accepted": False}) for kind, options in _PERHAPS_ACCEPTED),
    ("missing_ret_code", {}),
    ("missing_task_uid", {}),
    ("odd_status", {"status": 202}),
    ("odd_status", {"status": 500}),
    ("late", {"seconds": 0.1}),
    ("late", {"seconds": 0.3, "answered": True}),
    ("slow", {"seconds": 0.1}),
    ("http", {"status": 429}),
    ("http", {"status": 429, "retry_after": 0}),
    ("http", {"status": 503, "retry_after": 0}),
    ("http", {"status": 302, "location": "/elsewhere"}),
    ("http", {"status": 400}),
    ("ret_code", {"ret_code": 153}),
    ("ret_code", {"ret_code": 171}),
)
OF_TASKS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("fail", {}),
    ("vanish", {"polls": 0}),
    ("vanish", {"polls": 1}),
    ("unlisted", {"seconds": 0.2}),
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
    ("http", {"status": 403}),
    ("http", {"status": 502}),
    ("http", {"status": 503}),
    ("garbage", {}),
    ("truncated_json", {}),
    ("missing_ret_code", {}),
    ("ret_code", {"ret_code": 150}),
    ("ret_code", {"ret_code": 520}),
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


@dataclass
class Sequence:
    """One request and what its user has seen of it."""

    name: str
    action: Any
    runs: int = 0
    allowed: int = 0
    is_told: bool = False
    """Running again pays, as the user knows."""
    was_unknown: bool = False
    seen: set[str] = field(default_factory=set)
    story: list[str] = field(default_factory=list)

    @property
    def draws(self) -> bool:
        return self.action.seed == -1

    def clicked(self) -> None:
        self.runs += 1
        if self.draws or self.is_told or self.runs == 1:
            self.allowed += 1
        self.is_told = False

    def ended(self, outcome: TaskResult | BaseException, is_seen: bool) -> None:
        """One run is over. `is_seen`: the user was still there."""
        self.was_unknown |= isinstance(outcome, OutcomeUnknown)
        self.is_told |= isinstance(outcome, SearchEnded) and is_seen
        if self.draws and isinstance(outcome, (CallFailed, Withdrawn)):
            self.allowed -= 1


@dataclass(frozen=True)
class Run:
    """One run of a request, perhaps cancelled by its user."""

    sequence: Sequence
    handle: Handle
    is_cancelled: bool


class World:
    """Some sequences that share a home folder, a sandbox and a runner."""

    def __init__(self, number: int, house: Any, count: int) -> None:
        self.random = random.Random(f"{SEED} {number}")
        self.house = house
        self.clock = SetClock()
        self.errors: list[BaseException] = []
        self.sequences = [self._sequence(number, index) for index in range(count)]

    def _sequence(self, world: int, index: int) -> Sequence:
        own, shared = world * 1000 + index, world * 1000 + 999
        seed = self.random.choices((own, shared, -1), (6, 2, 2))[0]
        action, batch_size = self.random.choice(EVERY_ACTION), self.random.choice((1, 1, 2))
        return Sequence(name := f"w{world}s{index}", example_action(action, name, seed, batch_size))

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
            faults.add("reset_unread", action=draw.choice((None, "ListTasksDetails", *EVERY_ACTION)))
        if draw.random() < 0.3:
            self.clock.ahead = draw.choice(JUMPS)
        if draw.random() < 0.15:
            self.house.sandbox.expire()

    # -- what the user does

    def _round(self) -> None:
        draw = self.random
        self._plan_faults()
        runner = self._runner()
        if draw.random() < 0.5:
            runner.resume(self.house.account)
        runs = [run for sequence in self.sequences if draw.random() < 0.8 for run in self._click(runner, sequence)]
        ends_early = draw.random() < 0.4
        if ends_early:
            time.sleep(draw.uniform(0.0, 0.5))  # ComfyUI ends at some moment, whatever is going on
            runner.stop()
        self._take_outcomes(runs, hands_out=not ends_early)
        runner.stop()

    def _runner(self) -> Runner:
        return self.house.runner(timeouts=self.house.SHORT, jitter=self.random, clock=self.clock)

    def _click(self, runner: Runner, sequence: Sequence) -> Iterator[Run]:
        at_once, asked = self.random.choice((1, 1, 1, 2)), self.clock.time()
        account = self.house.unreachable_account if self.random.random() < 0.05 else self.house.account
        for number in range(at_once):
            if number == 0 or sequence.draws:
                sequence.clicked()
            run = Run(sequence, runner.submit(account, sequence.action, asked), self.random.random() < 0.1)
            if run.is_cancelled:
                run.handle.release()
            yield run

    def _take_outcomes(self, runs: list[Run], *, hands_out: bool = True) -> None:
        for run in runs:
            sequence, handle = run.sequence, run.handle
            result = self._outcome(handle, is_left=run.is_cancelled)
            sequence.story.append(
                f"{'cancelled ' if run.is_cancelled else ''}run {sequence.runs}: {result!r}, "
                f"{self.house.paid(sequence.name)} accepted, {sequence.allowed} allowed"
            )
            sequence.ended(result, is_seen=not run.is_cancelled)
            if isinstance(result, TaskResult):
                if not run.is_cancelled:
                    self._check(sequence, result, hands_out)
            else:
                self.errors.append(result)

    def _outcome(self, handle: Handle, *, is_left: bool = False) -> TaskResult | BaseException:
        """What a node sees; like a node it gives up waiting when the service is out of reach for too long.

        `is_left`: the user has cancelled, and so does not learn what becomes of an accepted task.
        """
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                return handle.result.result(0.2)
            except TooLate:
                progress = handle.progress
                if is_left and progress.task_uid:
                    return asyncio.CancelledError()
                if progress.trouble and progress.troubled_for() > LONGEST_TROUBLE:
                    handle.release()
                    if progress.task_uid is None:
                        return ServiceSilent("a request", progress.trouble)
                    return TaskOutOfReach(progress.task_uid, progress.trouble)
            except (PicpikError, asyncio.CancelledError) as error:
                return error
        raise AssertionError(f"a run that never ends: {handle.progress}")

    def _check(self, sequence: Sequence, result: TaskResult, hands_out: bool) -> None:
        assert result.pictures or result.texts
        for file in result.pictures:
            check_picture(file.read_bytes())
        for file in result.texts:
            assert file.read_text("utf-8")
        owner = self.house.sandbox.service.tasks[result.task_uid]
        assert sequence.name in owner.parameters["PositivePrompts"], "the result of another request"
        if sequence.draws:
            assert result.task_uid not in sequence.seen, f"a picture that was delivered before: {sequence.story}"
        if hands_out and (self.random.random() < 0.7 or sequence.draws):
            if not result.missing:  # of what is given in part, the rest is still owed
                sequence.seen.add(result.task_uid)
            result.deliver()

    def _last_round(self) -> None:
        runner = self._runner()
        runner.resume(self.house.account)
        runs = []
        for sequence in self.sequences:
            sequence.clicked()
            runs.append(Run(sequence, runner.submit(self.house.account, sequence.action), False))
        self._take_outcomes(runs)
        until(lambda: not self._ledger("id", "state IN ('submitting', 'looking')"), "nothing is looked for any more")
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
        """Accepted tasks of a request, without those that failed at the service."""
        return sum(
            name in task.parameters["PositivePrompts"] and not (task.fault is not None and task.fault.kind == "fail")
            for task in self.house.sandbox.tasks
        )

    def lost(self, said: str) -> list[str]:
        told = {sequence.name for sequence in self.sequences if sequence.was_unknown}
        unknown = {(row.action, row.seed) for row in self._all_rows() if row.state == UNKNOWN}
        told_here = "\n".join(str(error) for error in self.errors)
        said += told_here
        said += "\n".join(self._ledger("message", "state = 'failed'"))
        stored = self.stored()
        return [
            f"{task.as_dict()}; in the ledger: {self._rows(task)}"
            for task in self.house.sandbox.tasks
            if task.uid not in stored
            and task.uid not in said
            # every world has the same words for what has no seed, so that only those of this one count
            and _named(task) not in (said if task.seed is not None else told_here)
            and (task.action, task.seed) not in unknown
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


def _named(task: Any) -> str:
    return f"({task.action}, seed {task.seed})" if task.seed is not None else f"({task.action})"


def test_the_sequences_are_of_every_action() -> None:
    assert sorted(EVERY_ACTION) == sorted(ACTIONS)


def test_no_random_sequence_of_faults_pays_twice_or_loses_what_was_paid(
    make_house: Any, caplog: pytest.LogCaptureFixture, say_at_the_end: Any
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
        world = World(number, house, count)
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
    assert not duplicates and not lost, "\n".join(("duplicates:", *duplicates, "lost:", *lost))
