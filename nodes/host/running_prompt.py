"""What the prompt that runs just now has in it, beyond what ComfyUI tells a node."""

from __future__ import annotations

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


def _prompt(prompt_id: str) -> dict[str, dict]:
    running, _queued = PromptServer.instance.prompt_queue.get_current_queue_volatile()
    return next((item[2] for item in running if item[1] == prompt_id), {})
