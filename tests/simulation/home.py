"""The home folder that the processes of a schedule share, in memory: ledger, results, and who is alive."""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from comfyui_picpik.picpik.api import Clock
from comfyui_picpik.picpik.ledger import Ledger, StoredFile
from comfyui_picpik.tests.simulation.service import EPOCH

_FOLDER = Path("/results")


class ComputerClock(Clock):
    """The clock of one computer, `ahead` seconds before the true time."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.ahead = 0.0

    def time(self) -> float:
        return EPOCH + self._loop.time() + self.ahead

    def monotonic(self) -> float:
        return self._loop.time()


_EMPTY: list[Ledger] = []
"""Ledgers of homes that are gone, without a row: making one, and its statements, costs more than what it is asked."""


class Home:
    """What outlives a process."""

    def __init__(self) -> None:
        self.ledger = _EMPTY.pop() if _EMPTY else Ledger(":memory:")
        self.files: dict[str, bytes] = {}
        self.alive: set[str] = set()
        self.owners = 0

    def close(self) -> None:
        """Nothing is left of what it held."""
        tables = self.ledger._db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            self.ledger._db.execute(f"DELETE FROM {table}")
        _EMPTY.append(self.ledger)


class LedgerOfProcess:
    """One process' thread for the ledger: calls happen one after another, each as a whole, a little later."""

    LONGEST = 0.02

    def __init__(self, home: Home, draw: random.Random) -> None:
        self._home = home
        self._draw = draw
        self._free_at = 0.0

    async def __call__(self, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Any] = loop.create_future()
        loop.call_at(self._next(loop), self._do, done, method, args, kwargs)
        return await done

    async def check_before_paying(self, request: str) -> None:
        """This ledger is of no newer version."""

    def note(self, method: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        loop = asyncio.get_running_loop()
        loop.call_at(self._next(loop), self._do, loop.create_future(), method, args, kwargs)

    def _next(self, loop: asyncio.AbstractEventLoop) -> float:
        self._free_at = max(self._free_at, loop.time()) + self._draw.random() * self.LONGEST
        return self._free_at

    def _do(self, done: asyncio.Future[Any], method: Callable[..., Any], args: Any, kwargs: Any) -> None:
        """Between the change and the moment in which its caller knows, the process may end."""
        later = asyncio.get_running_loop().call_later
        try:
            outcome = method(self._home.ledger, *args, **kwargs)
        except Exception as error:  # noqa: BLE001  whoever awaits it gets it
            later(0.001, _set, done, None, error)
        else:
            later(0.001, _set, done, outcome, None)


def _set(done: asyncio.Future[Any], outcome: Any, error: Exception | None) -> None:
    if done.done():
        return
    if error is not None:
        done.set_exception(error)
        done.exception()  # a note's is asked for by nobody
    else:
        done.set_result(outcome)


class MemoryResults:
    """Stands in for ResultFolder: the same methods, on the home's dictionary of files."""

    def __init__(self, home: Home) -> None:
        self._files = home.files

    def save(self, task_uid: str, index: int, content: bytes) -> StoredFile:
        return self._saved(f"{task_uid}/{index:02d}.png", content)

    def save_text(self, task_uid: str, index: int, text: str) -> StoredFile:
        return self._saved(f"{task_uid}/{index:02d}.txt", text.encode())

    def _saved(self, name: str, content: bytes) -> StoredFile:
        self._files[name] = content
        return StoredFile(name, len(content), hashlib.sha256(content).hexdigest())

    def path(self, file: StoredFile) -> Path:
        return _FOLDER / file.name

    def read(self, path: Path) -> bytes:
        """What a node reads of a result."""
        return self._files[path.relative_to(_FOLDER).as_posix()]

    def intact(self, files: Iterable[StoredFile]) -> bool:
        return all(
            hashlib.sha256(self._files.get(file.name, b"")).hexdigest() == file.sha256 and file.name in self._files
            for file in files
        )

    def remove(self, files: Iterable[StoredFile]) -> bool:
        for file in files:
            self._files.pop(file.name, None)
        return True


class MemoryOwners:
    """Stands in for Owners: a lock that is free as soon as its process has ended."""

    def __init__(self, home: Home) -> None:
        self._home = home
        home.owners += 1
        self.me = f"owner{home.owners}"

    def enter(self) -> None:
        self._home.alive.add(self.me)

    def is_alive(self, owner: str) -> bool:
        return owner in self._home.alive

    def leave(self) -> None:
        self._home.alive.discard(self.me)
