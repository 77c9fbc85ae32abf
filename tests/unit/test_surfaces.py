"""What rooms name to others is there, and is loaded when it is asked for."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from comfyui_picpik.tests.paths import ROOT
from comfyui_picpik.tests.unit.test_house import named_by

STUBS = sorted(ROOT.glob("[!.]*/**/__init__.pyi"))

LOADED = """
import sys
from importlib import import_module
from types import ModuleType
pack = sys.modules["comfyui_picpik"] = ModuleType("comfyui_picpik")
pack.__path__ = [sys.argv[1]]
import_module(sys.argv[2])
print(*sorted(name for name in sys.modules if name.startswith(sys.argv[2] + ".")))
"""


def room_at(stub: Path) -> str:
    return ".".join(["comfyui_picpik", *stub.parent.relative_to(ROOT).parts])


each_room = pytest.mark.parametrize("stub", STUBS, ids=room_at)


@each_room
def test_all_that_a_room_names_can_be_had(stub: Path):
    room = import_module(room_at(stub))
    for name in named_by(stub) - {"on_demand"}:
        assert getattr(room, name) is not None


@each_room
def test_a_room_of_which_nothing_is_wanted_loads_nothing(stub: Path):
    command = [sys.executable, "-c", LOADED, str(ROOT), room_at(stub)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == ""


def test_what_nobody_has_named_is_said_to_be_missing():
    with pytest.raises(AttributeError, match=r"module 'comfyui_picpik\.imaging' has no attribute 'imagine'"):
        _ = import_module("comfyui_picpik.imaging").imagine
