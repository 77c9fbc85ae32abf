"""What was corrected of the assumptions on a service: `service_corrections.json` in the pack's home folder.

    {"api.picpik.ai": {"status_words": {"archiving": "RUNNING"}, "base64_form": "BARE", "redrawn": "BLACK",
                       "cfg_spelling": "CfgScale", "poll_pause": 2.0}}

Only the owner of the account makes corrections, in the settings panel or in this file; without the file nothing is
corrected.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..api import ASSUMED, CFG_SPELLINGS, Assumptions, Base64Form, NotConfigured, Redrawn, TaskStatus
from .json_files import write_json

FILE_NAME = "service_corrections.json"
_LONGEST_PAUSE = 60.0


@dataclass(frozen=True)
class Corrections:
    """By service. `trouble` says why there may be more, in a file that cannot be used."""

    services: Mapping[str, Assumptions] = field(default_factory=dict)
    trouble: NotConfigured | None = None

    def of(self, service: str) -> Assumptions:
        """What is assumed of the service."""
        return self.services.get(service, ASSUMED)


def read_corrections(home: Path) -> Corrections:
    """Blocks. A correction that is not understood is a trouble: it may decide what is redrawn, and paid for."""
    try:
        content = json.loads((home / FILE_NAME).read_text("utf-8"))
        return Corrections({str(service): _assumptions(made) for service, made in content.items()})
    except FileNotFoundError:
        return Corrections()
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Corrections(
            trouble=NotConfigured(
                f"The corrections in {home / FILE_NAME} cannot be used.",
                "Mend the file, or delete it to correct nothing.",
            )
        )


def correct(home: Path, service: str, correction: Mapping[str, Any]) -> None:
    """Adds a correction to those of a service. Blocks; raises OSError and NotConfigured."""
    services = _usable(home)
    before, made = services.get(service, ASSUMED), _assumptions(correction)
    changes = {name: getattr(made, name) for name in correction}
    if made.status_words:
        changes["status_words"] = {**before.status_words, **made.status_words}
    _write(home, {**services, service: replace(before, **changes)})


def take_back(home: Path, service: str) -> None:
    """Takes all corrections of a service back. Blocks; raises OSError and NotConfigured."""
    _write(home, {each: assumed for each, assumed in _usable(home).items() if each != service})


def _usable(home: Path) -> Mapping[str, Assumptions]:
    corrections = read_corrections(home)
    if corrections.trouble is not None:
        raise corrections.trouble
    return corrections.services


def _write(home: Path, services: Mapping[str, Assumptions]) -> None:
    write_json(home / FILE_NAME, {service: corrected(assumptions) for service, assumptions in services.items()})


def corrected(assumptions: Assumptions) -> Mapping[str, Any]:
    """What of the assumptions is not as it is without corrections, as JSON."""
    plain = _as_json(ASSUMED)
    return {name: value for name, value in _as_json(assumptions).items() if value != plain[name]}


def _as_json(assumptions: Assumptions) -> dict[str, Any]:
    return {
        "status_words": {word: status.name for word, status in assumptions.status_words.items()},
        "base64_form": assumptions.base64_form.name,
        "redrawn": assumptions.redrawn.name,
        "cfg_spelling": assumptions.cfg_spelling,
        "poll_pause": assumptions.poll_pause,
    }


def _assumptions(content: Mapping[str, Any]) -> Assumptions:
    """Raises ValueError, KeyError, TypeError or AttributeError of what is none."""
    if unknown := set(content) - set(_as_json(ASSUMED)):
        raise KeyError(*unknown)
    spelling = content.get("cfg_spelling", ASSUMED.cfg_spelling)
    pause = float(content.get("poll_pause", ASSUMED.poll_pause))
    if spelling not in CFG_SPELLINGS or not (math.isfinite(pause) and 0 <= pause <= _LONGEST_PAUSE):
        raise ValueError(spelling, pause)
    return Assumptions(
        status_words={str(word): TaskStatus[name] for word, name in content.get("status_words", {}).items()},
        base64_form=Base64Form[content.get("base64_form", ASSUMED.base64_form.name)],
        redrawn=Redrawn[content.get("redrawn", ASSUMED.redrawn.name)],
        cfg_spelling=spelling,
        poll_pause=pause,
    )
