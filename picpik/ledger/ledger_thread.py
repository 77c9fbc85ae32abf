"""The ledger as the runner uses it: on a thread of its own, and never in the way of a generation.

A ledger that is corrupt, locked, read-only, too new or on a full disk is replaced by one in memory, which knows what
could still be read: the user gets the pictures, and one clear warning that durability is off until ComfyUI is started
again.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from .durability import Durability
from .ledger import Ledger, LedgerTooNew

_P = ParamSpec("_P")
_R = TypeVar("_R")


class LedgerThread:
    """Calls methods of the ledger, one after another."""

    def __init__(self, path: Path, durability: Durability) -> None:
        self._path = path
        self._durability = durability
        self._ledger: Ledger | None = None
        self._is_in_memory = False
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

    def close(self) -> None:
        """Ends the thread after what was called. Works while the interpreter ends, too."""
        self._thread.shutdown()
        self._close()

    def _do(self, call: Callable[[Ledger], _R]) -> _R:
        if self._ledger is not None and self._is_in_memory:
            return call(self._ledger)
        try:
            return call(self._opened())
        except (sqlite3.Error, OSError, LedgerTooNew) as error:
            return call(self._in_memory(error))

    def _opened(self) -> Ledger:
        if self._ledger is None:
            self._ledger = Ledger(self._path)
        return self._ledger

    def _in_memory(self, error: Exception) -> Ledger:
        self._durability.lost(
            f"PICPIK: the ledger {self._path} cannot be used ({error}). "
            "Paid tasks are not remembered across a restart until this is mended and ComfyUI is started again: "
            "free some space, give write permission, or move the file away."
        )
        self._close()
        self._ledger = Ledger.in_memory_of(self._path)
        self._is_in_memory = True
        return self._ledger

    def _close(self) -> None:
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None
