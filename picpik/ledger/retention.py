"""How long result files are kept: delivered ones up to a size, oldest first; undelivered ones never less than a day."""

from __future__ import annotations

from dataclasses import replace

from .ledger import Ledger
from .results import ResultFolder


def drop_oldest(ledger: Ledger, folder: ResultFolder, keep_bytes: int, collectable_since: float) -> None:
    """Removes files until at most `keep_bytes` are left. Blocks.

    Delivered results go first, oldest first; then undelivered ones older than `collectable_since` (Unix seconds). What
    is younger than that stays its request's current row: its pictures can be had from the service again, unpaid.
    """
    records = ledger.with_files()
    excess = sum(file.length for record in records for file in record.files) - keep_bytes
    for record in records:
        if excess <= 0:
            return
        if record.delivered is None and record.created >= collectable_since:
            continue
        folder.remove(record.files)
        young = record.created >= collectable_since
        ledger.write(replace(record, files=(), current_key=record.current_key if young else None))
        excess -= sum(file.length for file in record.files)
