"""Where endpoint, keys and proxy come from, which of them wins, and how they are kept on disk."""

import json
import os
import stat
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from comfyui_picpik.picpik.errors import NotConfigured
from comfyui_picpik.picpik.saved_settings import (
    FILE_NAME,
    SavedAccount,
    SavedSettings,
    read_saved,
    write_saved,
)
from comfyui_picpik.picpik.settings import SANDBOX, Account, Settings, Source, endpoint_url

KEYS = {"PICPIK_PUBLIC_KEY": "env-public", "PICPIK_PRIVATE_KEY": "env-private"}
STUDIO = SavedAccount("china", "studio-public", "studio-private", "http://proxy:3128", 5.0)
OTHER = SavedAccount("", "other-public", "other-private")
SAVED = SavedSettings({"Studio": STUDIO, "Other": OTHER}, "Studio")


def test_without_keys_the_three_ways_to_give_them_are_named(tmp_path: Path):
    with pytest.raises(NotConfigured) as refused:
        Settings.read({}, tmp_path).account  # noqa: B018

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
    assert Settings(KEYS, SAVED).account.endpoint == "https://api.picpikai.com"


def test_another_account_is_chosen_by_its_name():
    choice = Settings({}, SAVED).choose("Other")

    assert (choice.name, choice.note, choice.account.public_key) == ("Other", None, "other-public")


def test_an_unknown_name_leads_to_the_default_account_and_says_so():
    choice = Settings({}, SAVED).choose("Paris")

    assert choice.account.public_key == "studio-public"
    assert choice.note == 'account: "Paris" is not known on this computer; the default account "Studio" is used.'


@pytest.mark.parametrize("environ", [KEYS, {"PICPIK_ENDPOINT": "sandbox"}])
def test_a_name_that_the_environment_beats_says_so(environ: dict[str, str]):
    note = Settings(environ, SAVED).choose("Other").note

    assert note is not None
    assert "environment wins" in note


@pytest.mark.parametrize(
    "settings",
    [
        Settings({"PICPIK_ENDPOINT": " sandbox "}, SAVED),
        Settings({"PICPIK_ENDPOINT": "sandbox", **KEYS}),
        Settings({}, SavedSettings({"Try": SavedAccount("sandbox")}, "Try")),
    ],
)
def test_the_sandbox_needs_no_keys(settings: Settings):
    assert settings.endpoint == SANDBOX
    assert settings.choose().source is Source.NOT_NEEDED


@pytest.mark.parametrize("text", ["picpik", "ftp://host", "https://", "http://[", "https://host:x"])
def test_an_endpoint_that_is_none_is_refused(text: str):
    with pytest.raises(NotConfigured, match="PICPIK_ENDPOINT"):
        endpoint_url(text)


def test_what_was_written_is_read(tmp_path: Path):
    home = tmp_path / "home"
    write_saved(home, SAVED)

    assert read_saved(home) == SAVED


def test_nothing_is_saved_where_there_is_no_file(tmp_path: Path):
    assert read_saved(tmp_path / "none") == SavedSettings()


@pytest.mark.skipif(os.name != "posix", reason="permissions of this kind are POSIX's")
def test_only_the_owner_may_read_the_file(tmp_path: Path):
    home = tmp_path / "home"
    write_saved(home, SAVED)
    write_saved(home, SAVED.without("Other"))

    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / FILE_NAME).stat().st_mode) == 0o600


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path):
    write_saved(tmp_path, SAVED)
    broken = replace(STUDIO, changed=object())  # type: ignore[arg-type]

    with pytest.raises(TypeError):
        write_saved(tmp_path, SAVED.with_account("Studio", broken))

    assert read_saved(tmp_path) == SAVED
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


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


@pytest.mark.parametrize("content", ["", "{", "[]", '{"accounts": 3}', "\xff"])
def test_a_file_that_is_broken_is_said_when_its_keys_are_needed(tmp_path: Path, content: str):
    (tmp_path / FILE_NAME).write_text(content, "latin-1")

    with pytest.raises(NotConfigured, match="cannot be read"):
        Settings.read({}, tmp_path).account  # noqa: B018
    assert Settings.read(KEYS, tmp_path).account.public_key == "env-public"


def test_a_file_written_by_hand_may_leave_things_out(tmp_path: Path):
    content = {"accounts": {"Mine": {"public_key": " a ", "private_key": "b", "colour": "blue"}, "none": 3}}
    (tmp_path / FILE_NAME).write_text(json.dumps(content))

    choice = Settings.read({}, tmp_path).choose()

    assert (choice.name, choice.account) == ("Mine", Account("https://api.picpik.ai", "a", "b"))


def test_picpik_home_is_where_accounts_are_read(tmp_path: Path):
    write_saved(tmp_path / "own", SAVED)

    settings = Settings.read({"PICPIK_HOME": str(tmp_path / "own")}, tmp_path / "usual")

    assert settings.choose().name == "Studio"


def test_the_first_account_is_the_default_and_another_one_takes_over():
    saved = SavedSettings().with_account("A", OTHER).with_account("B", STUDIO)
    assert saved.default == "A"
    assert saved.with_account("B", STUDIO, as_default=True).default == "B"
    assert saved.without("A").default == "B"
    assert saved.without("A").without("B") == SavedSettings()


@pytest.mark.parametrize("name", ["", " ", " a", "a\nb", "x" * 61])
def test_a_name_that_cannot_be_shown_is_refused(name: str):
    with pytest.raises(NotConfigured, match="name"):
        SavedSettings().with_account(name, OTHER)


@pytest.mark.parametrize("key", ["a b", "a\tb", "a\u200bb", "x" * 1001])
def test_a_key_with_a_blank_in_it_is_refused_and_not_repeated(key: str):
    with pytest.raises(NotConfigured) as refused:
        SavedSettings().with_account("A", replace(OTHER, private_key=key))
    assert key not in str(refused.value)


def test_no_key_is_in_a_repr():
    settings = Settings(KEYS, SAVED)
    shown = repr([settings, settings.choose(), settings.account, SAVED, STUDIO, Settings({}, SAVED).choose()])

    assert not any(secret in shown for secret in ("env-private", "env-public", "studio-private", "proxy:3128"))


@pytest.mark.parametrize(("text", "seconds"), [("", None), ("0.05", 0.05), (" 3600 ", 3600.0)])
def test_a_poll_interval(text: str, seconds: float | None):
    assert Settings({"PICPIK_POLL_INTERVAL": text}).poll_interval == seconds


@pytest.mark.parametrize("text", ["0", "-1", "nan", "soon", "3601"])
def test_a_poll_interval_that_is_none_is_refused(text: str):
    with pytest.raises(NotConfigured, match="PICPIK_POLL_INTERVAL"):
        Settings({"PICPIK_POLL_INTERVAL": text}).poll_interval  # noqa: B018


@pytest.mark.parametrize(
    ("endpoint", "is_loopback"),
    [("http://127.0.0.1:1", True), ("http://localhost", True), ("http://[::1]:8", True), ("https://a.example", False)],
)
def test_loopback_is_known(endpoint: str, is_loopback: bool):
    assert Account(endpoint, "a", "b").is_loopback is is_loopback


def test_accounts_of_other_keys_or_endpoints_have_another_identity():
    assert len({Account(endpoint, key, "x").identity for endpoint in "ab" for key in "cd"}) == 4
