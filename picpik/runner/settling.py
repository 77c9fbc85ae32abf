"""Futures that are settled once, by whoever is first."""

from __future__ import annotations

import asyncio
from typing import TypeVar

_T = TypeVar("_T")


def settle(future: asyncio.Future[_T], outcome: _T | BaseException) -> None:
    """Gives the future its outcome, or its exception, where it has none yet."""
    if future.done():
        return
    if isinstance(outcome, BaseException):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
