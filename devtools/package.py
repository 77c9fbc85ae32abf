"""The package that users install: what of the checkout `.comfyignore` leaves, as the registry's own tool reads it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from pathspec import GitIgnoreSpec

IGNORE_FILE = ".comfyignore"


def files(root: Path) -> list[Path]:
    """The files of the package, relative to `root`."""
    ignored = GitIgnoreSpec.from_lines((root / IGNORE_FILE).read_text("utf-8").splitlines())
    return [path for path in checkout(root) if not ignored.match_file(path.as_posix())]


def checkout(root: Path) -> list[Path]:
    """What git tracks, or would if one added it; all there is where git knows nothing, as in an unpacked archive."""
    found = _known_to_git(root) or _walked(root)
    return sorted(path for path in found if (root / path).is_file())


def copy(root: Path, paths: list[Path], folder: Path) -> None:
    """Copies files of `root` to the same places below `folder`."""
    for path in paths:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / path, target)


def _known_to_git(root: Path) -> list[Path]:
    git = shutil.which("git")
    if git is None:
        return []
    command = [git, "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    answer = subprocess.run(command, capture_output=True, check=False)
    names = os.fsdecode(answer.stdout).split("\0") if answer.returncode == 0 else []
    return [Path(name) for name in names if name]


def _walked(root: Path) -> Iterator[Path]:
    """All files but those that tools leave behind: caches, and what lies in hidden folders."""
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".") and name != "__pycache__"]
        yield from (Path(folder, name).relative_to(root) for name in names)
