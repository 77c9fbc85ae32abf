"""The rooms of the house, and who may open which door."""

import ast
import functools
import graphlib
import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from comfyui_picpik.tests.paths import ROOT

PICPIK = {"picpik/api", "picpik/accounts", "picpik/ledger", "picpik/runner"}
COMFYUI = {"comfy", "comfy_api", "comfy_execution", "folder_paths", "server"}

OPEN_TO: dict[str, set[str]] = {
    "picpik": set(),
    "picpik/api": set(),
    "picpik/accounts": {"picpik/api"},
    "picpik/ledger": {"picpik/api"},
    "picpik/runner": {"picpik/api", "picpik/ledger"},
    "imaging": set(),
    "pattern": set(),
    "sandbox": set(),
    "artwork": set(),
    "nodes/host": {*PICPIK, "imaging", "sandbox"},
    "nodes/paid": {"picpik/api", "picpik/ledger", "picpik/runner", "imaging", "nodes/host"},
    "nodes/pattern": {"pattern", "imaging", "nodes/host"},
    "nodes/setup": {"picpik/api", "artwork", "nodes/host"},
    "nodes/routes": {"picpik/accounts", "picpik/api", "picpik/ledger", "imaging", "nodes/host"},
    "nodes": {"nodes/host", "nodes/paid", "nodes/pattern", "nodes/setup", "nodes/routes"},
    "": {"nodes"},
}
"""Which rooms a room may look into, and only at what their `__init__` names."""

THIRD_PARTY: dict[str, set[str]] = {
    "picpik/api": {"httpx", "socksio"},
    "imaging": {"numpy", "torch", "PIL"},
    "pattern": {"numpy", "torch", "scipy", "PIL"},
    "sandbox": {"numpy", "PIL", "aiohttp"},
    "artwork": {"numpy", "PIL"},
    "nodes/host": {*COMFYUI, "torch"},
    "nodes/paid": {*COMFYUI, "torch"},
    "nodes/pattern": {*COMFYUI, "torch"},
    "nodes/setup": {*COMFYUI, "torch", "numpy"},
    "nodes/routes": {*COMFYUI, "aiohttp"},
    "": {"comfy_api"},
}
DRAWERS = {"utils", "helpers", "common", "misc", "util", "helper"}

SURFACES = ROOT / "surfaces.py"
"""What makes the surfaces of rooms, and is open to all."""

STUBS = sorted(ROOT.glob("[!.]*/**/__init__.pyi"))
"""What rooms name that are loaded on demand."""

THE_WAY_OF_RAW_IMAGE = (
    "nodes/paid/extract_pattern.py",  # the inputs become a request
    "nodes/paid/paid_node.py",  # the request is submitted, and waited for
    "picpik/runner/core.py",  # the same request is the same job
    "picpik/runner/acceptance.py",  # does the ledger know it?
    "picpik/runner/submission.py",  # submit at most once
    "picpik/api/client.py",  # sign and send
    "picpik/api/wire.py",  # the bytes
)
"""As CONTRIBUTING tells it."""


def room_of(path: Path) -> str:
    """The innermost room that a file stands in."""
    parents = (parent.as_posix() for parent in path.relative_to(ROOT).parents)
    return next(parent for parent in (each.removeprefix(".") for each in parents) if parent in OPEN_TO)


SOURCES = [
    ROOT / "__init__.py",
    SURFACES,
    *sorted(path for room in OPEN_TO if room and "/" not in room for path in (ROOT / room).rglob("*.py")),
]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@functools.cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@functools.cache
def imports_of(path: Path) -> list[ast.Import | ast.ImportFrom]:
    """Those of a file, and those that its stub has made on demand."""
    files = [each for each in sorted({path, path.with_suffix(".pyi")}) if each.is_file()]
    nodes = itertools.chain.from_iterable(ast.walk(parsed(each)) for each in files)
    return [node for node in nodes if isinstance(node, (ast.Import, ast.ImportFrom))]


@functools.cache
def named_by(surface: Path) -> set[str]:
    """The names that the `__init__` of a room gives to others."""
    return {alias.asname or alias.name for node in imports_of(surface) for alias in node.names}


def modules_named(name: str, folder: Path) -> list[Path]:
    return [place for place in (folder / f"{name}.py", folder / name / "__init__.py") if place.is_file()]


