"""What was corrected of the assumptions, on disk and in the accounts that calls are made for."""

import json

import pytest
from comfyui_picpik.picpik.accounts import (
    SavedAccount,
    SavedAccounts,
    Settings,
    correct,
    corrected,
    take_back,
    write_saved,
)
from comfyui_picpik.picpik.accounts.corrections import FILE_NAME, read_corrections
from comfyui_picpik.picpik.api import ASSUMED, Base64Form, NotConfigured, Redrawn, TaskStatus

HOST = "api.picpik.ai"


def test_without_a_file_nothing_is_corrected(tmp_path):
    assert read_corrections(tmp_path).of(HOST) == ASSUMED
    assert corrected(ASSUMED) == {}


def test_corrections_are_gathered_by_service_and_taken_back(tmp_path):
    correct(tmp_path, HOST, {"status_words": {"fin": "FINISHED"}})
    correct(tmp_path, HOST, {"status_words": {"bad": "FAILED"}, "redrawn": "BLACK"})
    correct(tmp_path, "other", {"base64_form": "BARE"})

    made = read_corrections(tmp_path).of(HOST)
    assert made.status_words == {"fin": TaskStatus.FINISHED, "bad": TaskStatus.FAILED}
    assert (made.redrawn, made.base64_form) == (Redrawn.BLACK, Base64Form.DATA_URI)
    assert corrected(made) == {"status_words": {"fin": "FINISHED", "bad": "FAILED"}, "redrawn": "BLACK"}

    take_back(tmp_path, HOST)
    assert read_corrections(tmp_path).of(HOST) == ASSUMED
    assert read_corrections(tmp_path).of("other").base64_form is Base64Form.BARE


def test_the_account_of_a_run_has_the_corrections_of_its_service(tmp_path):
    account = SavedAccount("https://picpik.example:8443/api", "p", "q")
    write_saved(tmp_path, SavedAccounts().with_account("A", account).with_account("B", SavedAccount("china", "p", "q")))
    correct(tmp_path, "picpik.example:8443", {"redrawn": "BLACK"})

    choices = Settings.read({}, tmp_path).choices()
    assert choices["A"].account.assumptions.redrawn is Redrawn.BLACK
    assert choices["B"].account.assumptions == ASSUMED
    of_environment = {
        "PICPIK_ENDPOINT": "https://picpik.example:8443",
        "PICPIK_PUBLIC_KEY": "p",
        "PICPIK_PRIVATE_KEY": "q",
    }
    assert Settings.read(of_environment, tmp_path).choose().account.assumptions.redrawn is Redrawn.BLACK


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        json.dumps({HOST: {"redrawn": "GREEN"}}),
        json.dumps({HOST: {"no_such_thing": 1}}),
        json.dumps({HOST: {"poll_pause": -1}}),
        json.dumps({HOST: {"poll_pause": "soon"}}),
        json.dumps({HOST: {"cfg_spelling": "cfg"}}),
        json.dumps({HOST: {"status_words": {"x": "MELTING"}}}),
        json.dumps({HOST: ["redrawn"]}),
    ],
)
def test_corrections_that_are_not_understood_stop_what_would_be_paid(tmp_path, content: str):
    (tmp_path / FILE_NAME).write_text(content)
    settings = Settings.read({"PICPIK_PUBLIC_KEY": "p", "PICPIK_PRIVATE_KEY": "q"}, tmp_path)

    with pytest.raises(NotConfigured, match=FILE_NAME):
        settings.choose().account  # noqa: B018
    with pytest.raises(NotConfigured, match=FILE_NAME):
        correct(tmp_path, HOST, {"redrawn": "BLACK"})
    assert (tmp_path / FILE_NAME).read_text() == content


def test_the_sandbox_needs_no_corrections(tmp_path):
    (tmp_path / FILE_NAME).write_text("{")
    assert Settings.read({"PICPIK_ENDPOINT": "sandbox"}, tmp_path).choose().refusal is None
