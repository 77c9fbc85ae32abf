"""What the package may know, and what importing it may do."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from comfyui_picpik import imaging

FOLDER = Path(imaging.__file__).parent
MODULES = sorted(FOLDER.glob("[!_]*.py"))
OUTSIDE = {"numpy", "torch", "PIL"}


def imported_by(module: Path) -> set[str]:
    """Top names of absolute imports; '.' and the like for relative ones."""
    names = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add("." * node.level or (node.module or "").split(".")[0])
    return names


@pytest.mark.parametrize("module", MODULES, ids=[module.stem for module in MODULES])
def test_a_module_knows_nothing_but_numpy_torch_pillow_and_its_neighbours(module):
    foreign = {name for name in imported_by(module) if name not in sys.stdlib_module_names | OUTSIDE | {"."}}
    assert foreign == set()
    assert not imported_by(module) & {"base64", "http", "urllib", "socket", "sqlite3"}


def test_importing_starts_no_thread():
    program = (
        "import importlib, sys, threading, types, numpy, torch, PIL.Image, PIL.ImageCms\n"
        "before = set(threading.enumerate())\n"
        f"pack = types.ModuleType('pack'); pack.__path__ = [{str(FOLDER.parent)!r}]\n"
        "sys.modules['pack'] = pack\n"
        f"for name in {[module.stem for module in MODULES]}: importlib.import_module(f'pack.imaging.{{name}}')\n"
        "assert set(threading.enumerate()) == before\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
