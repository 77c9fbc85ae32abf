"""Models as ListModels tells of them and as requests name them."""

import pytest
from comfyui_picpik.picpik.api import (
    InferenceParams,
    ModelList,
    ModelRef,
)


@pytest.mark.parametrize(
    ("build", "input"),
    [
        (lambda: InferenceParams(steps=5), "steps"),
        (lambda: InferenceParams(steps=101), "steps"),
        (lambda: InferenceParams(clip_skip=13), "clip_skip"),
        (lambda: InferenceParams(cfg_scale=0.5), "cfg_scale"),
        (lambda: InferenceParams(cfg_scale=30.5), "cfg_scale"),
        (lambda: InferenceParams(lora_weight=-1.5), "lora_weight"),
        (lambda: InferenceParams(lora_weight=2.5), "lora_weight"),
        (lambda: ModelRef("  "), "model_code"),
    ],
)
def test_a_value_outside_its_documented_range_is_refused_by_its_input_name(build, input, assert_refused):
    assert_refused(build, input)


GENERAL = {"Name": "General", "ModelCode": "PICPIK General", "IsOfficial": True, "TriggerWordList": None}


@pytest.mark.parametrize(
    "listed",
    [
        {"PICPIK General": GENERAL},
        [GENERAL],
        {"PICPIK General": {"Name": "General", "IsOfficial": True}},  # a map whose entries trust their key
        [GENERAL, {"Name": "without a code"}, "no model at all"],
        [GENERAL, {"ModelCode": " "}, {"ModelCode": 5}, None],
        [GENERAL | {"TriggerWordList": 5}],
    ],
)
def test_a_model_list_is_read_as_a_map_and_as_an_array(listed):
    models = ModelList.from_answer({"MainModels": listed, "LoraModels": {}, "EmbeddingModels": None})
    assert models.main == (ModelRef("PICPIK General", name="General", is_official=True),)
    assert models.lora == models.embedding == models.hypernetwork == ()


@pytest.mark.parametrize("listed", [5, "PICPIK General", True, None])
def test_what_is_no_list_of_models_has_none(listed):
    assert ModelList.from_answer({"MainModels": listed}).main == ()


def test_an_optional_field_of_a_wrong_type_counts_as_not_given():
    junk = {"ModelCode": "m", "Name": 5, "IsOfficial": "yes", "TriggerWordList": "abc"}
    assert ModelRef.from_params(junk) == ModelRef("m")
