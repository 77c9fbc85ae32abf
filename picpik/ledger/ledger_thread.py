"""The ledger as the runner uses it: on a thread of its own, and never in the way of a generation.

A ledger that is corrupt, locked for long, read-only, too new or on a full disk is replaced by one in memory, which
knows what could still be read: the user gets the pictures, and one clear warning that durability is off. As soon as the
file can be used again, what was written meanwhile is taken into it.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from ..api import SYSTEM_CLOCK, Clock, PicpikError
from .durability import Durability
from .ledger import Ledger, LedgerTooNew
from .owners import Owners

_P = ParamSpec("_P")
_R = TypeVar("_R")

_LEDGER = "ledger"
_PATIENCE_OF_A_LOOK = 1.0
"""Seconds for which a look waits for a file that another process has; the caller behind it waits as well."""


class LedgerNotUsed(PicpikError):
    """What is paid now would not be remembered, as the user is told before the first time."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"The ledger {path} was written by a newer version of the pack; nothing was sent.",
            "Update the pack, or run again to submit without it being remembered across a restart.",
        )


class _CannotOpen(Exception):
    """What an OSError of the call itself must not be taken for."""

    def __init__(self, reason: Exception) -> None:
        super().__init__(str(reason))
        self.reason = reason


def _reason(error: Exception) -> Exception:
    return error.reason if isinstance(error, _CannotOpen) else error


def _is_locked(error: Exception) -> bool:
    return isinstance(error, sqlite3.OperationalError) and "locked" in str(error)


class LedgerThread:
    """Calls methods of the ledger, one after another.

    `owners` is entered when the file is opened, and left at the end. A file that failed is looked at again when a call
    comes in, every `look_again_after` seconds at most.
    """

    def __init__(
        self,
        path: Path,
        durability: Durability,
        owners: Owners | None = None,
        *,
        clock: Clock = SYSTEM_CLOCK,
        look_again_after: float = 5.0,
    ) -> None:
        self._path = path.absolute()
        self._durability = durability
        self._owners = owners
        self._clock = clock
        self._look_again_after = look_again_after
        self._next_look = 0.0
        self._ledger: Ledger | None = None
        self._is_in_memory = False
        self._is_too_new = False
        self._refused: set[str] = set()
        self._thread = ThreadPoolExecutor(1, "picpik-ledger")

    async def __call__(self, method: Callable[Concatenate[Ledger, _P], _R], *args: _P.args, **kwargs: _P.kwargs) -> _R:
        """`await ledger(Ledger.write, record)`."""
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, lambda: self._do(lambda ledger: method(ledger, *args, **kwargs))
        )

    def note(self, method: Callable[Concatenate[Ledger, _P], None], *args: _P.args, **kwargs: _P.kwargs) -> None:
        """The same from any thread, for what nobody waits for. It is done even when the runner ends right after."""
        with suppress(RuntimeError):  # it has ended: nothing can be noted any more
            self._thread.submit(self._do, lambda ledger: method(ledger, *args, **kwargs))

    async def check_before_paying(self, request: str = "") -> None:
        """Raises LedgerNotUsed where the file is too new to be written to, once for each `request`, or once in all."""
        await self(lambda _ledger: None)
        if self._is_too_new and request not in self._refused:
            self._refused.add(request)
            raise LedgerNotUsed(self._path)

    def close(self) -> None:
        """Ends the thread after what was called. Works while the interpreter ends, too."""
        self._thread.shutdown()
        if self._is_in_memory:
            self._go_back()
        self._close()
        if self._owners is not None:
            self._owners.leave()

    # -- the thread

    def _do(self, call: Callable[[Ledger], _R]) -> _R:
        if self._is_in_memory and self._clock.monotonic() >= self._next_look:
            self._go_back()
        if self._ledger is not None and self._is_in_memory:
            return call(self._ledger)
        try:
            return self._with_the_file(call)
        except (sqlite3.Error, _CannotOpen) as error:
            if _is_locked(_reason(error)):  # it was waited for long enough
                return call(self._in_memory(_reason(error)))
            self._close()
        try:  # one failure may pass, and a second ledger beside the file may pay what another process pays
            return self._with_the_file(call)
        except (sqlite3.Error, _CannotOpen) as error:
            return call(self._in_memory(_reason(error)))

    def _with_the_file(self, call: Callable[[Ledger], _R]) -> _R:
        if self._ledger is None:
            try:
                self._ledger = self._opened()
            except (sqlite3.Error, OSError, LedgerTooNew) as error:
                raise _CannotOpen(error) from error
        return call(self._ledger)

    def _opened(self, patience: float | None = None) -> Ledger:
        ledger = Ledger(self._path, patience=patience)
        try:
            if self._owners is not None:
                self._owners.enter()
        except BaseException:
            ledger.close()
            raise
        return ledger

    def _in_memory(self, error: Exception) -> Ledger:
        self._is_too_new = isinstance(error, LedgerTooNew)
        remedy = "free some space, give write permission, or move the file away"
        if self._is_too_new:
            remedy = "update the pack"
        self._durability.lost(
            f"PICPIK: the ledger {self._path} cannot be used ({error}). "
            f"Paid tasks are not remembered across a restart until this is mended: {remedy}.",
            _LEDGER,
        )
        self._close()
        self._ledger = Ledger.in_memory_of(self._path)
        self._is_in_memory = True
        self._look_later()
        return self._ledger

    def _go_back(self) -> None:
        """Uses the file again, if it can be used, with all that was written in memory meanwhile."""
        try:
            ledger = self._opened(_PATIENCE_OF_A_LOOK)
        except (sqlite3.Error, OSError, LedgerTooNew):
            return self._look_later()
        try:
            ledger.check()
            if self._ledger is not None:
                ledger.take_in(self._ledger)
            ledger.wait_for_others()
        except sqlite3.Error:
            ledger.close()
            return self._look_later()
        self._close()
        self._ledger, self._is_in_memory, self._is_too_new = ledger, False, False
        self._durability.regained(
            _LEDGER, f"PICPIK: the ledger {self._path} is in use again, with all that was paid meanwhile."
        )

    def _look_later(self) -> None:
        self._next_look = self._clock.monotonic() + self._look_again_after

    def _close(self) -> None:
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None
