"""What the pack promises, and whether a story kept it. Knows the service's record and what users saw, and no code.

An accepted task of a request is *live* for 24 hours, unless the service said that it failed. While a request has a live
task, no run of it makes another one, but

- with Seed -1, where each run may make one, unless one is there that nobody has been given yet;
- where the *search window is over*: nobody has the live task's TaskUID, the service answered every look since the
  connection ended through 75 s, the task was listed at none of them, and the user ran again after having been told so.
  That is the one gap that remains; it is counted apart.

Nothing that was accepted is lost: at the end it is stored, or failed at the service, or was named to the user.
A picture is never handed to another request, with Seed -1 never twice. A run ends. What nobody waits for is not sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from comfyui_picpik.tests.simulation.schedule import Ask
from comfyui_picpik.tests.simulation.service import KEPT, Look, SimulatedService, Submit, Task

WINDOW = 75.0
_BETWEEN_LOOKS = 6.0
"""Looks come every 5 s, and a while passes before they are answered: a window may seem so much shorter from outside."""

_MOMENT = 1.0
"""For what happens in one moment and is seen in two."""


@dataclass
class RunRecord:
    """One run of a request, as its user saw it. Times are virtual seconds; `ended` is None while it goes on."""

    ask: Ask
    process: Any
    began: float
    waits: bool = True
    ended: float | None = None
    outcome: str = ""
    """result, part of a result, TaskUID, cancelled, cut off (ComfyUI ended), left (lost patience), or an error."""
    text: str = ""
    uid: str | None = None
    was_told: bool = False
    """That the search is over, and that running again pays."""

    def is_open(self, at: float) -> bool:
        return self.began <= at and (self.ended is None or at <= self.ended)

    def __str__(self) -> str:
        end = "" if self.ended is None else f" {self.ended:.1f} s: {self.outcome or 'goes on'} {self.uid or self.text}"
        return f"{self.began:7.1f} s: run of {self.ask.name} on {self.process};{end}"


@dataclass
class Delivery:
    """Pictures that a run was given."""

    run: RunRecord
    uid: str
    at: float
    owners: frozenset[str]
    """Names of the requests whose pictures they are."""


@dataclass
class Story:
    """All that is known of a schedule that was played."""

    service: SimulatedService
    runs: list[RunRecord] = field(default_factory=list)
    polls: list[RunRecord] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    """Messages of errors and of the log."""
    stored: dict[str, int] = field(default_factory=dict)
    """TaskUIDs with results in the ledger, and how many."""
    ends: dict[Any, float] = field(default_factory=dict)
    """When a process crashed."""
    frozen: dict[Any, list[tuple[float, float]]] = field(default_factory=dict)
    """From when to when a process stood still."""
    faults_of_the_pack: list[str] = field(default_factory=list)
    over: float = 0.0

    def of(self, name: str) -> list[RunRecord]:
        return [run for run in self.runs if run.ask.name == name]


@dataclass(frozen=True)
class Verdict:
    """What was broken, in words; and how often the gap was paid for."""

    paid_twice: list[str]
    lost: list[str]
    others: list[str]
    gaps: list[str]

    @property
    def broken(self) -> list[str]:
        return [*self.paid_twice, *self.lost, *self.others]


def judge(story: Story) -> Verdict:
    twice, gaps = _payments(story)
    others = [*_unwanted(story), *_mixed_up(story), *_endless(story), *story.faults_of_the_pack]
    return Verdict(twice, list(_lost(story)), others, gaps)


def judge_so_far(story: Story) -> Verdict:
    """The same of a story that goes on: what can only be said at the end is left out."""
    story.over = story.service.now
    twice, gaps = _payments(story)
    return Verdict(twice, [], [*_unwanted(story), *_mixed_up(story), *story.faults_of_the_pack], gaps)


# -- paid once


def _payments(story: Story) -> tuple[list[str], list[str]]:
    twice: list[str] = []
    gaps: list[str] = []
    for tasks in story.service.of_name.values():
        tasks = sorted(tasks, key=lambda task: task.submit.sent)
        for index, paid in enumerate(tasks):
            earlier = tasks[:index]
            ask = next(run.ask for run in story.runs if run.ask.name == paid.name)
            complaint, gap = (_drawn if ask.draws else _fixed)(story, paid, earlier)
            twice += complaint
            gaps += gap
    return twice, gaps


def _fixed(story: Story, paid: Task, earlier: list[Task]) -> tuple[list[str], list[str]]:
    """Complaints and gaps of one payment for a request with a seed."""
    why_not = {live.uid: _no_excuse(story, live, paid) for live in earlier if _is_live(live, paid.submit.sent)}
    complaints = [
        f"PAID TWICE: {_told(paid)} while {_told(story.service.tasks[uid])} was live: {reason}"
        for uid, reason in why_not.items()
        if reason
    ]
    gaps = [f"gap: {_told(paid)} for {uid}" for uid, reason in why_not.items() if not reason]
    return complaints, gaps


def _drawn(story: Story, paid: Task, earlier: list[Task]) -> tuple[list[str], list[str]]:
    """The same with Seed -1."""
    runs = [run for run in story.of(paid.name) if run.began <= paid.submit.sent + _MOMENT]
    live = [task for task in earlier if _is_live(task, paid.submit.sent)]
    own = max((run for run in runs if run.process is paid.submit.process), key=lambda run: run.began, default=None)
    if own is None:
        return [], []  # a submit that nobody wanted: told by _unwanted
    reasons = {task.uid: _no_excuse(story, task, paid) for task in live if not _was_given(story, task, own.began)}
    gaps = [f"gap: {_told(paid)} for {uid}" for uid, reason in reasons.items() if not reason]
    kept = {uid for uid, reason in reasons.items() if reason}

    def left_over(at: float) -> int:
        """How many tasks were there that nobody had been given or waited for?"""
        there = {
            uid
            for uid in kept
            if (task := story.service.tasks[uid]).submit.sent <= at and not _was_given(story, task, at)
        }
        held = sum(run is not own and run.is_open(at) for run in runs)
        return len(there) - held - sum(poll.uid in there and poll.is_open(at) for poll in story.polls)

    # who asked while none was left over gets another, also if one is when it is sent; and the other way round
    if min(left_over(own.began), left_over(paid.submit.sent)) > 0:
        return [f"PAID TWICE: {_told(paid)} while more were there than were held: {reasons}"], gaps
    return [], gaps


def _is_live(task: Task, at: float) -> bool:
    return at - task.made < KEPT and not (task.said_failed is not None and task.said_failed <= at)


def _was_given(story: Story, task: Task, by: float) -> bool:
    """Had somebody got its pictures, by Poll Task, too, or its TaskUID, as where nobody knows whose task it is?"""
    runs = [run for run in (*story.runs, *story.polls) if run.ended is not None and run.ended <= by]
    given = any(run.uid == task.uid for run in runs if run.outcome in ("result", "TaskUID"))
    return given or any(task.uid in run.text for run in runs if run.outcome == "Undecided")


def _no_excuse(story: Story, live: Task, paid: Task) -> str:
    """Why the search window was not over for `live` when `paid` was sent; empty where it was."""
    submit, sent = live.submit, paid.submit.sent
    if _knew(story, submit, sent):
        return f"its TaskUID arrived at {submit.told:.1f} s"
    if submit.ended is None or submit.ended > sent:
        return "its submit was still going on"
    looks = [look for look in story.service.looks if submit.ended <= look.at <= sent and look.account == live.account]
    learned = [look for look in looks if look.uids and _outlived(story, look.process, look.at)]
    if seen := [look for look in learned if look.uids and live.uid in look.uids]:
        return f"it was listed at {seen[0].at:.1f} s to {seen[0].process}"
    if not _answered_through(looks, submit.ended):
        return f"no look was answered all through {WINDOW:g} s since its submit ended at {submit.ended:.1f} s"
    told = [
        run.ended
        for run in story.of(live.name)
        if (run.was_told or (run.ask.draws and run.outcome == "Undecided"))
        and run.ended is not None
        and run.ended >= submit.ended + WINDOW - _BETWEEN_LOOKS
    ]
    payers = [run.began for run in story.of(live.name) if run.process is paid.submit.process and run.is_open(sent)]
    if not told or not payers or min(told) > max(payers):
        return f"nobody ran again after having been told (told at {told}, runs from {payers})"
    return ""


def _knew(story: Story, submit: Submit, at: float) -> bool:
    """Did the process learn the TaskUID, and live long enough to write it down?"""
    if submit.told is None or submit.told > at:
        return False
    return _outlived(story, submit.process, submit.told)


def _outlived(story: Story, process: Any, at: float) -> bool:
    """Could the process write down what it learned then?"""
    end = story.ends.get(process, story.over + 10.0)
    stood_still = sum(max(0.0, min(end, until) - max(at, since)) for since, until in story.frozen.get(process, ()))
    return end - at - stood_still > _MOMENT


def _answered_through(looks: Iterable[Look], ended: float) -> bool:
    """Did one process get an answer to each of its looks, for as long as the window is?"""
    begins: dict[Any, float | None] = {}
    for look in looks:
        if look.uids is None:
            begins[look.process] = None
            continue
        begin = begins.get(look.process)
        if begin is None:
            begins[look.process] = begin = look.at
        if look.at - begin >= WINDOW - _BETWEEN_LOOKS and look.at >= ended + WINDOW - _BETWEEN_LOOKS:
            return True
    return False


def _told(task: Task) -> str:
    return f"{task.uid} of {task.name} (sent at {task.submit.sent:.1f} s by {task.submit.process}, {task.submit.how})"


# -- nothing lost


def _lost(story: Story) -> Iterator[str]:
    now, said = story.over, "\n".join(story.said)
    for task in story.service.tasks.values():
        if now - task.made >= KEPT or task.ends > now - 30.0 or task.fate.end != "finished":
            continue
        if story.stored.get(task.uid, 0) < task.count and task.uid not in said and not _was_over(story, task):
            yield f"LOST: {_told(task)}, of which {story.stored.get(task.uid, 0)} of {task.count} pictures are stored"


def _was_over(story: Story, task: Task) -> bool:
    """Was it looked for through the window, listed at no look, and was the user told?"""
    submit = task.submit
    if submit.ended is None or _knew(story, submit, story.over):
        return False
    looks = [look for look in story.service.looks if submit.ended <= look.at and look.account == task.account]
    was_seen = any(look.uids and task.uid in look.uids and _outlived(story, look.process, look.at) for look in looks)
    told = any(run.was_told and (run.ended or 0) > submit.ended for run in story.of(task.name))
    told |= any("may or may not" in line and task.action in line for line in story.said)
    return not was_seen and told and _answered_through(looks, submit.ended)


# -- the rest


def _unwanted(story: Story) -> Iterator[str]:
    for submit in story.service.submits:
        runs = [run for run in story.of(submit.name) if run.process is submit.process]
        if not any(run.began <= submit.sent <= (run.ended or story.over) + _MOMENT for run in runs):
            yield f"NOBODY WANTED the submit of {submit.name} at {submit.sent:.1f} s by {submit.process}"


def _mixed_up(story: Story) -> Iterator[str]:
    given: dict[str, Delivery] = {}
    for delivery in story.deliveries:
        name = delivery.run.ask.name
        if delivery.owners != {name}:
            yield f"MIXED UP: {name} was given {delivery.uid}, pictures of {sorted(delivery.owners)}"
        if not delivery.run.ask.draws:
            continue
        before = given.setdefault(delivery.uid, delivery)
        if before is not delivery and not _ended_soon_after(story, before):
            yield f"GIVEN TWICE: {delivery.uid} of {name}, at {before.at:.1f} s and at {delivery.at:.1f} s"


def _ended_soon_after(story: Story, delivery: Delivery) -> bool:
    return story.ends.get(delivery.run.process, story.over + 10.0) - delivery.at < _MOMENT


def _endless(story: Story) -> Iterator[str]:
    for run in story.runs:
        may_wait = any(
            task.fate.end in ("odd", "vanishes") or task.ends > story.over - 60.0
            for task in story.service.tasks.values()
            if task.action == run.ask.action or task.name == run.ask.name  # or a candidate that tells no more
        )
        if run.outcome in ("", "left at the end") and not may_wait:
            yield f"ENDLESS: the run of {run.ask.name} that began at {run.began:.1f} s on {run.process}"
