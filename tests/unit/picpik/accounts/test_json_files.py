"""Files that others read while they are replaced."""

import json
import os
from pathlib import Path

import pytest
from comfyui_picpik.picpik.accounts import json_files
from comfyui_picpik.picpik.accounts.json_files import write_json


class Reading:
    """A file that somebody reads for so many tries to replace it, as on Windows."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, tries: int) -> None:
        self.left = tries
        self._replace = Path.replace
        monkeypatch.setattr(Path, "replace", lambda part, path: self.replace(part, path))
        monkeypatch.setattr(json_files.time, "sleep", lambda _: None)

    def replace(self, part: Path, path: Path) -> Path:
        self.left -= 1
        if self.left >= 0:
            raise PermissionError(13, "it is being used")
        return self._replace(part, path)


def test_a_file_is_replaced_as_soon_as_nobody_reads_it(tmp_path, monkeypatch):
    write_json(tmp_path / "a.json", 1)
    Reading(monkeypatch, 3)
    write_json(tmp_path / "a.json", 2)
    assert json.loads((tmp_path / "a.json").read_text()) == 2


def test_a_file_that_is_read_for_ever_stays_and_nothing_is_left_beside_it(tmp_path, monkeypatch):
    write_json(tmp_path / "a.json", 1)
    Reading(monkeypatch, 1000)
    with pytest.raises(PermissionError):
        write_json(tmp_path / "a.json", 2)
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
    assert json.loads((tmp_path / "a.json").read_text()) == 1


def test_where_there_is_no_file_that_could_be_read_it_is_a_matter_of_rights_and_said_at_once(tmp_path, monkeypatch):
    reading = Reading(monkeypatch, 1000)
    with pytest.raises(PermissionError):
        write_json(tmp_path / "a.json", 1)
    assert reading.left == 999


@pytest.mark.skipif(os.name != "posix", reason="rights of this kind are POSIX's")
@pytest.mark.parametrize(("folder", "file"), [(0o700, 0o600), (0o770, 0o660), (0o755, 0o644)])
def test_who_may_use_the_folder_may_use_the_file(tmp_path, folder, file):
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(folder)
    write_json(home / "a.json", 1)
    assert (home / "a.json").stat().st_mode & 0o777 == file