def targets_of(node: ast.ImportFrom, path: Path) -> Iterator[Path]:
    """The files that a relative import opens."""
    base = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
    surface = base / "__init__.py"
    if base.with_suffix(".py").is_file():
        yield base.with_suffix(".py")
        return
    named = named_by(surface) if surface.is_file() and surface != path else set()
    for alias in node.names:
        modules = [] if alias.name in named else modules_named(alias.name, base)
        yield from modules or [surface] * (surface != path)


@functools.cache
def opened_by(path: Path) -> set[Path]:
    relative = (node for node in imports_of(path) if isinstance(node, ast.ImportFrom) and node.level)
    return {target for node in relative for target in targets_of(node, path)}


each_source = pytest.mark.parametrize("path", SOURCES, ids=name_of)


@each_source
def test_a_room_looks_only_into_rooms_that_are_open_to_it_and_only_at_their_surface(path: Path):
    room = room_of(path)
    for target in opened_by(path) - {SURFACES}:
        there = room_of(target)
        surface = ROOT / there / "__init__.py"
        assert there == room or (there in OPEN_TO[room] and target == surface), (
            f"{name_of(target)} is not open to {room}"
        )


@each_source
def test_a_room_uses_only_the_libraries_that_it_may(path: Path):
    allowed = set(sys.stdlib_module_names) | THIRD_PARTY.get(room_of(path), set())
    for node in imports_of(path):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        if isinstance(node, ast.Import) or node.level == 0:
            assert {name.split(".")[0] for name in names} <= allowed


@each_source
def test_no_import_is_tried_and_no_module_is_a_drawer(path: Path):
    assert path.stem not in DRAWERS
    tried = [inner for node in ast.walk(parsed(path)) if isinstance(node, ast.Try) for inner in node.body]
    assert not any(isinstance(node, (ast.Import, ast.ImportFrom)) for node in tried)


def test_imports_run_one_way_so_that_a_reader_who_follows_them_never_comes_back():
    order = graphlib.TopologicalSorter({path: opened_by(path) for path in SOURCES})
    try:
        order.prepare()
    except graphlib.CycleError as error:
        pytest.fail(" -> ".join(map(name_of, error.args[1])))


def test_raw_image_goes_from_the_node_to_the_wire_in_seven_files():
    files = [ROOT / name for name in THE_WAY_OF_RAW_IMAGE]
    opened = {path: opened_by(path) for path in SOURCES}
    for here, there in itertools.pairwise(files):
        surfaces = {surface for surface in opened[here] if surface.name == "__init__.py"}
        assert there in opened[here].union(*(opened[surface] for surface in surfaces)), name_of(there)


@pytest.mark.parametrize("name", THE_WAY_OF_RAW_IMAGE)
def test_contributing_tells_the_way_of_raw_image(name: str):
    assert f"`{name}`" in (ROOT / "CONTRIBUTING.md").read_text("utf-8")


@pytest.mark.parametrize("stub", STUBS, ids=name_of)
def test_no_name_of_a_surface_on_demand_is_that_of_a_module_beside_it(stub: Path):
    """Whoever imported the module first would leave it under that name."""
    assert [name for name in sorted(named_by(stub)) if modules_named(name, stub.parent)] == []


def test_every_room_says_what_is_in_it():
    rooms = {ROOT / room / "__init__.py" for room in OPEN_TO if (ROOT / room).is_dir()}
    assert [name_of(surface) for surface in rooms if not ast.get_docstring(parsed(surface))] == []


def test_unit_tests_are_found_by_the_path_of_what_they_test():
    """`tests/unit/a/b/test_c.py` is about `a/b/c.py` (or `c.js`, or the folder `c`), `a/test_a.py` about all of `a`."""
    unit = ROOT / "tests" / "unit"
    strays = []
    for test in unit.glob("*/**/test_*.py"):
        place = ROOT / test.parent.relative_to(unit)
        subjects = {place.name, *(path.stem for path in place.iterdir())} if place.is_dir() else set()
        if test.stem.removeprefix("test_") not in subjects:
            strays.append(name_of(test))
    assert strays == []


def test_the_pack_root_is_not_on_the_path_and_nodes_is_not_ours():
    assert ROOT not in {Path(entry or ".").resolve() for entry in sys.path}
    nodes = sys.modules.get("nodes")
    assert nodes is None or ROOT not in Path(nodes.__file__ or "/").parents


def test_what_the_pack_needs_beyond_comfyui_is_httpx_alone():
    wanted = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line.strip()]
    assert [line.split(">")[0] for line in wanted] == ["httpx[socks]"]
