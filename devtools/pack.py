"""The pack, imported under one name as ComfyUI does it, though its folder is on `sys.path` here."""

import importlib
import sys
from pathlib import Path
from types import ModuleType

PACK = "comfyui_picpik"
"""The name, which the tests import it under, too."""


def imported(root: Path, name: str) -> ModuleType:
    """A module of the pack in `root`."""
    if PACK not in sys.modules:
        sys.modules[PACK] = ModuleType(PACK)
        sys.modules[PACK].__path__ = [str(root)]
    return importlib.import_module(f"{PACK}.{name}")
