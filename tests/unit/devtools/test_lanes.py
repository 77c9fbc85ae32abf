"""`dev.py test` before it has an environment: what it knows, and what it does without."""

import subprocess
import sys

from comfyui_picpik.devtools.lanes import LONGEST_FIRST, NAMES
from comfyui_picpik.tests.paths import ROOT


def test_a_lane_that_does_not_exist_is_refused_with_the_names_of_those_that_do():
    command = [sys.executable, ROOT / "dev.py", "test", "units"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)

    assert answer.returncode == 2
    names = "lint, unit, integration, windows, simulation, comfy, browser"
    assert f"there is no lane 'units'; the lanes are {names}" in answer.stderr


def test_every_lane_has_its_place_in_the_order_in_which_they_start():
    assert sorted(LONGEST_FIRST) == sorted(NAMES)


def test_the_commands_start_where_nothing_is_installed():
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import dev"
    answer = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=False)

    assert (answer.returncode, answer.stderr) == (0, "")
