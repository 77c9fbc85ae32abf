"""What rooms name to others is there, and is loaded when it is asked for."""

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from comfyui_picpik.tests.paths import ROOT
from comfyui_picpik.tests.unit.test_house import STUBS, imports_of, named_by

LOADED = """
import sys
from importlib import import_module
from types import ModuleType
pack = sys.modules["comfyui_picpik"] = ModuleType("comfyui_picpik")
pack.__path__ = [sys.argv[1]]
import_module(sys.argv[2])
if "all" in sys.argv:
    import_module("comfyui_picpik.surfaces").load_all()
print(*sorted(name for name in sys.modules if name.startswith(sys.argv[2] + ".")))
"""


def room_at(stub: Path) -> str:
    return ".".join(["comfyui_picpik", *stub.parent.relative_to(ROOT).parts])


def loaded(stub: Path, *how: str) -> list[str]:
    """The modules of a room that a fresh Python has loaded."""
    command = [sys.executable, "-c", LOADED, str(ROOT), room_at(stub), *how]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


each_room = pytest.mark.parametrize("stub", STUBS, ids=room_at)


@each_room
def test_all_that_a_room_names_can_be_had(stub: Path):
    room = import_module(room_at(stub))
    for name in named_by(stub):
        assert getattr(room, name) is not None


@each_room
def test_a_room_of_which_nothing_is_wanted_loads_nothing(stub: Path):
    assert loaded(stub) == []


@each_room
def test_of_a_room_that_is_loaded_whole_nothing_is_left_to_load(stub: Path):
    """A pack that is updated under a running ComfyUI must not be half of the old one and half of the new."""
    named = {node.module for node in imports_of(stub) if isinstance(node, ast.ImportFrom)}
    assert {f"{room_at(stub)}.{name}" for name in named} <= set(loaded(stub, "all"))


def test_what_nobody_has_named_is_said_to_be_missing():
    with pytest.raises(AttributeError, match=r"module 'comfyui_picpik\.imaging' has no attribute 'imagine'"):
        _ = import_module("comfyui_picpik.imaging").imagine
