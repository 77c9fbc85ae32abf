"""The folder of result files: whole or not there, and findable by its names."""

import errno
import os
import stat
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from comfyui_picpik.picpik.ledger import ResultFolder

PNG = b"\x89PNG\r\n\x1a\n and so on"


@pytest.fixture
def warnings():
    return []


@pytest.fixture
def folder(tmp_path, warnings):
    return ResultFolder(tmp_path / "results", warnings.append)


@pytest.mark.parametrize(
    ("content", "extension"),
    [
        (PNG, "png"),
        (b"\xff\xd8\xff\xe0", "jpg"),
        (b"GIF89a", "gif"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "webp"),
        (b"BM", "bmp"),
        (b"II*\x00", "tif"),
        (b"MM\x00*", "tif"),
        (b"<!doctype html>", "bin"),
        (b"", "bin"),
    ],
)
def test_a_file_is_named_after_its_task_its_place_and_its_content(folder, content, extension):
    assert folder.save("dc0dtiulu37t71navko0", 3, content).name == f"dc0dtiulu37t71navko0/03.{extension}"


def test_a_text_is_kept_as_utf_8_beside_a_picture_of_the_same_place(folder):
    text, picture = folder.save_text("task", 0, "织物 \ud800"), folder.save("task", 0, PNG)
    assert [(file.name, file.is_text) for file in (text, picture)] == [("task/00.txt", True), ("task/00.png", False)]
    assert folder.path(text).read_text("utf-8") == "织物 ?"
    assert folder.intact([text, picture])


@pytest.mark.parametrize(
    "task_uid", ["../../etc/passwd", "..", "", "a/b", "C:\\x", "ü", "x" * 65, "a\x00b", "con.", "con", "lpt9", "ABC"]
)
def test_a_task_uid_from_outside_cannot_leave_the_folder(folder, tmp_path, task_uid):
    file = folder.save(task_uid, 0, PNG)
    name, _ = file.name.split("/")
    assert name.isalnum() and name.isascii() and len(name) == 32
    assert folder.path(file).resolve().is_relative_to(tmp_path / "results")


def test_task_uids_that_differ_by_case_alone_do_not_share_a_folder(folder):
    files = [folder.save(uid, 0, uid.encode()) for uid in ("abc", "ABC", "Abc")]
    assert len({file.name.lower() for file in files}) == 3
    assert folder.intact(files)


def test_a_picture_that_is_there_and_being_looked_at_need_not_be_replaced_by_its_like(
    folder, warnings, tmp_path, monkeypatch
):
    folder.save("task", 0, PNG)

    def being_used(*_: object) -> None:
        raise PermissionError(errno.EACCES, "it is being used")

    monkeypatch.setattr(Path, "replace", being_used)
    assert folder.intact([folder.save("task", 0, PNG)])
    assert [path.name for path in (tmp_path / "results" / "task").iterdir()] == ["00.png"]
    assert warnings == []
    with pytest.raises(PermissionError):
        folder.save("task", 0, PNG + b"another")


def test_two_strange_task_uids_do_not_share_a_folder(folder):
    assert folder.save("a/b", 0, PNG).name != folder.save("a:b", 0, PNG).name


def test_what_was_saved_is_there_byte_for_byte_and_nothing_else(folder, tmp_path):
    file = folder.save("task", 0, PNG)
    assert folder.path(file).read_bytes() == PNG
    assert folder.intact([file])
    assert [path.name for path in (tmp_path / "results" / "task").iterdir()] == ["00.png"]


@pytest.mark.parametrize("damage", [b"", PNG[:-1], PNG[:-1] + b"N", PNG + b"!"])
def test_a_file_that_was_touched_is_not_intact(folder, damage):
    file = folder.save("task", 0, PNG)
    folder.path(file).write_bytes(damage)
    assert not folder.intact([file])


def test_a_file_that_is_gone_is_not_intact(folder):
    files = [folder.save("task", 0, PNG), folder.save("task", 1, PNG)]
    folder.path(files[1]).unlink()
    assert not folder.intact(files)


def test_removing_the_last_file_of_a_task_removes_its_folder(folder, tmp_path):
    files = [folder.save("task", index, PNG) for index in range(2)]
    folder.remove(files[:1])
    assert (tmp_path / "results" / "task").is_dir()
    folder.remove(files)
    assert list((tmp_path / "results").iterdir()) == []


def test_what_cannot_be_removed_is_told_and_the_rest_is_removed(folder, monkeypatch):
    files = [folder.save("task", index, PNG) for index in range(3)]
    unlink = Path.unlink

    def refuse(path: Path, *, missing_ok: bool = False) -> None:
        if path.name == "01.png":
            raise PermissionError(13, "used by another process")
        unlink(path, missing_ok=missing_ok)

    with monkeypatch.context() as opened_in_a_viewer:
        opened_in_a_viewer.setattr(Path, "unlink", refuse)
        assert folder.remove(files) is False
    assert [folder.path(file).exists() for file in files] == [False, True, False]
    assert folder.remove(files) is True


def test_to_remove_what_is_gone_is_no_fault(folder, tmp_path):
    file = folder.save("task", 0, PNG)
    assert folder.remove([file]) and folder.remove([file]) and folder.remove([])
    assert list((tmp_path / "results").iterdir()) == []


