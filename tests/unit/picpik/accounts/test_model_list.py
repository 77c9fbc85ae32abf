"""The models of last time, kept on disk."""

import json
from pathlib import Path

import pytest
from comfyui_picpik.picpik.accounts import KnownModels, read_models, write_models
from comfyui_picpik.picpik.accounts.model_list import FILE_NAME
from comfyui_picpik.picpik.api import ModelList


def test_models_are_kept_and_the_general_one_is_always_there(tmp_path: Path):
    answer = {
        "MainModels": [{"ModelCode": "Textile"}],
        "LoraModels": {"Thread": {"TriggerWordList": ["thread"]}},
        "EmbeddingModels": [{"ModelCode": "Clean"}],
    }
    known = KnownModels.from_list(ModelList.from_answer(answer))
    write_models(tmp_path, "mine", known)

    assert known.main == ("PICPIK General", "Textile")
    assert read_models(tmp_path, "mine") == known
    assert known.sub == ("Thread", "Clean")
    assert known.trigger_words == {"Thread": ("thread",)}


def test_each_account_has_a_list_of_its_own(tmp_path: Path):
    sandbox = KnownModels(main=("PICPIK General", "Sandbox only"), trigger_words={}, as_of=1.0)
    real = KnownModels(sub=("Lace",), trigger_words={}, as_of=2.0)
    write_models(tmp_path, "sandbox", sandbox)
    write_models(tmp_path, "real", real)

    assert read_models(tmp_path, "sandbox") == sandbox
    assert read_models(tmp_path, "real") == real
    assert read_models(tmp_path, "new") == KnownModels()


def test_lists_of_accounts_that_are_long_gone_are_dropped(tmp_path: Path):
    for age in range(30):
        write_models(tmp_path, f"account {age}", KnownModels(sub=("Lace",), as_of=1000.0 - age))

    assert read_models(tmp_path, "account 0").sub == ("Lace",)
    assert len(json.loads((tmp_path / FILE_NAME).read_text())) == 20


@pytest.mark.parametrize("mine", ["3", '{"main": 3}', '{"main": []}', '{"trigger_words": 7}', "{"])
def test_a_list_that_cannot_be_read_is_the_general_model(tmp_path: Path, mine: str):
    (tmp_path / FILE_NAME).write_text(f'{{"mine": {mine}}}')
    assert read_models(tmp_path, "mine").main == ("PICPIK General",)


@pytest.mark.parametrize("content", [None, "", "[]", "{"])
def test_a_file_of_lists_that_cannot_be_read_is_the_general_model(tmp_path: Path, content: str | None):
    if content is not None:
        (tmp_path / FILE_NAME).write_text(content)
    assert read_models(tmp_path, "mine").main == ("PICPIK General",)
