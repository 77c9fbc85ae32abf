"""Rows of a ledger, for tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from comfyui_picpik.picpik.ledger import Ledger, Record, new_record
from comfyui_picpik.picpik.ledger.records import select


def row(key: str = "key", **changes: Any) -> Record:
    """A row of the request `key`, about to be submitted, or as `changes` say."""
    made = new_record(request_key=key, account="account", owner="me", action="Act", seed=1)
    return replace(made, **changes)


def rows_of(ledger: Ledger) -> list[Record]:
    """All rows, the newest first."""
    return select(ledger._db, "1 ORDER BY created DESC")
