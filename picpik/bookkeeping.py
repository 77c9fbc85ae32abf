"""The ledger as the runner uses it: on a thread of its own, and never in the way of a generation.

A ledger that is corrupt, locked, read-only, too new or on a full disk is replaced by one in memory: the user gets the
pictures, and one clear warning that durability is off until ComfyUI is started again.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from .ledger import MEMORY, Ledger, LedgerTooNew

_log = logging.getLogger("picpik")
_P = ParamSpec("_P")
_R = TypeVar("_R")


class Bookkeeping:
    """Calls methods of the ledger, one after another. `warning` is set when durability is off."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ledger: Ledger | None = None
        self._thread = ThreadPoolExecutor(1, "picpik-ledger")
        self.warning: str | None = None

    async def __call__(self, method: Callable[Concatenate[Ledger, _P], _R], *args: _P.args, **kwargs: _P.kwargs) -> _R:
        """`await books(Ledger.write, record)`."""
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, lambda: self._do(lambda ledger: method(ledger, *args, **kwargs))
        )

    def close(self) -> None:
        self._thread.submit(self._close)
        self._thread.shutdown()

    def _do(self, call: Callable[[Ledger], _R]) -> _R:
        try:
            return call(self._opened())
        except sqlite3.IntegrityError:
            raise
        except (sqlite3.Error, OSError, LedgerTooNew) as error:
            return call(self._in_memory(error))

    def _opened(self) -> Ledger:
        if self._ledger is None:
            self._ledger = Ledger(self._path)
        return self._ledger

    def _in_memory(self, error: Exception) -> Ledger:
        if self.warning is not None:
            raise error  # the one in memory failed, too: that is a fault of ours
        self.warning = (
            f"PICPIK: the ledger {self._path} cannot be used ({error}). "
            "Paid tasks are not remembered across a restart until this is mended and ComfyUI is started again: "
            "free some space, give write permission, or move the file away."
        )
        _log.warning("%s", self.warning)
        self._close()
        self._ledger = Ledger(MEMORY)
        return self._ledger

    def _close(self) -> None:
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None
