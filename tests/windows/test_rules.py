"""The rules of Windows hold in this lane, or what it says of the pack would mean nothing."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest


def test_what_is_open_cannot_be_deleted_moved_or_replaced_and_what_is_closed_can(tmp_path: Path):
    path, other = tmp_path / "a.txt", tmp_path / "b.txt"
    other.write_text("b")
    with path.open("w"):
        for change in (path.unlink, lambda: path.rename(tmp_path / "c.txt"), lambda: other.replace(path)):
            with pytest.raises(PermissionError):
                change()
        with pytest.raises(PermissionError):
            tmp_path.rename(tmp_path.with_name("moved"))
    other.replace(path)
    path.unlink()
    assert not path.exists()


def test_a_database_that_is_open_is_open(tmp_path: Path):
    path = tmp_path / "ledger.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE t (a)")
        with pytest.raises(PermissionError):
            path.unlink()
    path.unlink()


def test_what_another_process_has_open_is_open(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.touch()
    script = f"file = open({str(path)!r}); print('open', flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(PermissionError):
            path.unlink()
        process.communicate(b"\n")
    path.unlink()


def test_a_rename_takes_no_other_s_place(tmp_path: Path):
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).touch()
    with pytest.raises(FileExistsError):
        (tmp_path / "a.txt").rename(tmp_path / "b.txt")


def test_two_names_that_differ_by_case_are_one_file(tmp_path: Path):
    (tmp_path / "Ledger.txt").touch()
    with pytest.raises(AssertionError, match=r"ledger\.txt and Ledger\.txt"):
        (tmp_path / "ledger.txt").write_text("")


@pytest.mark.parametrize("name", ["con", "NUL.txt", "com1", "a:b", "a?b", "a.", "a ", "a\\b", "a\nb"])
def test_names_that_cannot_be_cannot_be(tmp_path: Path, name: str):
    for make in (lambda path: path.touch(), lambda path: path.mkdir(), lambda path: path.write_text("")):
        with pytest.raises(OSError, match="incorrect"):
            make(tmp_path / name)


def test_a_path_that_is_too_long_cannot_be(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        (tmp_path / ("a" * 200)).touch()
