"""`dev.py bench`: the pack beside ComfyUI's own partner-node helpers, in a process that is like ComfyUI's."""

import subprocess
import sys

from .comfyui_source import ComfyuiSource
from .environment import Environment


def run(environment: Environment, source: ComfyuiSource) -> int:
    """Runs `benchmarks` in the foreground: costs, then files of prints, then verdicts. The exit code of what failed."""
    start = [sys.executable, str(environment.root / "benchmarks" / "start.py"), str(source.path)]
    # bytecode as in a ComfyUI that was started before, but neither in the checkout nor in ComfyUI's folder
    bytecode = {"PYTHONPYCACHEPREFIX": str(environment.folder / "bytecode"), "PYTHONDONTWRITEBYTECODE": ""}
    variables = environment.variables() | bytecode
    with environment.alone("bench"):
        for what in ("bench", "print_png", "seam_verdicts"):
            ended = subprocess.run([*start, what], cwd=environment.folder, env=variables, check=False)
            if ended.returncode:
                return ended.returncode
    return 0
