"""What earlier runs of the probe have sent, spent and found out: `probe.json` beside the ledger.

A TaskUID stands in the ledger alone; here it is known by its digest. What was begun, and whose answer nobody noted, is
not sent again: it may have been paid.
"""

import hashlib
import json
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ...picpik.accounts.json_files import write_json

FILE_NAME = "probe.json"


@dataclass
class Send:
    """One paid request. `credits` is an estimate until the task is over; `task` is the digest of its TaskUID.

    `at` is Unix time, and `used_before` what the account had used until then.
    """

    credits: int
    used_before: int
    at: float
    task: str = ""
    refusal: str = ""

    @property
    def is_noted(self) -> bool:
        return bool(self.task or self.refusal)


@dataclass
class Outcome:
    """What one trial has told: rows of the table, and facts for `service_facts.json`."""

    rows: list[dict[str, str]] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)


class Journal:
    """Written after each change, as a whole."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        content: dict[str, Any] = json.loads(self._path.read_text("utf-8")) if self._path.is_file() else {}
        self.sends = {name: Send(**send) for name, send in content.get("sends", {}).items()}
        self.trials = {name: Outcome(**outcome) for name, outcome in content.get("trials", {}).items()}

    @property
    def spent(self) -> int:
        return sum(send.credits for send in self.sends.values())

    def begin(self, name: str, estimate: int, used_before: int) -> Send:
        """To be called before anything is sent."""
        self.sends[name] = Send(estimate, used_before, time.time())
        self.write()
        return self.sends[name]

    def write(self) -> None:
        content = {
            "sends": {name: asdict(send) for name, send in self.sends.items()},
            "trials": {name: asdict(outcome) for name, outcome in self.trials.items()},
        }
        write_json(self._path, content)


def digest(task_uid: str) -> str:
    return hashlib.sha256(task_uid.encode()).hexdigest()[:24]
