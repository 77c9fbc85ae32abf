"""The inputs that end those of the nodes whose Actions have no Seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from comfy_api.latest import io

from ...picpik import api
from .allowance import max_tasks_input
from .submission_inputs import SubmissionInputs, account_input, submission_inputs


def unseeded_inputs() -> list[io.Input]:
    return [
        io.Int.Input(
            "attempt",
            default=0,
            min=0,
            max=api.MAX_ATTEMPT,
            optional=True,
            advanced=True,
            tooltip="Running again with the same inputs costs nothing: the stored result is used. Another number is "
            "another try, and is paid.",
        ),
        *submission_inputs(),
        account_input(),
        max_tasks_input(),
    ]


@dataclass(frozen=True, kw_only=True)
class UnseededInputs(SubmissionInputs):
    """Their values, as `execute` gets them."""

    attempt: int = 0

    @property
    def options(self) -> dict[str, Any]:
        """What they add to a request, by its field names. Raises InputRefused."""
        return {"attempt": self.attempt, "extra_parameters": api.parse_extra_parameters(self.extra_parameters)}
