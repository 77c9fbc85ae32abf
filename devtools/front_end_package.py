"""The front ends that the browser lane runs on: the one that ComfyUI pins, and the newest that there is.

ComfyUI's front end is a package of its own and people update it alone. It comes from wherever pip gets packages.
"""

import importlib.metadata
import zipfile
from dataclasses import dataclass
from pathlib import Path

from .environment import Environment
from .terminal import Failure, step

PACKAGE = "comfyui-frontend-package"
VARIABLE = "COMFYUI_FRONT_END"
"""Of the environment: the folder of the front end to serve instead of the pinned one."""


@dataclass(frozen=True)
class FrontEndPackage:
    """One version of the front end. `folder` is None where it is the installed one."""

    version: str
    folder: Path | None = None


def pinned() -> FrontEndPackage:
    """The version that ComfyUI's own requirements have installed."""
    return FrontEndPackage(importlib.metadata.version(PACKAGE))


def newest(environment: Environment) -> FrontEndPackage:
    """The newest version that the index offers, unpacked below `.dev`; fetched when it is not there yet."""
    folder = environment.folder / "front_ends"
    with step(f"Looking for the newest {PACKAGE}"):
        wheel = _newest_wheel(folder / "wheels", environment)
    version = _version(wheel)
    if not (folder / version).is_dir():
        _unpack(wheel, folder / version)
    return FrontEndPackage(version, folder / version / PACKAGE.replace("-", "_") / "static")


def _newest_wheel(folder: Path, environment: Environment) -> Path:
    """pip asks the index each time, and fetches what the folder has not yet."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        environment.pip("download", "--no-deps", "--only-binary", ":all:", "--dest", folder, PACKAGE)
    except Failure as failure:
        raise Failure(f"The newest front end could not be fetched.\n{failure}") from None
    return max(folder.glob("*.whl"), key=lambda wheel: [int(part) for part in _version(wheel).split(".")])


def _version(wheel: Path) -> str:
    return wheel.name.split("-")[1]


def _unpack(wheel: Path, folder: Path) -> None:
    """`folder` appears only when it is complete."""
    part = folder.with_name(f"{folder.name}.part")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(part)
    part.rename(folder)
