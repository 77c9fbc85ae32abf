"""How long result files are kept: delivered ones up to a size, by their last use; undelivered ones a day at least."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from .ledger import Ledger
from .records import Record
from .results import ResultFolder

_P = ParamSpec("_P")
_R = TypeVar("_R")


class CallsLedger(Protocol):
    """`await ledger(Ledger.write, record)`, as with a LedgerThread."""

    async def __call__(
        self, method: Callable[Concatenate[Ledger, _P], _R], *args: _P.args, **kwargs: _P.kwargs
    ) -> _R: ...


class CallsWork(Protocol):
    """`await work(function, *arguments)`, as with `asyncio.to_thread`."""

    async def __call__(self, func: Callable[_P, _R], /, *args: _P.args, **kwargs: _P.kwargs) -> _R: ...


async def drop_oldest(
    ledger: CallsLedger,
    folder: ResultFolder,
    keep_bytes: int,
    now: float,
    keep_ids: Callable[[], Collection[str]] = frozenset,
    *,
    work: CallsWork = asyncio.to_thread,
) -> None:
    """Removes files until at most `keep_bytes` are left.

    Delivered results go first, in the order of their last use; then undelivered ones that are expired at `now`, by the
    service's clock. What is not stays its request's current row: its pictures can be had from the service
    again, unpaid. Rows that `keep_ids` names, asked right before their files go, stay: somebody waits for them. A file
    that cannot be removed stays, and goes another time. `work` calls what blocks.
    """
    records = await ledger(Ledger.with_files)
    excess = sum(map(_length, records)) - keep_bytes
    for record in records:
        if excess <= 0:
            return
        is_young = not record.is_expired(now)
        if record.id in keep_ids() or (record.delivered is None and is_young):
            continue
        if await _is_gone(ledger, folder, record, is_young, keep_ids, work):
            excess -= _length(record)


async def _is_gone(
    ledger: CallsLedger,
    folder: ResultFolder,
    record: Record,
    is_young: bool,
    keep_ids: Callable[[], Collection[str]],
    work: CallsWork,
) -> bool:
    """Removes the files of one row. True where they are gone, whoever did it.

    At no moment does a request count on files that are gone, unless they can be had again; and until they are gone the
    row names them, so that none is forgotten on disk, wherever this is cut off.
    """
    seen = await (ledger(Ledger.unchanged, record) if is_young else ledger(Ledger.release, record))
    if seen is None:  # another process has used it, or drops it, too
        return True
    if record.id in keep_ids() or not await work(folder.remove, seen.files):
        return False
    await ledger(Ledger.forget_files, seen)
    return True


def _length(record: Record) -> int:
    return sum(file.length for file in record.files)
