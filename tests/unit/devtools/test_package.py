"""The files of the package that users install, by `.comfyignore`."""

import subprocess
from pathlib import Path

import pytest
from comfyui_picpik.devtools import package


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in ("__init__.py", "nodes/node.py", "tests/test_node.py", "nodes/tests/kept.py", ".ci/run", "notes.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / ".comfyignore").write_text("# not for users\n/tests/\n/.*\n")
    return tmp_path


def names(paths: list[Path]) -> list[str]:
    return [path.as_posix() for path in paths]


def test_what_the_file_names_is_left_out_where_git_knows_nothing_too(checkout: Path):
    assert names(package.files(checkout)) == ["__init__.py", "nodes/node.py", "nodes/tests/kept.py", "notes.txt"]


def test_what_git_is_told_to_ignore_is_left_out_and_what_is_new_is_not(checkout: Path):
    (checkout / ".gitignore").write_text("notes.txt\n")
    subprocess.run(["git", "init", "-q", checkout], check=True)

    assert names(package.files(checkout)) == ["__init__.py", "nodes/node.py", "nodes/tests/kept.py"]


def test_copied_files_lie_where_they_lay(checkout: Path, tmp_path_factory: pytest.TempPathFactory):
    wanted = package.files(checkout)
    folder = tmp_path_factory.mktemp("installation")

    package.copy(checkout, wanted, folder)

    assert package.checkout(folder) == wanted
