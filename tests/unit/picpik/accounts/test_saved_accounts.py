"""Accounts that were saved on this computer: read, written, refused."""

import json
import os
import stat
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from comfyui_picpik.picpik.accounts import (
    SavedAccount,
    SavedAccounts,
    Settings,
    write_saved,
)
from comfyui_picpik.picpik.accounts.saved_accounts import FILE_NAME, read_saved
from comfyui_picpik.picpik.api import Account, NotConfigured

STUDIO = SavedAccount("china", "studio-public", "studio-private", "http://proxy:3128", 5.0)

OTHER = SavedAccount("", "other-public", "other-private")

SAVED = SavedAccounts({"Studio": STUDIO, "Other": OTHER}, "Studio")


def test_what_was_written_is_read(tmp_path: Path):
    home = tmp_path / "home"
    write_saved(home, SAVED)

    assert read_saved(home) == SAVED


def test_nothing_is_saved_where_there_is_no_file(tmp_path: Path):
    assert read_saved(tmp_path / "none") == SavedAccounts()


@pytest.mark.skipif(os.name != "posix", reason="permissions of this kind are POSIX's")
def test_only_the_owner_may_read_the_file(tmp_path: Path):
    home = tmp_path / "home"
    write_saved(home, SAVED)
    write_saved(home, SAVED.without("Other"))

    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / FILE_NAME).stat().st_mode) == 0o600


@pytest.mark.skipif(os.name != "posix", reason="permissions of this kind are POSIX's")
@pytest.mark.parametrize("mode", [0o755, 0o2770, 0o777])
def test_a_folder_that_was_there_keeps_its_rights_and_the_keys_are_still_the_owners_alone(tmp_path: Path, mode: int):
    home = tmp_path / "shared"
    home.mkdir()
    home.chmod(mode)
    write_saved(home, SAVED)

    assert stat.S_IMODE(home.stat().st_mode) == mode
    assert stat.S_IMODE((home / FILE_NAME).stat().st_mode) == 0o600


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path):
    write_saved(tmp_path, SAVED)
    broken = replace(STUDIO, changed=object())  # type: ignore[arg-type]

    with pytest.raises(TypeError):
        write_saved(tmp_path, SAVED.with_account("Studio", broken))

    assert read_saved(tmp_path) == SAVED
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_a_file_that_cannot_be_read_is_kept_beside_the_one_that_takes_its_place(tmp_path: Path):
    damaged = tmp_path / FILE_NAME
    damaged.write_text('{"accounts": {"Lost": {"public_key": "p", "private_key": "q"')
    damaged.chmod(0o644)

    kept = write_saved(tmp_path, read_saved(tmp_path).with_account("New", OTHER))
    again = write_saved(tmp_path, read_saved(tmp_path).with_account("Newer", OTHER))

    assert kept is not None
    assert "Lost" in kept.read_text()
    assert kept.parent == tmp_path
    assert again is None
    assert [*read_saved(tmp_path).accounts] == ["New", "Newer"]
    if os.name == "posix":
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_reader_never_meets_half_a_file(tmp_path: Path):
    states = [SAVED, SAVED.without("Other"), SAVED.without("Studio")]
    write_saved(tmp_path, SAVED)

    def write_often() -> None:
        for turn in range(60):
            write_saved(tmp_path, states[turn % 3])

    writer = threading.Thread(target=write_often)
    writer.start()
    seen = [read_saved(tmp_path)]
    while writer.is_alive():
        seen.append(read_saved(tmp_path))
    writer.join()

    assert all(state in states for state in seen)


def test_a_file_written_by_hand_may_leave_things_out(tmp_path: Path):
    content = {"accounts": {"Mine": {"public_key": " a ", "private_key": "b", "colour": "blue"}, "none": 3}}
    (tmp_path / FILE_NAME).write_text(json.dumps(content))

    choice = Settings.read({}, tmp_path).choose()

    assert (choice.name, choice.account) == ("Mine", Account("https://api.picpik.ai", "a", "b"))


def test_the_first_account_is_the_default_and_another_one_takes_over():
    saved = SavedAccounts().with_account("A", OTHER).with_account("B", STUDIO)
    assert saved.default == "A"
    assert saved.with_account("B", STUDIO, as_default=True).default == "B"
    assert saved.without("A").default == "B"
    assert saved.without("A").without("B") == SavedAccounts()


@pytest.mark.parametrize("name", ["", " ", " a", "a\nb", "x" * 61])
def test_a_name_that_cannot_be_shown_is_refused(name: str):
    with pytest.raises(NotConfigured, match="name"):
        SavedAccounts().with_account(name, OTHER)


@pytest.mark.parametrize("key", ["a b", "a\tb", "a\u200bb", "x" * 1001])
def test_a_key_with_a_blank_in_it_is_refused_and_not_repeated(key: str):
    with pytest.raises(NotConfigured) as refused:
        SavedAccounts().with_account("A", replace(OTHER, private_key=key))
    assert key not in str(refused.value)
