"""A schedule: who does what when, and what goes wrong. Drawn from one seed, and played as it stands.

It is plain data, so that whatever plays no part in a failure can be taken out of it before it is shown.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any

from comfyui_picpik.tests.simulation.service import WITHOUT_SEED, Fate


@dataclass(frozen=True)
class Ask:
    """One request. Entries of a batch share Action and seed. `upload` is how many seconds it takes to be sent."""

    name: str
    action: str = "GeneratePatternsFromImage"
    seed: int | None = 0
    pictures: int = 1
    upload: float = 0.5

    @property
    def draws(self) -> bool:
        return self.seed == -1

    def __str__(self) -> str:
        seed = "no seed" if self.seed is None else f"seed {self.seed}"
        return f"{self.name} ({self.action}, {seed}, {self.pictures} results, uploaded in {self.upload:g} s)"


@dataclass(frozen=True)
class Event:
    """Something that happens at a virtual second, on one of the computers."""

    at: float
    computer: int = 0


@dataclass(frozen=True)
class Run(Event):
    """Somebody runs a request. With `waits` off the run ends with the TaskUID; `leaves` is after how many seconds it
    is cancelled."""

    ask: str = "a"
    waits: bool = True
    leaves: float | None = None

    def __str__(self) -> str:
        wait = "" if self.waits else " with wait off"
        leaves = "" if self.leaves is None else f", cancelled after {self.leaves:g} s"
        return f"computer {self.computer} runs {self.ask}{wait}{leaves}"


@dataclass(frozen=True)
class End(Event):
    """ComfyUI ends, in order or not, and is started again after `back` seconds."""

    in_order: bool = False
    back: float = 1.0

    def __str__(self) -> str:
        return f"ComfyUI {self.computer} {'ends' if self.in_order else 'crashes'} and is back after {self.back:g} s"


@dataclass(frozen=True)
class Freeze(Event):
    """ComfyUI lives and does nothing, as with a closed lid or a debugger."""

    seconds: float = 20.0

    def __str__(self) -> str:
        return f"ComfyUI {self.computer} stands still for {self.seconds:g} s"


@dataclass(frozen=True)
class SetClock(Event):
    """The clock of the computer is set."""

    seconds: float = 3600.0

    def __str__(self) -> str:
        return f"the clock of computer {self.computer} is set by {self.seconds:+g} s"


@dataclass(frozen=True)
class Poll(Event):
    """Somebody polls the newest task of a request by its TaskUID, perhaps with the keys of another account."""

    ask: str = "a"
    is_owner: bool = True

    def __str__(self) -> str:
        keys = "" if self.is_owner else " with the keys of another account"
        return f"computer {self.computer} polls the newest task of {self.ask}{keys}"


@dataclass(frozen=True)
class Away:
    """The service cannot be had for a while, in some way."""

    at: float
    seconds: float
    how: str = "refused"

    def __str__(self) -> str:
        return f"{self.at:7.1f} s: the service is away for {self.seconds:g} s ({self.how})"


@dataclass(frozen=True)
class SubmitFault:
    """What becomes of the `nth` submit of a request. `accepted`: after so many seconds a task is made all the same."""

    ask: str
    nth: int
    how: str
    accepted: float | None = None

    def __str__(self) -> str:
        fate = "no task is made" if self.accepted is None else f"a task is made {self.accepted:g} s later"
        return f"submit {self.nth + 1} of {self.ask}: {self.how}, {fate}"


@dataclass(frozen=True)
class ReadFault:
    """What becomes of `count` calls of an Action, from the `first` on."""

    action: str
    first: int
    count: int
    how: str

    def __str__(self) -> str:
        return f"{self.action} {self.first + 1} to {self.first + self.count}: {self.how}"


@dataclass(frozen=True)
class PictureFault:
    """What becomes of the first `count` downloads of one picture of each task of a request."""

    ask: str
    index: int
    count: int
    how: str

    def __str__(self) -> str:
        return f"picture {self.index + 1} of {self.ask}, the first {self.count} times: {self.how}"


@dataclass(frozen=True)
class TaskFate:
    """What becomes of the `nth` task of a request."""

    ask: str
    nth: int
    fate: Fate

    def __str__(self) -> str:
        return f"task {self.nth + 1} of {self.ask}: {self.fate}"


@dataclass(frozen=True)
class Schedule:
    seed: int
    asks: tuple[Ask, ...]
    events: tuple[Event, ...]
    aways: tuple[Away, ...] = ()
    submit_faults: tuple[SubmitFault, ...] = ()
    read_faults: tuple[ReadFault, ...] = ()
    picture_faults: tuple[PictureFault, ...] = ()
    fates: tuple[TaskFate, ...] = ()
    tells_time: bool = True
    luck: int = 0
    """Another number gives the same schedule other small delays."""

    def ask(self, name: str) -> Ask:
        return next(ask for ask in self.asks if ask.name == name)

    def fates_by_name(self) -> dict[str, list[Fate]]:
        found: dict[str, list[Fate]] = {}
        for each in sorted(self.fates, key=lambda each: each.nth):
            found.setdefault(each.ask, []).append(each.fate)
        return found

    def without_one(self) -> Iterator[Schedule]:
        """The same schedule with one element less, for each element that it can do without."""
        for part in ("aways", "read_faults", "picture_faults", "events", "submit_faults", "fates"):
            elements = getattr(self, part)
            for index in range(len(elements)):
                yield replace(self, **{part: elements[:index] + elements[index + 1 :]})
        for index, event in enumerate(self.events):
            if isinstance(event, Run) and event.leaves is not None:
                yield self._with_event(index, replace(event, leaves=None))
            if event.computer:
                yield self._with_event(index, replace(event, computer=0))
        for index, each in enumerate(self.fates):
            if each.fate != Fate():
                plain = replace(each, fate=Fate())
                yield replace(self, fates=(*self.fates[:index], plain, *self.fates[index + 1 :]))
        if len(self.asks) > 1:
            for ask in self.asks:
                for luck in range(4):  # without one request all delays are others
                    yield replace(self._without_ask(ask.name), luck=luck)

    def _with_event(self, index: int, event: Event) -> Schedule:
        return replace(self, events=(*self.events[:index], event, *self.events[index + 1 :]))

    def _without_ask(self, name: str) -> Schedule:
        changes: dict[str, Any] = {"asks": tuple(ask for ask in self.asks if ask.name != name)}
        for part in fields(self):
            elements = getattr(self, part.name)
            if isinstance(elements, tuple) and part.name != "asks":
                changes[part.name] = tuple(each for each in elements if getattr(each, "ask", None) != name)
        return replace(self, **changes)

    def __str__(self) -> str:
        lines = [f"Schedule {self.seed}:", *(f"  {ask}" for ask in self.asks)]
        lines += [f"  {event.at:7.1f} s: {event}" for event in sorted(self.events, key=lambda event: event.at)]
        for part in (self.aways, self.submit_faults, self.read_faults, self.picture_faults, self.fates):
            lines += [f"  {each}" for each in part]
        if not self.tells_time:
            lines.append("  the service sends no Date")
        return "\n".join(lines)


SUBMIT_MAYBE = (
    "reset", "hang", "cut", "garbage", "html", "empty", "no_uid", "slow",
    "http 500", "http 502", "http 503", "http 504",
    "code 110", "code 130", "code 150", "code 520", "code 5000", "code 230000",
)  # fmt: skip
"""What can become of a submit whether its task is made or not."""

SUBMIT_NO = ("refused", "http 429", "http 429 after 0", "http 429 after 20", "http 503 after 3", "http 400", "http 403",
             "http 413", "code 153", "code 160", "code 171", "code 299")  # fmt: skip
"""What is only ever said of a task that is not made."""

SUBMIT_YES = ("http 500 with TaskUID", "http 202 with TaskUID")
"""A TaskUID in unusual clothes."""

READ = ("refused", "reset", "hang", "cut", "garbage", "slow", "null", "http 403", "http 429", "http 429 after 5",
        "http 500", "http 503", "http 503 after 30", "code 110", "code 150", "code 153", "code 171", "code 520",
        "code 5000")  # fmt: skip
PICTURE = ("reset", "hang", "http 403", "http 404", "http 503", "cut", "broken", "html", "empty")
AWAY = ("refused", "reset", "hang", "http 503", "http 502", "code 150", "code 520")
JUMPS = (30.0, -30.0, 3600.0, -3600.0, 3 * 86400.0, -3 * 86400.0)


def drawn(seed: int) -> Schedule:
    """The schedule of this seed."""
    return _Drawing(random.Random(seed)).schedule(seed)


@dataclass
class _Drawing:
    draw: random.Random
    length: float = field(init=False)

    def schedule(self, seed: int) -> Schedule:
        draw = self.draw
        self.length = draw.choice((15.0, 40.0, 90.0, 150.0))
        asks = self._asks()
        computers = draw.choice((1, 1, 1, 2))
        tells_time = draw.random() < 0.9
        return Schedule(
            seed,
            asks,
            self._events(asks, computers, tells_time),
            tuple(self._aways()),
            tuple(self._submit_faults(asks)),
            tuple(self._read_faults()),
            tuple(self._picture_faults(asks)),
            tuple(self._fates(asks)),
            tells_time,
        )

    def _asks(self) -> tuple[Ask, ...]:
        draw = self.draw
        kinds = [self._kind() for _ in range(2)]
        upload = draw.choice((0.2, 0.5, 2.0, 6.0))
        return tuple(
            self._ask(name, *draw.choice((kinds[0], kinds[0], kinds[1])), upload + index * 0.3)
            for index, name in enumerate("abc"[: draw.choice((1, 1, 2, 3))])
        )

    def _kind(self) -> tuple[str, int | None]:
        draw = self.draw
        action = draw.choice(("GeneratePatternsFromImage", "ApplyReferencePattern") * 2 + WITHOUT_SEED)
        return action, None if action in WITHOUT_SEED else draw.choice((0, 0, 0, 5, -1))

    def _ask(self, name: str, action: str, seed: int | None, upload: float) -> Ask:
        return Ask(name, action, seed, 1 if action == "RemoveContents" else self.draw.choice((1, 1, 1, 2)), upload)

    def _events(self, asks: tuple[Ask, ...], computers: int, tells_time: bool) -> tuple[Event, ...]:
        draw = self.draw
        events: list[Event] = []
        start = 0.0
        if len(asks) > 1 and draw.random() < 0.5:  # entries of one batch start together
            events += [self._run(ask.name, 0, 0.1 * index) for index, ask in enumerate(asks)]
        else:
            events.append(self._run(asks[0].name, 0, 0.0))
        for _ in range(draw.randint(1, 5)):
            start += draw.choice((0.05, 0.3, 1.0, 3.0, 8.0, 20.0)) * draw.uniform(0.5, 1.5)
            if draw.random() < 0.1:
                start += draw.choice((60.0, 85.0, 110.0))
            events.append(self._event(asks, start, draw.randrange(computers), tells_time))
        return tuple(events)

    def _event(self, asks: tuple[Ask, ...], at: float, computer: int, tells_time: bool) -> Event:
        draw = self.draw
        name = draw.choice(asks).name
        kind = draw.choices(("run", "crash", "end", "freeze", "clock", "poll"), (9, 4, 1, 1.5, 1.5, 1.5))[0]
        at = round(at, 2)
        if kind in ("crash", "end"):
            return End(at, computer, kind == "end", draw.choice((0.5, 2.0, 10.0, 40.0)))
        if kind == "freeze":
            return Freeze(at, computer, draw.choice((3.0, 8.0, 30.0, 90.0)))
        if kind == "clock" and tells_time:
            return SetClock(at, computer, draw.choice(JUMPS))
        if kind == "poll":
            return Poll(at, computer, name, draw.random() < 0.4)
        return self._run(name, computer, at)

    def _run(self, name: str, computer: int, at: float) -> Run:
        draw = self.draw
        leaves = draw.choice((0.02, 0.4, 1.5, 5.0, 12.0, 60.0)) if draw.random() < 0.25 else None
        return Run(round(at, 2), computer, name, draw.random() < 0.85, leaves)

    def _aways(self) -> Iterator[Away]:
        draw = self.draw
        if draw.random() < 0.3:
            at = draw.uniform(0.0, self.length)
            yield Away(round(at, 1), draw.choice((2.0, 6.0, 20.0, 60.0, 100.0)), draw.choice(AWAY))

    def _submit_faults(self, asks: tuple[Ask, ...]) -> Iterator[SubmitFault]:
        draw = self.draw
        for ask in asks:
            for nth in range(2):
                if draw.random() < (0.6, 0.25)[nth]:
                    yield self._submit_fault(ask.name, nth)

    def _submit_fault(self, name: str, nth: int) -> SubmitFault:
        draw = self.draw
        kind = draw.random()
        if kind < 0.15:
            return SubmitFault(name, nth, draw.choice(SUBMIT_NO))
        if kind < 0.2:
            return SubmitFault(name, nth, draw.choice(SUBMIT_YES), 0.2)
        accepted = draw.choice((0.0, 0.3, 1.5, 6.0, 12.0, 30.0, 58.0)) if draw.random() < 0.75 else None
        return SubmitFault(name, nth, draw.choice(SUBMIT_MAYBE), accepted)

    def _read_faults(self) -> Iterator[ReadFault]:
        draw = self.draw
        for action in ("ListTasksDetails", "ListRunningTasks"):
            if draw.random() < 0.3:
                yield ReadFault(action, draw.choice((0, 1, 2, 4, 9)), draw.choice((1, 1, 2, 6)), draw.choice(READ))

    def _picture_faults(self, asks: tuple[Ask, ...]) -> Iterator[PictureFault]:
        draw = self.draw
        for ask in asks:
            if draw.random() < 0.2:
                yield PictureFault(
                    ask.name, draw.randrange(ask.pictures), draw.choice((1, 3, 10, 1000)), draw.choice(PICTURE)
                )

    def _fates(self, asks: tuple[Ask, ...]) -> Iterator[TaskFate]:
        for ask in asks:
            for nth in range(2):
                yield TaskFate(ask.name, nth, self._fate())

    def _fate(self) -> Fate:
        draw = self.draw
        return Fate(
            queued=draw.choice((0.0, 1.0, 5.0)),
            runs=draw.choice((0.5, 3.0, 12.0, 12.0, 40.0, 100.0)),
            lag=draw.choice((0.0, 0.0, 0.0, 2.0, 7.0)),
            end=draw.choices(("finished", "failed", "message", "odd", "vanishes"), (16, 1.5, 0.7, 0.7, 0.7))[0],
            tells_seed=draw.random() < 0.75,
            is_xid=draw.random() < 0.85,
            echo=draw.choice(("", "", "", "Response")),
        )
