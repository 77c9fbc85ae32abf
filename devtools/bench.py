"""`dev.py bench`: the pack beside ComfyUI's own partner-node helpers, in a process that is like ComfyUI's."""

import subprocess
import sys

from .comfyui_source import ComfyuiSource
from .environment import Environment


def run(environment: Environment, source: ComfyuiSource) -> int:
    """Runs `benchmarks` in the foreground and gives its exit code."""
    command = [sys.executable, str(environment.root / "benchmarks" / "start.py"), str(source.path), "bench"]
    # bytecode as in a ComfyUI that was started before, but neither in the checkout nor in ComfyUI's folder
    bytecode = {"PYTHONPYCACHEPREFIX": str(environment.folder / "bytecode"), "PYTHONDONTWRITEBYTECODE": ""}
    variables = environment.variables() | bytecode
    with environment.alone("bench"):
        return subprocess.run(command, cwd=environment.folder, env=variables, check=False).returncode