def test_two_who_remove_the_same_do_not_get_into_each_others_way(folder, tmp_path):
    def remove(files) -> bool:
        together.wait()
        return folder.remove(files)

    with ThreadPoolExecutor(4) as at_once:
        for turn in range(50):
            together = threading.Barrier(4)
            files = [folder.save(f"task{turn}", index, PNG) for index in range(3)]
            assert all(at_once.map(remove, [files] * 4))
    assert list((tmp_path / "results").iterdir()) == []


@pytest.mark.parametrize(("times", "is_in_place"), [(4, True), (5, False)])
def test_a_folder_that_is_removed_just_when_a_picture_comes_is_made_again(
    folder, tmp_path, monkeypatch, warnings, times, is_in_place
):
    touch, turns = Path.touch, iter(range(times))

    def removed_before(path: Path, **how) -> None:
        if next(turns, None) is not None:
            path.parent.rmdir()
        touch(path, **how)

    monkeypatch.setattr(Path, "touch", removed_before)
    file = folder.save("task", 0, PNG)
    assert folder.path(file).is_relative_to(tmp_path / "results") == is_in_place
    assert folder.intact([file]) and len(warnings) == (not is_in_place)


def test_a_picture_that_cannot_get_its_name_goes_elsewhere_and_leaves_nothing_behind(
    folder, tmp_path, monkeypatch, warnings
):
    replace = Path.replace

    def refused(path: Path, target: Path) -> Path:
        if path.is_relative_to(tmp_path):
            raise PermissionError(errno.EACCES, "refused", str(target))
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", refused)
    file = folder.save("task", 0, PNG)
    assert folder.intact([file]) and len(warnings) == 1
    assert folder.path(file).parents[1].name.startswith("picpik-results-")
    assert list((tmp_path / "results" / "task").iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="Windows flushes no folders")
def test_the_name_of_a_picture_is_flushed_after_the_picture(folder, tmp_path, monkeypatch):
    flushed: list[tuple[bool, list[tuple[str, int]]]] = []
    task = tmp_path / "results" / "task"

    def sync(descriptor: int) -> None:
        opened = os.fstat(descriptor)
        is_task = task.is_dir() and os.path.samestat(opened, task.stat())
        if is_task or not stat.S_ISDIR(opened.st_mode):
            flushed.append((is_task, [(path.suffix, path.stat().st_size) for path in task.iterdir()]))

    monkeypatch.setattr(os, "fsync", sync)
    folder.save("task", 0, PNG)
    assert flushed == [(False, [(".part", len(PNG))]), (True, [(".png", len(PNG))])]


@pytest.mark.skipif(os.name != "posix", reason="Windows flushes no folders")
def test_the_names_of_new_folders_are_flushed(folder, tmp_path, monkeypatch):
    flushed: list[os.stat_result] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: flushed.append(os.fstat(descriptor)))
    folder.save("task", 0, PNG)
    for parent in (tmp_path, tmp_path / "results"):
        assert any(os.path.samestat(each, parent.stat()) for each in flushed)


def test_a_folder_named_from_where_the_process_is_stays_where_it_was(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = ResultFolder(Path("home/results"), lambda _reason: None)
    file = folder.save("task", 0, PNG)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert folder.intact([file])


def test_a_picture_goes_elsewhere_when_the_folder_cannot_take_it_and_that_is_said(folder, warnings, tmp_path):
    (tmp_path / "results").write_bytes(b"a file in the way")
    files = [folder.save("task", index, PNG) for index in range(2)]
    assert folder.intact(files)
    assert not folder.path(files[0]).is_relative_to(tmp_path / "results")
    assert len(warnings) == 1 and str(tmp_path / "results") in warnings[0]


def test_pictures_that_cannot_be_written_at_the_same_time_go_to_the_same_place(folder, tmp_path, warnings, monkeypatch):
    (tmp_path / "results").write_bytes(b"a file in the way")
    make = tempfile.mkdtemp

    def slowly_made(**how: str) -> str:
        time.sleep(0.02)  # long enough for the others to come
        return make(**how)

    monkeypatch.setattr(tempfile, "mkdtemp", slowly_made)
    together = threading.Barrier(8)

    def save(index: int):
        together.wait()
        return folder.save("task", index, PNG)

    with ThreadPoolExecutor(8) as at_once:
        files = list(at_once.map(save, range(8)))
    assert folder.intact(files)
    assert len(warnings) == 1


def test_a_write_that_fails_leaves_no_part_behind(folder, monkeypatch, tmp_path, warnings):
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        folder.save("task", 0, PNG)
    assert [path for path in (tmp_path / "results").rglob("*") if path.is_file()] == []
    assert [
        path for path in Path(warnings[0].split(" go to ")[1].split(" until")[0]).rglob("*") if path.is_file()
    ] == []


@pytest.mark.parametrize(("length", "is_name"), [(64, True), (65, False)])
def test_a_task_uid_of_usual_length_is_the_name_of_its_folder(folder, tmp_path, length, is_name):
    folder.save("a" * length, 0, PNG)
    assert ((tmp_path / "results" / ("a" * length)).is_dir()) == is_name
