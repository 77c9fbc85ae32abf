"""What importing the pack costs above what ComfyUI has loaded already, and describing its nodes to a browser: the child
process of one measurement.

It may import nothing of the pack itself before it measures.
"""

import importlib
import importlib.util
import json
import sys
import time
from pathlib import Path
from typing import Any

_ROUNDS = 5


def main(_comfyui: Path) -> None:
    """Imports the pack's entry file under a name of its own, as ComfyUI's loader does; prints seconds."""
    root = Path(__file__).resolve().parent.parent
    spec = importlib.util.spec_from_file_location(
        "picpik_as_loaded", root / "__init__.py", submodule_search_locations=[str(root)]
    )
    assert spec is not None and spec.loader is not None
    wall, cpu = time.perf_counter(), time.process_time()
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    told = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    nodes = importlib.import_module(f"{spec.name}.nodes").NODES
    told["described"] = min(_seconds_of_describing(nodes) for _ in range(_ROUNDS))  # not the first, which loads more
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def _seconds_of_describing(nodes: list[Any]) -> float:
    """What /object_info has of each node, made once."""
    began = time.perf_counter()
    for node in nodes:
        node.GET_NODE_INFO_V1()
    return time.perf_counter() - began
