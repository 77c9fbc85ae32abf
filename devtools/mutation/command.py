"""`dev.py mutate`: the mutation score of the modules in which a fault costs money."""

import importlib
import json
import os
import random
import sys
import time
from collections.abc import Sequence

from ..environment import Environment
from ..terminal import Failure, say
from . import baseline, plan, score, survivors
from .judge import judge
from .mutants import Mutant, mutants_of
from .score import Judged
from .trial import Surroundings

SECONDS_BETWEEN_LINES = 20.0


def run(environment: Environment, modules: Sequence[str], sample: int | None, seed: int, width: int) -> int:
    """Judges the mutants of `modules`, all or `sample` of them, `width` at a time; gives the exit code."""
    if sys.platform == "win32":
        raise Failure("Mutants are judged in forks, which Windows has not.\nRun this command on Linux or macOS.")
    with environment.alone("mutate"):
        return _run(environment, modules, sample, seed, width)


def drawn(mutants: Sequence[Mutant], sample: int | None, seed: int) -> list[Mutant]:
    """So many of the mutants, the same ones for the same seed, in their order."""
    if sample is None or sample >= len(mutants):
        return list(mutants)
    chosen = sorted(random.Random(seed).sample(range(len(mutants)), sample))
    return [mutants[at] for at in chosen]


def _run(environment: Environment, modules: Sequence[str], sample: int | None, seed: int, width: int) -> int:
    started = time.monotonic()
    root = environment.root
    mutants = [mutant for file in plan.MODULES for mutant in mutants_of((root / file).read_text("utf-8"), file)]
    known = survivors.read(root / plan.SURVIVORS)
    survivors.refuse_outdated(known, mutants)
    wanted = drawn([mutant for mutant in mutants if mutant.file in modules], sample, seed)

    surroundings = Surroundings(root, environment.folder / "mutation", environment.variables() | plan.VARIABLES)
    if hasattr(os, "nice"):
        os.nice(10)
    for name in plan.PRELOADED:
        importlib.import_module(name)
    tests = [test for test in plan.TESTS if (root / test).exists()]
    measured = baseline.measure(surroundings, tests, modules, width)
    passing = len(measured.seconds) - len(measured.failing)
    say(f"{passing} tests pass on the unchanged code; {len(wanted)} mutants, {width} at a time")
    if measured.failing:
        say("Left out, as they fail without any mutation:\n  " + "\n  ".join(sorted(measured.failing)))
    judged = [
        Judged(mutant, verdict, known.get(survivors.name_of(mutant)))
        for mutant, verdict in _told(judge(wanted, measured, surroundings, width), len(wanted))
    ]
    place = {mutant: at for at, mutant in enumerate(wanted)}
    judged.sort(key=lambda one: place[one.mutant])
    _write_new(environment, judged)
    return score.conclude(judged, time.monotonic() - started, plan.TARGET)


def _told(verdicts, number):
    """The verdicts, with a word from time to time of how many there are."""
    said = time.monotonic()
    survived = 0
    for at, (mutant, verdict) in enumerate(verdicts, 1):
        survived += not verdict.is_noticed
        if time.monotonic() - said >= SECONDS_BETWEEN_LINES:
            said = time.monotonic()
            say(f"  {at} of {number}, {survived} survived")
        yield mutant, verdict


def _write_new(environment: Environment, judged: Sequence[Judged]) -> None:
    """The survivors that nobody has looked at, ready to get their reasons."""
    new = [survivors.entry_for(one.mutant) for one in judged if not one.verdict.is_noticed and one.known is None]
    environment.artifacts.mkdir(parents=True, exist_ok=True)
    text = json.dumps(new, indent=2, ensure_ascii=False)
    (environment.artifacts / "mutation_survivors.json").write_text(text, "utf-8")
