"""What the pack's nodes have in common for ComfyUI: their category, the types of their links, multiline inputs."""

from __future__ import annotations

from comfy_api.latest import io

CATEGORY = "PICPIK"

ModelType = io.Custom("PICPIK_MODEL")
SubModelsType = io.Custom("PICPIK_SUB_MODELS")
AccountType = io.Custom("PICPIK_ACCOUNT")


def filled_lines(text: str) -> tuple[str, ...]:
    """The lines of a multiline input that say something, without the white space around them."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())
