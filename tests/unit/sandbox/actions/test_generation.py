"""What all generating Actions accept and refuse: one row for each documented field, type and range."""

import numpy as np
import pytest
from comfyui_picpik.sandbox.actions import ACTIONS
from comfyui_picpik.sandbox.actions.generation import GENERATION_FIELDS, HIGHEST_SEED, generation_task
from comfyui_picpik.sandbox.validation import read_fields
from comfyui_picpik.tests.unit.sandbox.actions.example_requests import (
    apply_reference_pattern,
    check_refusal,
    generate_patterns_from_image,
)

GENERATING = pytest.mark.parametrize(
    ("read", "request_with"),
    [
        (ACTIONS["GeneratePatternsFromImage"], generate_patterns_from_image),
        (ACTIONS["ApplyReferencePattern"], apply_reference_pattern),
    ],
    ids=["GeneratePatternsFromImage", "ApplyReferencePattern"],
)


def main_model(**inference):
    return {"ModelCode": "PICPIK General", "InferenceParams": inference}


def sub_models(**inference):
    return [{"ModelCode": "lora"}, {"ModelCode": "other", "InferenceParams": inference}]


REFUSED = [
    ({"MainModel": ...}, "MainModel"),
    ({"MainModel": None}, "MainModel"),
    ({"MainModel": "PICPIK General"}, "MainModel"),
    ({"MainModel": []}, "MainModel"),
    ({"MainModel": {}}, "MainModel.ModelCode"),
    ({"MainModel": {"ModelCode": ""}}, "MainModel.ModelCode"),
    ({"MainModel": {"ModelCode": " "}}, "MainModel.ModelCode"),
    ({"MainModel": {"ModelCode": 3}}, "MainModel.ModelCode"),
    ({"MainModel": {"ModelCode": "a", "Name": 3}}, "MainModel.Name"),
    ({"MainModel": {"ModelCode": "a", "IsOfficial": "true"}}, "MainModel.IsOfficial"),
    ({"MainModel": {"ModelCode": "a", "TriggerWordList": "x"}}, "MainModel.TriggerWordList"),
    ({"MainModel": {"ModelCode": "a", "TriggerWordList": [1]}}, "MainModel.TriggerWordList[0]"),
    ({"MainModel": {"ModelCode": "a", "InferenceParams": []}}, "MainModel.InferenceParams"),
    ({"MainModel": main_model(Steps=5)}, "MainModel.InferenceParams.Steps"),
    ({"MainModel": main_model(Steps=101)}, "MainModel.InferenceParams.Steps"),
    ({"MainModel": main_model(Steps=20.0)}, "MainModel.InferenceParams.Steps"),
    ({"MainModel": main_model(Sampler="")}, "MainModel.InferenceParams.Sampler"),
    ({"MainModel": main_model(Sampler=1)}, "MainModel.InferenceParams.Sampler"),
    ({"MainModel": main_model(ClipSkip=0)}, "MainModel.InferenceParams.ClipSkip"),
    ({"MainModel": main_model(ClipSkip=13)}, "MainModel.InferenceParams.ClipSkip"),
    ({"MainModel": main_model(CFGScale=0.9)}, "MainModel.InferenceParams.CFGScale"),
    ({"MainModel": main_model(CfgScale=30.5)}, "MainModel.InferenceParams.CfgScale"),
    ({"MainModel": main_model(CFGScale="7")}, "MainModel.InferenceParams.CFGScale"),
    ({"MainModel": main_model(LoraWeight=1)}, "MainModel.InferenceParams.LoraWeight"),
    ({"SubModelList": {}}, "SubModelList"),
    ({"SubModelList": ["lora"]}, "SubModelList[0]"),
    ({"SubModelList": [{"ModelCode": "a"}, {}]}, "SubModelList[1].ModelCode"),
    ({"SubModelList": sub_models(LoraWeight=-1.01)}, "SubModelList[1].InferenceParams.LoraWeight"),
    ({"SubModelList": sub_models(LoraWeight=2.01)}, "SubModelList[1].InferenceParams.LoraWeight"),
    ({"SubModelList": sub_models(LoraWeight=True)}, "SubModelList[1].InferenceParams.LoraWeight"),
    ({"PositivePrompts": "a apple"}, "PositivePrompts"),
    ({"PositivePrompts": ["a", 1]}, "PositivePrompts[1]"),
    ({"NegativePrompts": None}, "NegativePrompts"),
    ({"TranslatePrompts": 1}, "TranslatePrompts"),
    ({"TranslatePrompts": "true"}, "TranslatePrompts"),
    ({"Seed": -2}, "Seed"),
    ({"Seed": 2147483648}, "Seed"),
    ({"Seed": "1"}, "Seed"),
    ({"Seed": 1.0}, "Seed"),
    ({"Seed": True}, "Seed"),
    ({"Width": 63}, "Width"),
    ({"Width": 2561}, "Width"),
    ({"Width": None}, "Width"),
    ({"Height": 63}, "Height"),
    ({"Height": 2561}, "Height"),
    ({"BatchSize": 0}, "BatchSize"),
    ({"BatchSize": 17}, "BatchSize"),
    ({"UseMainModelVAE": 0}, "UseMainModelVAE"),
]


