"""What was learned of a service as Markdown, to be read before it is sent to the makers of the pack."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ..api import Assumptions
from .comparison import differences
from .corrections import corrected
from .service_facts import Facts


def facts_report(service: str, facts: Facts, assumed: Assumptions, version: str) -> str:
    """Without any key, prompt, picture, TaskUID or URL, as none is among the facts."""
    return "\n".join(_lines(service, facts, assumed, version))


def _lines(service: str, facts: Facts, assumed: Assumptions, version: str) -> Iterator[str]:
    yield f"### What {service} does"
    yield ""
    yield f"Pack {version}. No keys, prompts, pictures, TaskUIDs or URLs are in this text."
    yield ""
    yield "#### Differs from what the pack assumes"
    yield ""
    yield from [f"- {difference.what}" for difference in differences(facts, assumed)] or ["- nothing"]
    if corrections := corrected(assumed):
        yield ""
        yield f"Corrected here: `{json.dumps(corrections, ensure_ascii=False)}`"
    for part, content in sorted(facts.items()):
        if isinstance(content, Mapping) and content and part != "said":
            yield ""
            yield f"#### {part.replace('_', ' ')}"
            yield ""
            yield from _entries(content, 0)


def _entries(content: Mapping[str, Any], depth: int) -> Iterator[str]:
    for name, value in content.items():
        start = f"{'  ' * depth}- `{str(name).replace('`', '') or '(empty)'}`"
        if isinstance(value, Mapping):
            yield start
            yield from _entries(value, depth + 1)
        else:
            yield f"{start}: {value}"
