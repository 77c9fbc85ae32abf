"""What the pack takes for granted of a service though no API page states it, in one place, where it can be corrected.

The words, forms and signs are those of the older API generation, of the pages of other Actions, and of the parent
company's gateway. What a service shows to be otherwise becomes a correction of its Assumptions by the will of whoever
owns the account, never by the pack alone: money hangs on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from .data_uri import DataUri
from .task_status import TaskStatus

STATUS_WORDS: Mapping[str, TaskStatus] = {
    **dict.fromkeys(("queuing", "queueing", "queued", "queue", "pending", "waiting"), TaskStatus.QUEUED),
    **dict.fromkeys(("running", "processing", "in_progress", "started"), TaskStatus.RUNNING),
    **dict.fromkeys(
        ("finished", "finish", "success", "succeeded", "succeed", "completed", "complete", "done"), TaskStatus.FINISHED
    ),
    **dict.fromkeys(("error", "failed", "fail", "failure", "canceled", "cancelled"), TaskStatus.FAILED),
}
"""In lower case. Queuing, Running, Finished and Error are those of the older generation."""

CFG_SPELLINGS = ("CFGScale", "CfgScale")


class Base64Form(Enum):
    """How a picture stands in a request. Pages with a whole example show data URIs, two show bare Base64."""

    DATA_URI = "data URI"
    BARE = "bare"


class Redrawn(Enum):
    """What of a mask of ApplyReferencePattern is redrawn. The page of RemoveContents says white of its own mask."""

    WHITE = "white"
    BLACK = "black"


@dataclass(frozen=True)
class Assumptions:
    """Of one service. The defaults are what the pack assumes of a service that has shown nothing else."""

    status_words: Mapping[str, TaskStatus] = field(default_factory=dict, hash=False)
    """Beside STATUS_WORDS, in lower case."""
    base64_form: Base64Form = Base64Form.DATA_URI
    redrawn: Redrawn = Redrawn.WHITE
    cfg_spelling: str = "CFGScale"
    poll_pause: float = 0.0
    """Seconds between two polls at least, where the pack's own rhythm is quicker."""

    def status_of(self, word: str) -> TaskStatus:
        plain = word.strip().lower()
        return self.status_words.get(plain) or STATUS_WORDS.get(plain, TaskStatus.UNKNOWN)

    def as_sent(self, value: Any) -> Any:
        """The parameters of a request in the form and spelling that the service takes."""
        if isinstance(value, DataUri):
            return value.bare() if self.base64_form is Base64Form.BARE else value
        if isinstance(value, Mapping):
            return {self._spelt(name): self.as_sent(inner) for name, inner in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.as_sent(inner) for inner in value]
        return value

    def _spelt(self, name: str) -> str:
        """The pack's own spelling is changed; what somebody spelt otherwise in extra_parameters is meant so."""
        return self.cfg_spelling if name == ASSUMED.cfg_spelling else name


ASSUMED = Assumptions()
"""Of a service that has shown nothing else."""
