"""What the prompt that runs just now has in it, beyond what ComfyUI tells a node."""

from __future__ import annotations

from typing import Any

from comfy_execution.utils import get_executing_context
from server import PromptServer


def is_linked(output: int) -> bool:
    """Does any node take this output of the node that is asked for its fingerprint or executes?

    Where nothing is known of the node, as in a graph that another node has made, it counts as linked.
    """
    context = get_executing_context()
    prompt = _prompt(context.prompt_id) if context else {}
    if context is None or context.node_id not in prompt:
        return True
    link = [context.node_id, output]
    return any(link in node["inputs"].values() for node in prompt.values())


def when_queued() -> float | None:
    """When the prompt of the node that executes was queued, in seconds since 1970; None where nobody knows.

    Its user has read nothing of what nodes have said after that.
    """
    context = get_executing_context()
    item = _item(context.prompt_id) if context else None
    milliseconds = item[3].get("create_time") if item else None
    return None if milliseconds is None else milliseconds / 1000


def _prompt(prompt_id: str) -> dict[str, dict]:
    item = _item(prompt_id)
    return item[2] if item else {}


def _item(prompt_id: str) -> tuple[Any, ...] | None:
    """What the queue has of a prompt that runs: its number, id, nodes, extra data, and more."""
    running, _queued = PromptServer.instance.prompt_queue.get_current_queue_volatile()
    return next((item for item in running if item[1] == prompt_id), None)