@pytest.mark.parametrize(("changes", "field"), REFUSED)
@GENERATING
def test_what_the_pages_do_not_allow_is_refused_and_the_field_is_named(read, request_with, changes, field):
    absent = list(changes.values()) == [...] or changes == {"MainModel": {}} or field == "SubModelList[1].ModelCode"
    check_refusal(read, request_with(**changes), field, absent=absent)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"Seed": 0},
        {"Seed": 2147483647},
        {"Width": 64, "Height": 2560},
        {"BatchSize": 16},
        {"PositivePrompts": [], "NegativePrompts": [""]},
        {"SubModelList": []},
        {"SubModelList": sub_models(LoraWeight=-1)},
        {"SubModelList": sub_models(LoraWeight=2.0)},
        {"MainModel": main_model(Steps=6, Sampler="DPM++ 2M", ClipSkip=12, CFGScale=1)},
        {"MainModel": main_model(Steps=100, ClipSkip=1, CfgScale=30)},
        {"MainModel": {"ModelCode": "one of my own", "Unheard": {"of": 1}}},
        {"SomethingNew": {"goes": "through"}},
    ],
)
@GENERATING
def test_what_the_pages_allow_is_accepted(read, request_with, changes):
    read(request_with(**changes))


def task(picture=lambda seed: np.full((1, 1), seed, np.int64), **sent):
    return generation_task(
        read_fields({"MainModel": {"ModelCode": "PICPIK General"}, **sent}, GENERATION_FIELDS), picture
    )


def test_the_pictures_of_a_batch_are_those_of_the_seeds_that_follow():
    batch = task(Seed=HIGHEST_SEED - 1, BatchSize=3)
    assert (batch.seed, batch.results.count) == (HIGHEST_SEED - 1, 3)
    assert [int(batch.results.make(index)[0, 0]) for index in range(4)] == [HIGHEST_SEED - 1, HIGHEST_SEED, 0, 1]


def test_a_seed_of_minus_one_is_drawn_once_for_each_task():
    drawn = [task(Seed=-1) for _ in range(5)]
    assert all(0 <= one.seed <= HIGHEST_SEED and one.results.make(0)[0, 0] == one.seed for one in drawn)
    assert len({one.seed for one in drawn}) == 5


@pytest.mark.parametrize(
    ("sent", "credits"),
    [
        ({"Width": 1000, "Height": 1000}, 60),
        ({"Width": 1000, "Height": 1000, "BatchSize": 3}, 180),
        ({"Width": 1000, "Height": 1000, "MainModel": main_model(Steps=11)}, 66),
        ({"Width": 1000, "Height": 1000, "MainModel": {"ModelCode": "PICPIK Sandbox Textile"}}, 120),
    ],
)
def test_the_credits_are_those_of_size_steps_and_batch(sent, credits):
    assert task(**sent).credits == credits
