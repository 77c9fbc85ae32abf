"""What was learned of services from their own answers: `service_facts.json` in the pack's home folder.

    {"version": 1, "services": {"api.picpik.ai": {"calls": {"ListTasksDetails": 12}, ...}}}

Facts are objects of names, and what stands under a name in the end is how often it was seen, but for `least` and
`most`, which are seconds, and for texts and names that begin with `latest`, of which the newest counts. So the facts of
two processes can be added to each other. No key, prompt, picture, TaskUID or URL is among them (see `recorder`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .json_files import write_json

FILE_NAME = "service_facts.json"
MOST_BYTES = 256 * 1024

_VERSION = 1
_MOST_SERVICES = 8
_MOST_NAMES = 60
_LONGEST_NAME = 160

Facts = dict[str, Any]
"""Of one service."""


def read_facts(home: Path) -> dict[str, Facts]:
    """What is known, by service; nothing where there is no file that can be read. Blocks."""
    try:
        content = json.loads((home / FILE_NAME).read_text("utf-8"))
        services = content["services"] if content["version"] == _VERSION else {}
        return {str(name): facts for name, facts in services.items() if isinstance(facts, dict)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}  # what was learned can be learned again


def add_facts(home: Path, learned: Mapping[str, Facts]) -> dict[str, Facts]:
    """Adds to what is known, and gives all of it. Blocks; raises OSError."""
    services = read_facts(home)
    for name, facts in learned.items():
        services[name] = added(services.get(name, {}), facts)
    kept = _within_bounds(services)
    write_json(home / FILE_NAME, {"version": _VERSION, "services": kept})
    return kept


def added(known: Mapping[str, Any], learned: Mapping[str, Any]) -> Facts:
    """Both together. Beyond 60 names in one place only those that are known already count on."""
    total = dict(known)
    for name, value in learned.items():
        name = str(name)[:_LONGEST_NAME]
        if name in total or len(total) < _MOST_NAMES:
            total[name] = _both(name, total.get(name), value)
    return total


def _both(name: str, known: Any, learned: Any) -> Any:
    if isinstance(learned, Mapping):
        return added(known if isinstance(known, Mapping) else {}, learned)
    if not isinstance(known, (int, float)) or isinstance(learned, str) or name.startswith("latest"):
        return learned
    if name == "least":
        return min(known, learned)
    return max(known, learned) if name == "most" else known + learned


def _within_bounds(services: dict[str, Facts]) -> dict[str, Facts]:
    """The services that were called last, as many as there is room for."""
    newest = sorted(services, key=lambda name: services[name].get("latest_call", 0), reverse=True)
    kept: dict[str, Facts] = {}
    left = MOST_BYTES - 100
    for name in newest[:_MOST_SERVICES]:
        facts = services[name]
        if _bytes(facts) > left:
            facts = {part: content for part, content in facts.items() if part not in ("answers", "results")}
        left -= _bytes(facts) + _bytes(name) + 8
        if left >= 0:
            kept[name] = facts
    return kept


def _bytes(content: Any) -> int:
    return len(json.dumps(content, ensure_ascii=False).encode())
