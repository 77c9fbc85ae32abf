"""Plays a schedule: computers, their processes and users in one virtual loop, and writes down what they saw."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from comfyui_picpik.picpik import runner
from comfyui_picpik.picpik.api import (
    Account,
    Action,
    ApplyReferencePattern,
    Client,
    DataUri,
    DescribeImages,
    GeneratePatternsFromImage,
    Generation,
    PicpikError,
    RemoveContents,
)
from comfyui_picpik.picpik.runner.work import Work
from comfyui_picpik.tests.simulation.home import ComputerClock, Home, LedgerOfProcess, MemoryOwners, MemoryResults
from comfyui_picpik.tests.simulation.network import Network, Wire
from comfyui_picpik.tests.simulation.promise import Delivery, RunRecord, Story
from comfyui_picpik.tests.simulation.schedule import Ask, End, Event, Freeze, Poll, Run, Schedule, SetClock
from comfyui_picpik.tests.simulation.service import SimulatedService, Submit, owner_of, owner_of_text
from comfyui_picpik.tests.simulation.virtual_loop import PROCESS, Life, VirtualLoop

OWN = Account("https://api.picpik.ai", "own", "secret")
OTHER = Account("https://api.picpik.ai", "other", "secret")

PATIENCE = 150.0
_LAST_PATIENCE = 300.0
"""Seconds for which a user waits, and for which he does when all is well again."""

_log = logging.getLogger("picpik")
_WORK = Work()  # the virtual loop does its work itself, so that no thread of it is ever started
_LAST_RUNS = 4
_LONGEST_STOP = 30.0


class Process:
    """One ComfyUI, from its start to its end."""

    def __init__(self, world: World, computer: Computer, number: int, make_core: MakeCore) -> None:
        self.name = f"ComfyUI {computer.number}.{number}"
        self.life = Life()
        self.submits: list[Submit] = []
        self.gone = world.loop.create_future()
        self._loop = world.loop
        self._context = contextvars.Context()
        self._context.run(PROCESS.set, self.life)
        self.owners = MemoryOwners(world.home)
        self.core = self._here(make_core, world, computer, self)
        self._here(self.core.resume, OWN)

    async def call(self, what: Callable[..., Any], *arguments: Any) -> Any:
        """Calls `what` in this process: later, where it stands still. Raises ProcessLookupError when it has ended."""
        done = self._loop.create_future()
        self._here(self._loop.call_soon, lambda: done.done() or done.set_result(what(*arguments)))
        await asyncio.wait((done, self.gone), return_when=asyncio.FIRST_COMPLETED)
        if not done.done():
            raise ProcessLookupError(self.name)
        return done.result()

    def spawn(self, work: Any) -> asyncio.Task[Any]:
        return self._here(self._loop.create_task, work)

    def ended(self) -> None:
        """From now on nothing of it happens."""
        if self.life.is_over:
            return
        self._loop.end(self.life)
        self.owners.leave()
        for submit in self.submits:
            submit.ended, submit.how = self._loop.time(), "its process ended"
        self.gone.set_result(None)

    def _here(self, what: Callable[..., Any], *arguments: Any) -> Any:
        return self._context.copy().run(what, *arguments)

    def __str__(self) -> str:
        return self.name


@dataclass
class Computer:
    """A computer with a clock, and the ComfyUI that runs on it, if one does."""

    number: int
    clock: ComputerClock
    process: Process | None = None
    started: asyncio.Event = field(default_factory=asyncio.Event)
    starts: int = 0


MakeCore = Callable[["World", Computer, Process], Any]


class CoreOfThePack:
    """The core as users have it, on virtual ground; what Runner does for it in a thread is done here."""

    delays = runner.Delays()

    def __init__(self, world: World, computer: Computer, process: Process) -> None:
        self._loop = world.loop
        self._wire = Wire(world.network, process, world.draw)
        self._clock = computer.clock
        self._life = process.life
        self._core = runner.Core(
            LedgerOfProcess(world.home, world.draw),  # type: ignore[arg-type]
            world.results,  # type: ignore[arg-type]
            process.owners,  # type: ignore[arg-type]
            self._connect,
            owner_of,
            work=_WORK,
            clock=computer.clock,
            jitter=world.draw,
            delays=self.delays,
            poll_interval=None,
            keep_bytes=4 * 1024**3,
        )
        process.owners.enter()

    def submit(self, account: Account, request: Any) -> runner.Handle:
        handle = runner.Handle(self._loop)
        self._spawn(self._core.submit(handle, account, request, self._clock.time()))
        return handle

    def collect(self, account: Account, task_uid: str, others: tuple[Account, ...]) -> runner.Handle:
        handle = runner.Handle(self._loop)
        self._spawn(self._core.collect(handle, account, task_uid, others))
        return handle

    def resume(self, account: Account) -> None:
        self._spawn(self._core.resume(account))

    async def aclose(self) -> None:
        while others := [task for task in self._life.tasks if not task.done() and task is not asyncio.current_task()]:
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
        await self._core.aclose()

    async def _connect(self, account: Account) -> Client:
        return self._wire.client(account, self._clock)

    def _spawn(self, work: Any) -> None:
        self._loop.create_task(work).add_done_callback(_tell_of_a_crash)


def _tell_of_a_crash(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (crash := task.exception()) is not None:
        _log.error("a fault of the pack", exc_info=crash)


class World:
    """Plays one schedule; or what is told to happen, step by step."""

    def __init__(self, schedule: Schedule, make_core: MakeCore = CoreOfThePack, *, computers: int = 1) -> None:
        self.schedule = schedule
        self.draw = random.Random(f"world {schedule.seed} {schedule.luck}")
        self.loop = VirtualLoop(self.draw)
        self.service = SimulatedService(self.loop, schedule.fates_by_name(), tells_time=schedule.tells_time)
        self.network = Network(schedule, self.service)
        self.home = Home()
        self.results = MemoryResults(self.home)
        self.story = Story(self.service)
        self.crashes = 0
        self._make_core = make_core
        self._users: set[asyncio.Task[None]] = set()
        self._processes: list[Process] = []
        numbers = {*range(computers), *(event.computer for event in schedule.events)}
        self.computers = {number: Computer(number, ComputerClock(self.loop)) for number in sorted(numbers)}
        self._ears = _Ears(self.story)

    def play(self) -> Story:
        """All of the schedule."""
        with self:
            for event in sorted(self.schedule.events, key=lambda event: event.at):
                self.wait(max(0.0, event.at - self.loop.time()))
                self.happen(event)
            self.conclude()
        return self.story

    def __enter__(self) -> World:
        _log.addHandler(self._ears)
        _log.propagate = False  # it says much in a hundred years
        self.loop.run_until_complete(self._start_all())
        return self

    def wait(self, seconds: float) -> None:
        self.loop.run_until_complete(asyncio.sleep(seconds))

    def conclude(self) -> None:
        """All is well again, ComfyUI starts, and each request is run again for as long as messages ask for it."""
        self.loop.run_until_complete(self._conclude())

    def __exit__(self, *_: object) -> None:
        _log.removeHandler(self._ears)
        _log.propagate = True
        self._bury()

    async def _start_all(self) -> None:
        for computer in self.computers.values():
            self._start(computer)

    async def _conclude(self) -> None:
        await self._let_all_be_well()
        await self._last_runs()
        await self._settle()
        for computer in self.computers.values():
            await self._stop(computer)
        self.story.over = self.loop.time()
        self._take_stock()

    # -- events

    def happen(self, event: Event) -> None:
        """Whatever it begins goes on in time."""
        computer = self.computers[event.computer]
        if isinstance(event, SetClock):
            computer.clock.ahead += event.seconds
        elif isinstance(event, Run):
            self._user(self._run(computer, self.schedule.ask(event.ask), event.waits, event.leaves))
        elif isinstance(event, Poll):
            self._user(self._poll(computer, self.schedule.ask(event.ask), event.is_owner))
        elif isinstance(event, End):
            self._user(self._end(computer, event))
        elif isinstance(event, Freeze):
            self._user(self._freeze(computer, event.seconds))

    def _user(self, doing: Any) -> asyncio.Task[None]:
        task = self.loop.create_task(doing)
        self._users.add(task)
        task.add_done_callback(self._users.discard)
        return task

    async def _end(self, computer: Computer, event: End) -> None:
        if computer.process is None:
            return
        if event.in_order:
            await self._stop(computer)
        else:
            self._crash(computer)
        await asyncio.sleep(event.back)
        self._start(computer)

    def _start(self, computer: Computer) -> None:
        if computer.process is None:
            computer.starts += 1
            computer.process = Process(self, computer, computer.starts, self._make_core)
            self._processes.append(computer.process)
            computer.started.set()

    def _crash(self, computer: Computer) -> None:
        process = self._took_away(computer)
        if process is not None:
            self.crashes += 1
            self.story.ends[process] = self.loop.time()
            process.ended()

    async def _stop(self, computer: Computer) -> None:
        process = self._took_away(computer)
        if process is None:
            return
        self.loop.thaw(process.life)
        stopping = process.spawn(process.core.aclose())
        done, _ = await asyncio.wait((stopping,), timeout=_LONGEST_STOP)
        if not done:
            self.story.faults_of_the_pack.append(f"ENDLESS: {process} does not end")
        elif (error := stopping.exception()) is not None:
            self.story.faults_of_the_pack.append(f"{process} does not end in order: {error!r}")
        await asyncio.sleep(0.1)  # what was noted is written
        self.story.ends[process] = self.loop.time()
        process.ended()

    def _took_away(self, computer: Computer) -> Process | None:
        process, computer.process = computer.process, None
        computer.started.clear()
        return process

    async def _freeze(self, computer: Computer, seconds: float) -> None:
        process = computer.process
        if process is None or process.life.handles is not None:
            return
        self.story.frozen.setdefault(process, []).append((self.loop.time(), self.loop.time() + seconds))
        self.loop.freeze(process.life)
        await asyncio.sleep(seconds)
        if not process.life.is_over:
            self.loop.thaw(process.life)

    # -- users

    async def _run(
        self, computer: Computer, ask: Ask, waits: bool, leaves: float | None, patience: float = PATIENCE
    ) -> RunRecord:
        """Somebody runs a request, and sees what becomes of it."""
        await computer.started.wait()
        process = computer.process
        assert process is not None
        record = RunRecord(ask, process, self.loop.time(), waits)
        self.story.runs.append(record)

        def click() -> Any:
            record.began = self.loop.time()
            return process.core.submit(OWN, _request(ask))

        with suppress(ProcessLookupError):
            handle = await process.call(click)
            await self._watch(record, process, handle, leaves, patience)
        if record.outcome == "":
            record.outcome, record.ended = "cut off", self.loop.time()
        return record

    async def _poll(self, computer: Computer, ask: Ask, is_owner: bool) -> None:
        await computer.started.wait()
        process, tasks = computer.process, self.service.of_name[ask.name]
        if process is None or not tasks:
            return
        uid = tasks[-1].uid
        record = RunRecord(ask, process, self.loop.time(), uid=uid)
        self.story.polls.append(record)
        account, others = (OWN, ()) if is_owner else (OTHER, self.draw.choice(((), (OWN,))))
        with suppress(ProcessLookupError):
            handle = await process.call(process.core.collect, account, uid, others)
            await self._watch(record, process, handle, None, PATIENCE, is_poll=True)

    async def _watch(
        self,
        record: RunRecord,
        process: Process,
        handle: Any,
        leaves: float | None,
        patience: float,
        *,
        is_poll: bool = False,
    ) -> None:
        future = asyncio.wrap_future(handle.result if record.waits else handle.accepted, loop=self.loop)
        await asyncio.wait((future, process.gone), timeout=leaves or patience, return_when=asyncio.FIRST_COMPLETED)
        if process.gone.done():
            future.cancel()
            return

        def see() -> None:
            """In one moment of the process: the outcome is taken and the handle is released."""
            record.ended = self.loop.time()
            if future.done():
                self._take(record, process, future, handle, is_poll)
            else:
                record.outcome = "cancelled" if leaves else "left"
                future.cancel()
            handle.release()

        await process.call(see)

    def _take(self, record: RunRecord, process: Process, future: Any, handle: Any, is_poll: bool) -> None:  # noqa: ARG002
        if future.cancelled():
            record.outcome = "cut off"
        elif (error := future.exception()) is not None:
            record.outcome, record.text = type(error).__name__, str(error)
            record.was_told = isinstance(error, runner.SearchEnded)
            self.story.said.append(str(error))
            if isinstance(error, asyncio.CancelledError):
                record.outcome = "cut off"
            elif not isinstance(error, PicpikError):
                self.story.faults_of_the_pack.append(f"FAULT: {record.ask.name} ended with {error!r}")
        elif record.waits:
            self._receive(record, future.result(), is_poll)
        else:
            record.outcome, record.uid = "TaskUID", future.result()
            handle.hand_out()

    def _receive(self, record: RunRecord, result: runner.TaskResult, is_poll: bool) -> None:
        owners = {owner_of(self.results.read(path)) for path in result.pictures}
        owners |= {owner_of_text(self.results.read(path)) for path in result.texts}
        record.outcome, record.uid = "part of a result" if result.missing else "result", result.task_uid
        self.story.said += getattr(result, "notes", ())
        names = frozenset(name for name, _ in owners)
        if not is_poll and not result.missing:  # of what is given in part, the rest is still owed
            self.story.deliveries.append(Delivery(record, result.task_uid, self.loop.time(), names))
        result.deliver()

    # -- the end

    async def _let_all_be_well(self) -> None:
        ends = [away.at + away.seconds for away in self.schedule.aways]
        await asyncio.sleep(max([0.0, *(end - self.loop.time() for end in ends)]) + 2.0)
        self.network.is_well = True
        if self._users:
            await asyncio.wait(self._users, timeout=PATIENCE + 100.0)
        first = self.computers[0]
        await self._stop(first)
        self._start(first)

    async def _last_runs(self) -> None:
        await asyncio.gather(*(self._run_to_the_end(ask) for ask in self.schedule.asks))

    async def _run_to_the_end(self, ask: Ask) -> None:
        """Runs a request again for as long as messages ask for it."""
        for _ in range(_LAST_RUNS):
            record = await self._run(self.computers[0], ask, True, None, _LAST_PATIENCE)
            if record.outcome == "left":
                record.outcome = "left at the end"
            if record.outcome in ("result", "part of a result", "left at the end"):
                return

    async def _settle(self) -> None:
        """What goes on in the background gets its time: a submit that hangs, and the search for its task after that."""
        for _ in range(16):
            self._take_stock()
            is_stored = (self.story.stored.get(task.uid) == task.count for task in self.service.tasks.values())
            if self.service.coming == 0 and all(is_stored):
                return
            await asyncio.sleep(12.0)

    def _take_stock(self) -> None:
        rows = self.home.ledger.with_files()
        self.story.stored = {
            row.task_uid: len(row.files) for row in rows if row.task_uid and self.results.intact(row.files)
        }
        self.story.faults_of_the_pack += [f"FAULT: {failure}" for failure in self.loop.failures]
        self.loop.failures.clear()

    def _bury(self) -> None:
        for process in self._processes:
            process.ended()
        for process in self._processes:
            self.loop.bury(process.life)
        for task in asyncio.all_tasks(self.loop):
            task._log_destroy_pending = False  # type: ignore[attr-defined]
        self.loop.close()
        self.home.close()


class _Ears(logging.Handler):
    """Hears what the log says."""

    def __init__(self, story: Story) -> None:
        super().__init__(logging.WARNING)
        self._story = story

    def emit(self, record: logging.LogRecord) -> None:
        self._story.said.append(record.getMessage())
        if record.exc_info:
            self._story.faults_of_the_pack.append(f"FAULT: {record.getMessage()}: {record.exc_info[1]!r}")


_PICTURE = DataUri.encode("image/png", [b"a picture"])


def _request(ask: Ask) -> Action:
    if ask.seed is None:
        return _without_seed(ask)
    generation = Generation(positive_prompts=(ask.name,), seed=ask.seed, width=64, height=64, batch_size=ask.pictures)
    if ask.action == "GeneratePatternsFromImage":
        return GeneratePatternsFromImage(_PICTURE, (0, 0, 8, 8), generation=generation)
    return ApplyReferencePattern(_PICTURE, _PICTURE, _PICTURE, generation=generation)


def _without_seed(ask: Ask) -> Action:
    """Its name is sent where the others have their prompts."""
    named = {"PositivePrompts": [ask.name]}
    if ask.action == "RemoveContents":
        return RemoveContents(_PICTURE, _PICTURE, extra_parameters=named)
    return DescribeImages((_PICTURE,) * ask.pictures, extra_parameters=named)
