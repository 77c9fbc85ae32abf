"""The models of last time, kept on disk."""

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
    write_models(tmp_path, known)

    assert known.main == ("PICPIK General", "Textile")
    assert read_models(tmp_path) == known
    assert known.sub == ("Thread", "Clean")
    assert known.trigger_words == {"Thread": ("thread",)}


@pytest.mark.parametrize("content", [None, "", "[]", "{", '{"main": 3}', '{"main": []}', '{"trigger_words": 7}'])
def test_a_list_that_cannot_be_read_is_the_general_model(tmp_path: Path, content: str | None):
    if content is not None:
        (tmp_path / FILE_NAME).write_text(content)
    assert read_models(tmp_path).main == ("PICPIK General",)
