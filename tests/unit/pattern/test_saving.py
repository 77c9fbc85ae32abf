"""Files are there whole or not at all, and none is ever written over."""

import errno
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from comfyui_picpik.pattern import NotWritten, write_new, write_numbered

CHUNKS = (b"one ", b"print")


def named(number: int) -> str:
    return f"p_{number:05}_.png"


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written_under_the_first_name_that_is_free(tmp_path: Path):
    (tmp_path / named(3)).write_bytes(b"another's")
    assert write_numbered(tmp_path, named, 3, CHUNKS) == tmp_path / named(4)
    assert (tmp_path / named(4)).read_bytes() == b"one print"
    assert (tmp_path / named(3)).read_bytes() == b"another's"
    assert names_in(tmp_path) == [named(3), named(4)]


def test_runs_at_the_same_time_never_take_each_others_name(tmp_path: Path):
    together = threading.Barrier(8)

    def run(index: int) -> Path:
        together.wait()
        return write_numbered(tmp_path, named, 1, (b"%d" % index,))

    with ThreadPoolExecutor(8) as threads:
        paths = list(threads.map(run, range(8)))
    assert [path.read_bytes() for path in paths] == [b"%d" % index for index in range(8)]
    assert names_in(tmp_path) == [named(number) for number in range(1, 9)]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_leaves_nothing_and_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(*((os, "fsync", full) if step == "fsync" else (Path, "replace", full)))
    with pytest.raises(NotWritten, match="No space left in ") as error:
        write_numbered(tmp_path, named, 1, CHUNKS)
    assert str(tmp_path) in error.value.problem and "Free some space" in error.value.remedy
    assert names_in(tmp_path) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the device that is always full is Linux's")
def test_a_disk_that_is_full_from_the_start_is_told_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    opened = Path.open
    monkeypatch.setattr(
        Path,
        "open",
        lambda path, mode: opened(Path("/dev/full"), "wb") if path.suffix == ".part" else opened(path, mode),
    )
    with pytest.raises(NotWritten, match="No space left in "):
        write_numbered(tmp_path, named, 1, (b"x" * 100_000,))
    assert names_in(tmp_path) == []


def test_a_folder_that_is_none_is_told(tmp_path: Path):
    with pytest.raises(NotWritten, match=r"No file can be written in .*gone"):
        write_numbered(tmp_path / "gone", named, 1, CHUNKS)


def test_a_file_that_is_new_is_written_as_it_is_and_over_no_other(tmp_path: Path):
    write_new(tmp_path / "seen.png", CHUNKS)
    assert (tmp_path / "seen.png").read_bytes() == b"one print"
    with pytest.raises(NotWritten):
        write_new(tmp_path / "seen.png", (b"another",))
    assert (tmp_path / "seen.png").read_bytes() == b"one print"
    assert names_in(tmp_path) == ["seen.png"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the device that is always full is Linux's")
def test_a_new_file_that_the_disk_does_not_take_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    opened = Path.open

    def full(path: Path, mode: str):
        opened(path, mode).close()
        return opened(Path("/dev/full"), "wb")

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(NotWritten, match="No space left in "):
        write_new(tmp_path / "seen.png", (b"x" * 100_000,))
    assert names_in(tmp_path) == []
