"""A process that plays its share of the schedules: `python share.py ROOT FIRST END STEP`, prints Figures as JSON.

Started with PYTHONHASHSEED=0, for the order of a set must not decide what a schedule comes to.
"""

import json
import sys
import uuid
from pathlib import Path
from random import Random
from types import ModuleType


def main(root: str, first: str, end: str, step: str) -> None:
    pack = ModuleType("comfyui_picpik")
    pack.__path__ = [root]
    sys.modules["comfyui_picpik"] = pack
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != Path(__file__).parent]
    from comfyui_picpik.tests.simulation.playing import play_all

    draw = Random(0)
    uuid.uuid4 = lambda: uuid.UUID(int=draw.getrandbits(128), version=4)  # the system's own takes a call to it
    figures = play_all(range(int(first), int(end), int(step)))
    sys.stdout.write(json.dumps(vars(figures)))


main(*sys.argv[1:])
