"""Pictures that go into ComfyUI and come out of it to the bit, and what was sent of them."""

from pathlib import Path
from typing import Any

import numpy as np
from comfyui_picpik.sandbox import SandboxThread
from comfyui_picpik.tests.comfy.prompts import node


def photo(random: np.random.Generator, *shape: int) -> np.ndarray:
    """8-bit levels as ComfyUI holds them."""
    return (random.integers(0, 256, shape).astype(np.float32)) / np.float32(255)


def keep(source: str, path: Path) -> dict[str, Any]:
    """A node that writes the outputs of another one into a file."""
    return node("NeighbourKeeps", images=[source, 0], mask=[source, 1], task_uid=[source, 2], path=str(path))


def kept(path: Path) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Pictures, masks and TaskUIDs of such a file."""
    arrays = np.load(path)
    return arrays["images"], arrays["mask"], str(arrays["task_uid"]).splitlines()


def sent(sandbox: SandboxThread, task_uids: list[str]) -> list[dict[str, Any]]:
    """The parameters of tasks."""
    by_uid = {task["TaskUID"]: task["parameters"] for task in sandbox.sandbox.state()["tasks"]}
    return [by_uid[uid] for uid in task_uids]
