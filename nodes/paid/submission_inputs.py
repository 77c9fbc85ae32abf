"""The inputs that all submitting nodes share, whatever they make."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from comfy_api.latest import io

from ... import imaging
from ..host import AccountType
from .allowance import DEFAULT_MAX_TASKS


def account_input() -> io.Input:
    return AccountType.Input(
        "account",
        optional=True,
        tooltip="From Account (PICPIK): the saved account that pays. Not linked: the default account.",
    )


def timeout_input(tooltip: str, **placement: Any) -> io.Input:
    """`placement` is `advanced` or nothing: ComfyUI tells an input that says nothing of it from one that says no."""
    return io.Float.Input(
        "timeout_minutes",
        default=15.0,
        min=0.05,
        max=1440.0,
        step=1.0,
        round=0.01,
        optional=True,
        tooltip=tooltip,
        **placement,
    )


def submission_inputs() -> list[io.Input]:
    """All of them but `account` and `max_tasks`, which stand at the end of a node's inputs."""
    return [
        io.Boolean.Input(
            "wait",
            default=True,
            optional=True,
            advanced=True,
            tooltip="Off: submit, hand out task_uid at once and leave the other outputs empty. The results are "
            "collected in the background; Poll Task gives them.",
        ),
        timeout_input(
            "How long the node waits while the task is queued, and again while it runs. The task goes on "
            "afterwards; running again attaches to it.",
            advanced=True,
        ),
        io.String.Input(
            "extra_parameters",
            multiline=True,
            default="",
            optional=True,
            advanced=True,
            tooltip="A JSON object that is merged into the request, for API fields that have no input here. "
            "Action, PublicKey, Signature, request_uuid and Seed cannot be set.",
        ),
        io.Combo.Input(
            "upload_format",
            options=list(imaging.UPLOAD_FORMATS),
            default=imaging.UPLOAD_FORMATS[0],
            optional=True,
            advanced=True,
            tooltip="How pictures are sent. lossless: PNG, every pixel exact. compact: JPEG of quality 95, about half "
            "the bytes. Masks are always lossless. What was paid for in one format is found in the other.",
        ),
    ]


@dataclass(frozen=True, kw_only=True)
class SubmissionInputs:
    """Their values, as `execute` gets them."""

    wait: bool = True
    timeout_minutes: float = 15.0
    extra_parameters: str = ""
    upload_format: str = field(default_factory=lambda: imaging.UPLOAD_FORMATS[0])
    account: str = ""
    max_tasks: int = DEFAULT_MAX_TASKS
