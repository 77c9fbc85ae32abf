"""One point: a scenario with a blow at seam k, then ComfyUI is started again, and the same requests are run again."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .power import Mirror
from .scenarios import LOST_AND_NOT_ACCEPTED, Scenario
from .seams import CRASHED, CUT_KEEPING_NAMES, DISK_ERROR, NEVER, Blow
from .store import Store
from .zygotes import Zygote

_READ_WITHIN = 10.0
_POLL_TASK = "Poll Task "


@dataclass(frozen=True)
class Seen:
    """What one point came to: counts of tasks, and in `wrong` the story of what may not be, in lines."""

    seam: str
    paid: int
    paid_twice: int
    lost: int
    named: int
    wrong: tuple[str, ...]


class Point:
    """`house` has a sandbox of its own, and a home folder that is still to be made; `picture` is what is sent."""

    def __init__(self, house: Any, zygote: Zygote, picture: Path, scenario: Scenario, blow: Blow) -> None:
        self._house = house
        self._zygote = zygote
        self._picture = picture
        self._scenario = scenario
        self._blow = blow
        self._folder: Path = house.home.parent
        self._store = Store(house.home)
        self._wrong: list[str] = []

    def tried(self) -> Seen | None:
        """What came of it; None where the life had no seam k."""
        if self._scenario.fault is not None:
            self._house.faults.add(action=self._scenario.action, **self._scenario.fault)
        self._live(
            self._order("first", self._scenario.life, self._blow),
            *(
                self._order("other", self._scenario.life, Blow(self._blow.kind, NEVER))
                for _ in range(self._scenario.companions)
            ),
        )
        seam = self._struck()
        if seam is None:
            return None
        self._wait_until_the_service_has_read_all()
        if self._blow.is_cut:
            self._cut_the_power()
        self._live(self._order("again", "run after a restart", Blow()))
        return self._seen(seam)

    # -- lives

    def _order(self, name: str, life: str, blow: Blow) -> dict[str, Any]:
        account = self._house.account
        return {
            "life": life,
            "home": str(self._house.home),
            "folder": str(self._folder),
            "picture": str(self._picture),
            "account": [account.endpoint, account.public_key, account.private_key],
            "action": self._scenario.action,
            "requests": self._scenario.requests,
            "keep_bytes": self._scenario.keep_bytes,
            "blow": [blow.kind, blow.at],
            "takes_others_along": blow.is_cut,  # the power goes for all of them
            "log": f"{name}.log",
            "report": f"{name}.json",
        }

    def _live(self, *orders: dict[str, Any]) -> None:
        """A life ends well, unless it ends at its seam or is taken along."""
        first, *others = self._zygote.live(orders)
        may_crash = orders[0]["blow"] == [self._blow.kind, self._blow.at] and self._blow.kind != DISK_ERROR
        if first not in ((0, CRASHED) if may_crash else (0,)) or (any(others) and not self._blow.is_cut):
            errors = " | ".join(self._lines("errors")[-4:])
            self._wrong.append(f"exit statuses {[first, *others]}: {errors}")

    def _struck(self) -> str | None:
        """The name of the seam at which the blow fell."""
        seams = (line.partition("\t") for line in self._lines("first.log"))
        return next((name for number, _, name in seams if number == str(self._blow.at)), None)

    def _wait_until_the_service_has_read_all(self) -> None:
        """What a process has sent arrives after its end, too, but before anybody has started ComfyUI again."""
        logs = (*self._lines("first.log"), *self._lines("other.log"))
        sent = sum(line.endswith(f"{self._scenario.action} sent") for line in logs)
        end = time.monotonic() + _READ_WITHIN
        while self._house.paid() + self._refused() < sent and time.monotonic() < end:
            time.sleep(0.005)

    def _refused(self) -> int:
        return len(self._house.faults.fired) if self._scenario.fault == LOST_AND_NOT_ACCEPTED else 0

    def _cut_the_power(self) -> None:
        keeps_names = self._blow.kind == CUT_KEEPING_NAMES
        Mirror(self._folder / "mirror").drop_what_was_not_synced(self._house.home, keeps_names=keeps_names)
        if not self._scenario.keep_bytes:  # a full store drops files before it forgets their names
            self._wrong += [f"the cut took {name}, which the ledger names" for name in self._store.missing()]

    # -- what came of it

    def _seen(self, seam: str) -> Seen:
        scenario, tasks = self._scenario, self._house.sandbox.tasks
        runs = self._report("again", "runs")
        last = {run["name"]: run for run in runs}
        polled = {name.removeprefix(_POLL_TASK) for name in last if name.startswith(_POLL_TASK)}
        handed_out = {run["task"] for run in runs if "task" in run}
        brought = handed_out if scenario.keep_bytes else self._store.whole_tasks()
        twice = sum(max(0, self._house.paid(name) - 1) for name in scenario.requests)
        lost = [task.uid for task in tasks if task.uid not in brought]
        self._wrong += ["paid twice"] if twice else []
        self._wrong += [f"lost {uid}" for uid in lost]
        self._wrong += [
            f"{name} never came" for name, run in last.items() if "task" not in run and not _names(run["said"], polled)
        ]
        return Seen(seam, len(tasks), twice, len(lost), len(polled), tuple(self._told(seam)) if self._wrong else ())

    def _told(self, seam: str) -> list[str]:
        lives = ("first", "other", "again")
        return [
            f"{self._scenario.name}, {self._blow.kind} at {self._blow.at} ({seam}): {'; '.join(self._wrong)}",
            *(f"  accepted: {task.uid} for {task.parameters['PositivePrompts']}" for task in self._house.sandbox.tasks),
            *(f"  {life} life: {run}" for life in lives for run in self._report(life, "runs")),
            *(f"  {life} life's log: {line}" for life in lives for line in self._report(life, "log")),
            *(f"  in the ledger: {row}" for row in self._store.told()),
        ]

    def _report(self, life: str, part: str) -> list[Any]:
        path = self._folder / f"{life}.json"
        return json.loads(path.read_text())[part] if path.exists() else []

    def _lines(self, name: str) -> list[str]:
        path = self._folder / name
        return path.read_text().splitlines() if path.exists() else []


def _names(said: str, task_uids: Sequence[str] | set[str]) -> bool:
    return any(uid in said for uid in task_uids)
