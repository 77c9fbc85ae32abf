"""Names that survive a power cut, and rights that follow the folder."""

import errno
import os
import stat
from pathlib import Path

import pytest
from comfyui_picpik.picpik.ledger.disk import keep_as_private_as_its_folder, make_folder, sync_names

posix_only = pytest.mark.skipif(os.name != "posix", reason="Windows flushes no folders and has no such rights")


@pytest.fixture
def synced(monkeypatch):
    """Folders that were flushed, with the names that were in them then."""
    found: list[tuple[Path, set[str]]] = []

    def sync(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        found.append((path, {each.name for each in path.iterdir()}))

    monkeypatch.setattr(os, "fsync", sync)
    return found


linux_only = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="the test asks Linux for the name of a file")


@linux_only
def test_the_name_of_every_new_folder_is_flushed_before_one_below_it_is_made(tmp_path, synced):
    make_folder(tmp_path / "a" / "b" / "c")
    assert synced[-3:] == [(tmp_path, {"a"}), (tmp_path / "a", {"b"}), (tmp_path / "a" / "b", {"c"})]


@linux_only
def test_what_another_process_has_just_made_is_flushed_too_for_it_may_not_have_come_to_that(tmp_path, synced):
    (tmp_path / "results" / "task").mkdir(parents=True)
    make_folder(tmp_path / "results" / "task")
    assert synced == [(tmp_path, {"results"}), (tmp_path / "results", {"task"})]


def test_a_folder_that_is_there_keeps_its_rights(tmp_path):
    before = tmp_path.stat().st_mode
    make_folder(tmp_path, 0o700)
    assert tmp_path.stat().st_mode == before


@linux_only
def test_a_folder_that_only_others_write_to_is_not_asked(tmp_path, synced, monkeypatch):
    monkeypatch.setattr(os, "access", lambda folder, _how: folder != tmp_path)
    make_folder(tmp_path / "home")
    assert tmp_path not in [folder for folder, _ in synced]


@posix_only
def test_only_the_folder_itself_is_private(tmp_path):
    make_folder(tmp_path / "parent" / "home", 0o700)
    assert stat.S_IMODE((tmp_path / "parent" / "home").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "parent").stat().st_mode) & 0o055


def test_a_file_in_the_way_is_told(tmp_path):
    (tmp_path / "home").touch()
    with pytest.raises(OSError, match="home"):
        make_folder(tmp_path / "home")
    with pytest.raises(OSError, match="home"):
        make_folder(tmp_path / "home" / "results")


@posix_only
@pytest.mark.parametrize(("number", "is_raised"), [(errno.EINVAL, False), (errno.ENOTSUP, False), (errno.EIO, True)])
def test_a_disk_that_flushes_no_folders_is_told_from_one_that_fails(tmp_path, monkeypatch, number, is_raised):
    def fail(_descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    if is_raised:
        with pytest.raises(OSError, match=os.strerror(number)):
            sync_names(tmp_path)
    else:
        sync_names(tmp_path)


def test_on_windows_no_folder_is_flushed(tmp_path, monkeypatch):
    monkeypatch.setattr("comfyui_picpik.picpik.ledger.disk.os.open", None)
    monkeypatch.setattr("comfyui_picpik.picpik.ledger.disk.os.name", "nt")
    sync_names(tmp_path)


@posix_only
@pytest.mark.parametrize(
    ("folder", "before", "after"),
    [(0o700, 0o644, 0o600), (0o755, 0o644, 0o644), (0o750, 0o664, 0o640), (0o770, 0o600, 0o600), (0o700, 0o444, 0o400)],
)
def test_nobody_gets_at_a_file_who_does_not_get_at_its_folder(tmp_path, folder, before, after):
    file = tmp_path / "home" / "file"
    file.parent.mkdir()
    file.touch()
    file.chmod(before)
    file.parent.chmod(folder)
    keep_as_private_as_its_folder(file)
    assert stat.S_IMODE(file.stat().st_mode) == after


@posix_only
@pytest.mark.parametrize(("folder", "after"), [(0o700, 0o600), (0o755, 0o644), (0o2775, 0o664), (0o770, 0o660)])
def test_a_new_file_gets_the_rights_of_its_folder(tmp_path, folder, after):
    file = tmp_path / "home" / "file"
    file.parent.mkdir()
    file.touch()
    file.parent.chmod(folder)
    keep_as_private_as_its_folder(file, is_new=True)
    assert stat.S_IMODE(file.stat().st_mode) == after


def test_a_file_that_is_gone_or_somebody_elses_is_left_alone(tmp_path, monkeypatch):
    keep_as_private_as_its_folder(tmp_path / "none")
    (tmp_path / "file").touch()

    def refuse(*_arguments: object, **_more: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "chmod", refuse)
    keep_as_private_as_its_folder(tmp_path / "file", is_new=True)
