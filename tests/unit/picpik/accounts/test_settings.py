"""Where endpoint, keys and proxy come from, which of them wins, and how they are kept on disk."""

from pathlib import Path

import pytest
from comfyui_picpik.picpik.accounts import (
    SANDBOX,
    SavedAccount,
    SavedAccounts,
    Settings,
    Source,
    write_saved,
)
from comfyui_picpik.picpik.accounts.saved_accounts import FILE_NAME
from comfyui_picpik.picpik.api import Account, NotConfigured

KEYS = {"PICPIK_PUBLIC_KEY": "env-public", "PICPIK_PRIVATE_KEY": "env-private"}
STUDIO = SavedAccount("china", "studio-public", "studio-private", "http://proxy:3128", 5.0)
OTHER = SavedAccount("", "other-public", "other-private")
SAVED = SavedAccounts({"Studio": STUDIO, "Other": OTHER}, "Studio")


def test_without_keys_the_three_ways_to_give_them_are_named(tmp_path: Path):
    with pytest.raises(NotConfigured) as refused:
        Settings.read({}, tmp_path).choose().account  # noqa: B018

    assert "PICPIK_PUBLIC_KEY and PICPIK_PRIVATE_KEY missing" in refused.value.what
    for way in ("Settings > PICPIK", "environment", str(tmp_path / FILE_NAME), "sandbox"):
        assert way in refused.value.do


@pytest.mark.parametrize("given", KEYS)
def test_half_a_key_pair_in_the_environment_is_not_completed_from_what_is_saved(given: str):
    choice = Settings({given: KEYS[given]}, SAVED).choose()

    assert choice.source is Source.NOWHERE
    (missing,) = set(KEYS) - {given}
    with pytest.raises(NotConfigured, match=missing):
        choice.account  # noqa: B018


def test_saved_keys_are_used_with_their_endpoint_and_proxy():
    choice = Settings({}, SAVED).choose()

    assert (choice.name, choice.source, choice.note) == ("Studio", Source.SAVED, None)
    assert choice.account == Account("https://api.picpikai.com", "studio-public", "studio-private", "http://proxy:3128")


def test_the_environment_wins_over_what_is_saved():
    choice = Settings({**KEYS, "PICPIK_ENDPOINT": "https://own.example/api"}, SAVED).choose()

    assert choice.source is Source.ENVIRONMENT
    assert choice.account == Account("https://own.example/api", "env-public", "env-private", "http://proxy:3128")


def test_an_endpoint_of_the_environment_wins_over_every_saved_one():
    settings = Settings({"PICPIK_ENDPOINT": "international"}, SAVED)

    assert {settings.choose(name).endpoint for name in ("", "Studio", "Other")} == {"https://api.picpik.ai"}


def test_keys_of_the_environment_go_to_the_saved_endpoint():
    assert Settings(KEYS, SAVED).choose().account.endpoint == "https://api.picpikai.com"


def test_another_account_is_chosen_by_its_name():
    choice = Settings({}, SAVED).choose("Other")

    assert (choice.name, choice.note, choice.account.public_key) == ("Other", None, "other-public")


@pytest.mark.parametrize("environ", [{}, {"PICPIK_ENDPOINT": "china"}])
def test_an_unknown_name_is_no_guess_but_refused_with_the_names_that_are_saved(environ: dict[str, str]):
    with pytest.raises(NotConfigured, match='"Paris" is not saved') as refused:
        Settings(environ, SAVED).choose("Paris")

    assert '"Studio", "Other"' in refused.value.do


def test_where_nothing_is_saved_an_unknown_name_is_refused_too_and_told_where_to_save_it():
    with pytest.raises(NotConfigured, match='"Paris" is not saved') as refused:
        Settings({}).choose("Paris")

    assert "Settings > PICPIK" in refused.value.do


