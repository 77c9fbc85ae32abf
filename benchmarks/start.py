"""Runs `bench`, or one measured child of it, in a process that is like ComfyUI's: ComfyUI's folder on `sys.path`,
the pack under a name of its own and its root not on `sys.path`, where its `nodes` would hide ComfyUI's.

start.py COMFYUI bench
start.py COMFYUI memory ours|peer SERVICE_URL PICTURES
"""

import importlib
import sys
from pathlib import Path
from types import ModuleType

PACK = "comfyui_picpik"


def main(comfyui: str, command: str, *arguments: str) -> None:
    root = Path(__file__).resolve().parent.parent
    sys.path[0] = comfyui
    pack = sys.modules[PACK] = ModuleType(PACK)
    pack.__path__ = [str(root)]
    sys.argv[1:] = []  # ComfyUI reads its own options from there
    importlib.import_module(f"{PACK}.benchmarks.comfyui").load()
    importlib.import_module(f"{PACK}.benchmarks.{command}").main(Path(comfyui), *arguments)


if __name__ == "__main__":
    main(*sys.argv[1:])
