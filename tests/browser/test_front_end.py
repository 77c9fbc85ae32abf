"""Which front end all these tests ran on."""

import importlib.metadata
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from comfyui_picpik.devtools import front_end_package
from comfyui_picpik.devtools.front_end import FrontEnd


@pytest.mark.parametrize("front_end", ["classic"], indirect=True)
def test_the_front_end_is_the_one_that_the_lane_has_chosen(front_end: FrontEnd, say_at_the_end: Callable[[str], None]):
    served = os.environ.get(front_end_package.VARIABLE)
    wanted = Path(served).parents[1].name if served else importlib.metadata.version(front_end_package.PACKAGE)
    say_at_the_end(f"front end {front_end.version}")

    assert front_end.version == wanted


@pytest.mark.parametrize("front_end", ["classic"], indirect=True)
@pytest.mark.parametrize(
    ("said", "is_ours"),
    [
        ("picpik.Something failed", True),
        ("Invalid workflow against zod schema", True),
        ("The legacy menu is deprecated", False),
    ],
)
def test_what_the_console_complains_of_is_noticed_where_it_is_the_pack_s(front_end: FrontEnd, said: str, is_ours: bool):
    front_end.page.evaluate("said => console.warn(said)", said)
    noticed, front_end.complaints = front_end.complaints, []

    assert bool(noticed) is is_ours
