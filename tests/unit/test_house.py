"""The rooms of the house, and who may open which door."""

import ast
import sys
from pathlib import Path

import pytest
from comfyui_picpik.tests.paths import ROOT

ROOMS = ("picpik", "imaging", "sandbox", "artwork", "nodes")
OPEN_TO_NODES = ("picpik", "imaging", "sandbox", "artwork")
THIRD_PARTY = {
    "picpik": {"httpx"},
    "imaging": {"numpy", "torch", "PIL"},
    "sandbox": {"numpy", "PIL", "aiohttp"},
    "artwork": {"numpy", "PIL"},
    "nodes": {"torch", "numpy", "aiohttp", "comfy", "comfy_api", "comfy_execution", "folder_paths", "server", "PIL"},
}
DRAWERS = {"utils", "helpers", "common", "misc", "util", "helper"}

MODULES = [(room, path) for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def imports_of(path: Path) -> list[ast.Import | ast.ImportFrom]:
    tree = ast.parse(path.read_text("utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def target_of(node: ast.ImportFrom, path: Path) -> tuple[str, ...]:
    """A relative import as a path from the pack's root."""
    here = path.relative_to(ROOT).parent.parts
    base = here[: len(here) - (node.level - 1)]
    return (*base, *(node.module.split(".") if node.module else ()))


def is_open(room: str, target: tuple[str, ...]) -> bool:
    """Only `nodes` may look into other rooms, and only at what their `__init__` names."""
    return room == "nodes" and len(target) == 1 and target[0] in OPEN_TO_NODES


@pytest.mark.parametrize(("room", "path"), MODULES, ids=[name_of(path) for _, path in MODULES])
def test_a_room_imports_only_what_it_may(room, path):
    allowed = set(sys.stdlib_module_names) | THIRD_PARTY[room]
    for node in imports_of(path):
        if isinstance(node, ast.Import):
            assert {alias.name.split(".")[0] for alias in node.names} <= allowed
        elif node.level == 0:
            assert (node.module or "").split(".")[0] in allowed
        else:
            target = target_of(node, path)
            assert target[:1] == (room,) or is_open(room, target), f"{'.'.join(target)} is not open to {room}"


@pytest.mark.parametrize("path", [path for _, path in MODULES], ids=name_of)
def test_no_import_is_tried_and_no_module_is_a_drawer(path):
    assert path.stem not in DRAWERS
    tree = ast.parse(path.read_text("utf-8"))
    tried = [inner for node in ast.walk(tree) if isinstance(node, ast.Try) for inner in node.body]
    assert not any(isinstance(node, (ast.Import, ast.ImportFrom)) for node in tried)


def test_the_pack_root_is_not_on_the_path_and_nodes_is_not_ours():
    assert ROOT not in {Path(entry or ".").resolve() for entry in sys.path}
    nodes = sys.modules.get("nodes")
    assert nodes is None or ROOT not in Path(nodes.__file__ or "/").parents


def test_what_the_pack_needs_beyond_comfyui_is_httpx_alone():
    wanted = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line.strip()]
    assert [line.split(">")[0] for line in wanted] == ["httpx"]
