"""What the Actions without a Seed share: the same request is the same result, until another attempt is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..input_checks import check_range
from .action import Action

MAX_ATTEMPT = 999


@dataclass(frozen=True, kw_only=True)
class UnseededAction(Action):
    """`attempt` 0..999 is never sent: it makes of a request another one, whose result is another paid try."""

    attempt: int = 0

    def __post_init__(self) -> None:
        check_range("attempt", self.attempt, 0, MAX_ATTEMPT)

    def key_params(self) -> dict[str, Any]:
        asked = super().key_params()
        return asked | {"attempt": self.attempt} if self.attempt else asked
