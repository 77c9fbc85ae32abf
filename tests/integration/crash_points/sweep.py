"""All points of a scenario: k = 1, 2, … until there is no seam k."""

from __future__ import annotations

import functools
import itertools
import shutil
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .point import Point, Seen
from .scenarios import Scenario
from .seams import Blow, kind_of
from .zygotes import Zygotes

_TRIES = 10


@dataclass
class Figures:
    """What the points of one kind of blow came to, scenario by scenario."""

    name: str
    points: dict[str, str] = field(default_factory=dict)
    sums: Counter[str] = field(default_factory=Counter)
    seams: Counter[str] = field(default_factory=Counter)

    def add(self, scenario: str, seen: dict[int, Seen]) -> None:
        self.points[scenario] = f"{len(seen)} of {max(seen, default=0)}"
        for each in seen.values():
            self.sums.update(paid=each.paid, twice=each.paid_twice, lost=each.lost, named=each.named)
            self.seams[kind_of(each.seam)] += 1

    def __str__(self) -> str:
        points = ", ".join(f"{name} {count}" for name, count in self.points.items())
        return (
            f"{self.name}: {points}; {self.sums['paid']} tasks paid, {self.sums['named']} of them named to the user "
            f"and brought by Poll Task; paid twice = {self.sums['twice']}, lost = {self.sums['lost']}"
        )

    def told_of_seams(self) -> str:
        seams = ", ".join(f"{name} {count}" for name, count in sorted(self.seams.items()))
        return f"seams of the {self.name}: {seams}"


class Sweep:
    """Tries points, as many at once as there are zygotes. `make_house` makes one for a home folder and a scenario."""

    def __init__(
        self, folder: Path, picture: Path, make_house: Callable[[Path, Scenario], Any], zygotes: Zygotes
    ) -> None:
        self._folder = folder
        self._picture = picture
        self._make_house = make_house
        self._zygotes = zygotes
        self._numbers = itertools.count()

    def over(self, scenario: Scenario, kind: str) -> dict[int, Seen]:
        """What each point came to.

        No two lives take the same number of turns, and the busier the machine, the more: k goes up until a life has no
        seam k, and what some life had below the highest k is tried by as many at once until it is met.
        """
        seen: dict[int, Seen] = {}
        ks = itertools.count(1)
        self._at_once(lambda: self._go_on(scenario, kind, ks, seen))
        for _ in range(_TRIES):
            for k in set(range(1, max(seen, default=0))) - set(seen):
                self._at_once(functools.partial(self._try, scenario, kind, k, seen))
        return seen

    def _at_once(self, trying: Callable[[], object]) -> None:
        with ThreadPoolExecutor(self._zygotes.count) as at_once:
            for tried in [at_once.submit(trying) for _ in range(self._zygotes.count)]:
                tried.result()

    def _go_on(self, scenario: Scenario, kind: str, ks: itertools.count[int], seen: dict[int, Seen]) -> None:
        while self._try(scenario, kind, next(ks), seen):
            pass

    def _try(self, scenario: Scenario, kind: str, k: int, seen: dict[int, Seen]) -> bool:
        """Tries one point. False where there was no such seam."""
        folder = self._folder / f"point{next(self._numbers)}"
        folder.mkdir()
        house = self._make_house(folder / "home", scenario)
        try:
            with self._zygotes.one() as zygote:
                found = Point(house, zygote, self._picture, scenario, Blow(kind, k)).tried()
        finally:
            house.close()
            shutil.rmtree(folder)
        if found is not None and not (k in seen and seen[k].wrong):  # of several tries what was wrong is told
            seen[k] = found
        return found is not None
