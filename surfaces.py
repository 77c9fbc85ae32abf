"""What a room names to others, each loaded when somebody first asks for it: most runs of ComfyUI need little of it."""

import ast
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

_rooms: dict[str, list[str]] = {}
"""By package: what it names."""


def on_demand(room: str, file: str) -> Callable[[str], Any]:
    """The `__getattr__` of the package `room`: what the imports of the `.pyi` beside its `file` name.

    A submodule must not have the name of what is named: who imports it would find the module under that name.
    """
    stub = ast.parse(Path(file).with_suffix(".pyi").read_text("utf-8"))
    places = {
        alias.asname or alias.name: (f".{node.module}", alias.name)
        for node in stub.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    _rooms[room] = list(places)

    def load(name: str) -> Any:
        if name not in places:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        module, there = places[name]
        value = getattr(import_module(module, room), there)
        setattr(sys.modules[room], name, value)
        return value

    return load


def load_all() -> None:
    """Loads whatever was not asked for yet of the rooms that somebody has opened."""
    for room, names in list(_rooms.items()):
        for name in names:
            getattr(sys.modules[room], name)