def test_a_name_that_may_stand_in_a_file_that_cannot_be_read_is_told_of_the_file(tmp_path: Path):
    (tmp_path / FILE_NAME).write_text("{")

    with pytest.raises(NotConfigured, match="cannot be read"):
        Settings.read({}, tmp_path).choose("Paris")


@pytest.mark.parametrize("name", ["Other", "Paris"])
@pytest.mark.parametrize("environ", [KEYS, {"PICPIK_ENDPOINT": "sandbox"}])
def test_a_name_that_the_environment_beats_says_so(environ: dict[str, str], name: str):
    choice = Settings(environ, SAVED).choose(name)

    assert choice.name == ""
    assert choice.note is not None
    assert f'"{name}" is not used' in choice.note
    assert "environment wins" in choice.note


def test_all_choices_leave_out_what_cannot_be_chosen():
    saved = SavedAccounts({"Studio": STUDIO, "Odd": SavedAccount("nonsense", "a", "b")}, "Studio")

    assert [*Settings({}, saved).choices()] == ["", "Studio"]


@pytest.mark.parametrize(
    "settings",
    [
        Settings({"PICPIK_ENDPOINT": " sandbox "}, SAVED),
        Settings({"PICPIK_ENDPOINT": "sandbox", **KEYS}),
        Settings({}, SavedAccounts({"Try": SavedAccount("sandbox")}, "Try")),
    ],
)
def test_the_sandbox_needs_no_keys(settings: Settings):
    assert settings.choose().endpoint == SANDBOX
    assert settings.choose().source is Source.NOT_NEEDED


@pytest.mark.parametrize("content", ["", "{", "[]", '{"accounts": 3}', "\xff"])
def test_a_file_that_is_broken_is_said_when_its_keys_are_needed(tmp_path: Path, content: str):
    (tmp_path / FILE_NAME).write_text(content, "latin-1")

    with pytest.raises(NotConfigured, match="cannot be read"):
        Settings.read({}, tmp_path).choose().account  # noqa: B018
    assert Settings.read(KEYS, tmp_path).choose().account.public_key == "env-public"


def test_picpik_home_is_where_accounts_are_read(tmp_path: Path):
    write_saved(tmp_path / "own", SAVED)

    settings = Settings.read({"PICPIK_HOME": str(tmp_path / "own")}, tmp_path / "usual")

    assert settings.choose().name == "Studio"


@pytest.mark.parametrize("folder", ["picpik", "./picpik", "../picpik", "~nobody-of-this-name/picpik"])
def test_a_home_that_is_another_folder_wherever_comfyui_is_started_is_refused(folder: str, tmp_path: Path):
    with pytest.raises(NotConfigured, match="PICPIK_HOME") as refused:
        Settings.read({"PICPIK_HOME": folder}, tmp_path)

    assert "whole path" in refused.value.do


def test_a_home_may_start_with_that_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))

    assert Settings({"PICPIK_HOME": "~/picpik"}).home == tmp_path / "picpik"


def test_no_key_is_in_a_repr():
    settings = Settings(KEYS, SAVED)
    shown = repr([settings, settings.choose(), settings.choose().account, SAVED, STUDIO, Settings({}, SAVED).choose()])

    assert not any(secret in shown for secret in ("env-private", "env-public", "studio-private", "proxy:3128"))


@pytest.mark.parametrize(("text", "seconds"), [("", None), ("0.05", 0.05), (" 3600 ", 3600.0)])
def test_a_poll_interval(text: str, seconds: float | None):
    assert Settings({"PICPIK_POLL_INTERVAL": text}).poll_interval == seconds


@pytest.mark.parametrize("text", ["0", "-1", "nan", "soon", "3601"])
def test_a_poll_interval_that_is_none_is_refused(text: str):
    with pytest.raises(NotConfigured, match="PICPIK_POLL_INTERVAL"):
        Settings({"PICPIK_POLL_INTERVAL": text}).poll_interval  # noqa: B018
