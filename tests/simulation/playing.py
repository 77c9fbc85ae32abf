"""Plays schedules by the number, and makes a failing one as small as it gets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from comfyui_picpik.tests.simulation.promise import Story, Verdict, judge
from comfyui_picpik.tests.simulation.schedule import Schedule, drawn
from comfyui_picpik.tests.simulation.world import CoreOfThePack, MakeCore, World


@dataclass
class Figures:
    """What many schedules came to. `failures` are the stories of the first few that broke the promise."""

    sums: Counter[str] = field(default_factory=Counter)
    failing: list[int] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def play(schedule: Schedule, make_core: MakeCore = CoreOfThePack) -> tuple[World, Verdict]:
    world = World(schedule, make_core)
    story = world.play()
    return world, judge(story)


def play_all(seeds: Iterable[int], make_core: MakeCore = CoreOfThePack, *, told: int = 3) -> Figures:
    """Plays the schedules of `seeds`; the first `told` that fail are shrunk and told."""
    figures = Figures()
    for seed in seeds:
        world, verdict = play(drawn(seed), make_core)
        figures.sums.update(_counted(world, verdict))
        if verdict.broken:
            figures.failing.append(seed)
            if len(figures.failures) < told:
                figures.failures.append(told_small(drawn(seed), make_core))
    return figures


def told_small(schedule: Schedule, make_core: MakeCore = CoreOfThePack) -> str:
    """The story of the smallest part of a failing schedule that still fails in the same way."""
    small = shrunk(schedule, make_core)
    world, verdict = play(small, make_core)
    return "\n".join((str(small), *told(world.story), *(f"  -> {line}" for line in verdict.broken or ["all is well"])))


def shrunk(schedule: Schedule, make_core: MakeCore = CoreOfThePack) -> Schedule:
    """Takes out one element after another for as long as it still fails in the same way."""
    way = _ways(play(schedule, make_core)[1])
    smaller: Schedule | None = schedule
    while smaller is not None:
        schedule = smaller
        tries = (each for each in schedule.without_one() if any(event for event in each.events))
        smaller = next((each for each in tries if way & _ways(play(each, make_core)[1])), None)
    return schedule


def told(story: Story) -> list[str]:
    """What happened, in the order in which it did."""
    lines = [(run.began, f"  {run}") for run in story.runs]
    lines += [(poll.began, f"  {poll} (a poll)") for poll in story.polls]
    for submit in story.service.submits:
        fate = f"made task {submit.task.uid} at {submit.task.made:.1f} s" if submit.task else "made no task"
        knew = "" if submit.told is None else f", TaskUID told at {submit.told:.1f} s"
        ended = "never" if submit.ended is None else f"{submit.ended:.1f} s ({submit.how})"
        lines.append(
            (
                submit.sent,
                f"  {submit.sent:7.1f} s: {submit.process} submits {submit.name}, ended {ended}; {fate}{knew}",
            )
        )
    lines += [
        (task.ends, f"  {task.ends:7.1f} s: {task.uid} of {task.name}: {task.fate.end}")
        for task in story.service.tasks.values()
    ]
    lines += [(at, f"  {at:7.1f} s: {process} ended") for process, at in story.ends.items()]
    looks = story.service.looks
    if looks:
        answered = [f"{look.at:.0f}{'' if look.uids is not None else '!'}" for look in looks]
        lines.append((story.over, f"  looks (! without an answer) at {' '.join(answered)} s"))
    return [line for _, line in sorted(lines, key=lambda each: each[0])]


def _ways(verdict: Verdict) -> set[str]:
    """Of which kinds its faults are."""
    return {line.split(":")[0] for line in verdict.broken}


def _counted(world: World, verdict: Verdict) -> dict[str, int]:
    story = world.story
    return {
        "schedules": 1,
        "runs": len(story.runs),
        "calls": world.service.calls,
        "faults": world.network.faults,
        "crashes": world.crashes,
        "accepted": len(world.service.tasks),
        "stored": len(story.stored),
        "paid twice": len(verdict.paid_twice),
        "lost": len(verdict.lost),
        "others": len(verdict.others),
        "gap": len(verdict.gaps),
        "seconds": int(story.over),
    }
