"""What the two Actions put on the wire, to the letter of the API pages, and what they refuse before that."""

import pytest
from comfyui_picpik.picpik.actions import (
    ApplyReferencePattern,
    GeneratePatternsFromImage,
    Generation,
    parse_extra_parameters,
    with_seed,
)
from comfyui_picpik.picpik.data_uri import DataUri
from comfyui_picpik.picpik.errors import InputRefused
from comfyui_picpik.picpik.models import InferenceParams, ModelList, ModelRef

RAW, MASK, PATTERN = (DataUri("image/png", (text,)) for text in (b"UkFX", b"TUFTSw==", b"UEFU"))


def test_apply_sends_every_parameter_of_its_page():
    request = ApplyReferencePattern(
        RAW,
        MASK,
        PATTERN,
        pattern_strength=0.75,
        chaotic_mode=True,
        color_correction=True,
        generation=Generation(
            main_model=ModelRef(
                "PICPIK General",
                name="General",
                is_official=True,
                inference=InferenceParams(steps=20, sampler="Euler", clip_skip=2, cfg_scale=7.5),
            ),
            sub_models=(
                ModelRef("lora_a", trigger_words=("linen", "flax"), inference=InferenceParams(lora_weight=0.8)),
                ModelRef("embedding_b"),
            ),
            positive_prompts=("studio light", "亚麻"),
            negative_prompts=("blurry",),
            translate_prompts=False,
            seed=42,
            width=768,
            height=1152,
            batch_size=3,
            use_main_model_vae=True,
        ),
    )
    assert request.to_params() == {
        "Action": "ApplyReferencePattern",
        "MainModel": {
            "ModelCode": "PICPIK General",
            "Name": "General",
            "IsOfficial": True,
            "InferenceParams": {"Steps": 20, "Sampler": "Euler", "ClipSkip": 2, "CFGScale": 7.5},
        },
        "SubModelList": [
            {
                "ModelCode": "lora_a",
                "TriggerWordList": ["linen", "flax"],
                "InferenceParams": {"LoraWeight": 0.8},
            },
            {"ModelCode": "embedding_b"},
        ],
        "PositivePrompts": ["studio light", "亚麻"],
        "NegativePrompts": ["blurry"],
        "TranslatePrompts": False,
        "Seed": 42,
        "Width": 768,
        "Height": 1152,
        "BatchSize": 3,
        "UseMainModelVAE": True,
        "RawImageIndex": 0,
        "MaskIndex": 1,
        "PatternImageIndex": 2,
        "PatternReferStrength": 0.75,
        "ChaoticMode": True,
        "ColorCorrection": True,
        "ImageAndMaskList": [RAW, MASK, PATTERN],
    }


def test_extract_sends_every_parameter_of_its_page_and_omits_empty_lists():
    request = GeneratePatternsFromImage(RAW, (10, 20, 200, 240), tiling=True, generation=Generation(seed=-1))
    assert request.to_params() == {
        "Action": "GeneratePatternsFromImage",
        "MainModel": {"ModelCode": "PICPIK General"},
        "TranslatePrompts": True,
        "Seed": -1,
        "Width": 1024,
        "Height": 1024,
        "BatchSize": 1,
        "UseMainModelVAE": False,
        "RawImage": RAW,
        "Box": [10, 20, 200, 240],
        "Tiling": True,
    }


def test_another_seed_changes_nothing_else():
    request = GeneratePatternsFromImage(RAW, (0, 0, 8, 8), generation=Generation(seed=-1))
    assert with_seed(request, 5).to_params() == request.to_params() | {"Seed": 5}


def test_extra_parameters_are_merged_name_by_name_and_win():
    generation = Generation(
        main_model=ModelRef("m", inference=InferenceParams(steps=10)),
        extra_parameters={"MainModel": {"InferenceParams": {"Eta": 0.5}}, "Tiling": True, "New": [1, {"a": "b"}]},
    )
    params = GeneratePatternsFromImage(RAW, (0, 0, 8, 8), generation=generation).to_params()
    assert params["MainModel"] == {"ModelCode": "m", "InferenceParams": {"Steps": 10, "Eta": 0.5}}
    assert params["Tiling"] is True
    assert params["New"] == [1, {"a": "b"}]


def test_fractions_are_sent_with_four_decimals_at_most():
    request = ApplyReferencePattern(RAW, MASK, PATTERN, pattern_strength=0.123456789)
    assert request.to_params()["PatternReferStrength"] == 0.1235


@pytest.mark.parametrize(
    ("build", "input"),
    [
        (lambda: Generation(seed=-2), "seed"),
        (lambda: Generation(seed=2**31), "seed"),
        (lambda: Generation(width=63), "width"),
        (lambda: Generation(width=2561), "width"),
        (lambda: Generation(height=63), "height"),
        (lambda: Generation(height=2561), "height"),
        (lambda: Generation(batch_size=0), "batch_size"),
        (lambda: Generation(batch_size=17), "batch_size"),
        (lambda: Generation(positive_prompts=("a", "\ud800")), "positive_prompts"),
        (lambda: Generation(negative_prompts=("\udfff",)), "negative_prompts"),
        (lambda: ApplyReferencePattern(RAW, MASK, PATTERN, pattern_strength=1.01), "pattern_strength"),
        (lambda: ApplyReferencePattern(RAW, MASK, PATTERN, pattern_strength=-0.01), "pattern_strength"),
        (lambda: ApplyReferencePattern(RAW, MASK, PATTERN, pattern_strength=float("nan")), "pattern_strength"),
        (lambda: GeneratePatternsFromImage(RAW, (10, 0, 10, 5)), "box"),
        (lambda: GeneratePatternsFromImage(RAW, (0, 9, 5, 5)), "box"),
        (lambda: GeneratePatternsFromImage(RAW, (-1, 0, 5, 5)), "box"),
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
def test_a_value_outside_its_documented_range_is_refused_by_its_input_name(build, input):
    with pytest.raises(InputRefused) as refusal:
        build()
    assert refusal.value.input == input
    first, second = str(refusal.value).splitlines()
    assert first.startswith(f"{input}: ")
    assert second


@pytest.mark.parametrize("seed", [-1, 0, 2147483647])
@pytest.mark.parametrize("side", [64, 2560])
@pytest.mark.parametrize("batch_size", [1, 16])
def test_the_ends_of_the_documented_ranges_are_taken(seed, side, batch_size):
    params = Generation(seed=seed, width=side, height=side, batch_size=batch_size).to_params()
    assert (params["Seed"], params["Width"], params["Height"], params["BatchSize"]) == (seed, side, side, batch_size)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[1]",
        '"text"',
        "NaN",
        '{"a": NaN}',
        '{"a": Infinity}',
        '{"a": null}',
        '{"a": [1, {"b": null}]}',
        '{"Action": "x"}',
        '{"PublicKey": "x"}',
        '{"Signature": "x"}',
        '{"request_uuid": "x"}',
        '{"Seed": 1}',
        '{"a": "\\ud800"}',
    ],
)
def test_extra_parameters_that_cannot_be_sent_are_refused(text):
    with pytest.raises(InputRefused, match=r"^extra_parameters: "):
        parse_extra_parameters(text)


@pytest.mark.parametrize(("text", "expected"), [("", {}), (" \n", {}), ('{"Tiling": true}', {"Tiling": True})])
def test_extra_parameters_are_a_json_object_or_nothing(text, expected):
    assert parse_extra_parameters(text) == expected


GENERAL = {"Name": "General", "ModelCode": "PICPIK General", "IsOfficial": True, "TriggerWordList": None}


@pytest.mark.parametrize(
    "listed",
    [
        {"PICPIK General": GENERAL},
        [GENERAL],
        {"PICPIK General": {"Name": "General", "IsOfficial": True}},  # a map whose entries trust their key
        [GENERAL, {"Name": "without a code"}, "no model at all"],
    ],
)
def test_a_model_list_is_read_as_a_map_and_as_an_array(listed):
    models = ModelList.from_answer({"MainModels": listed, "LoraModels": {}, "EmbeddingModels": None})
    assert models.main == (ModelRef("PICPIK General", name="General", is_official=True),)
    assert models.lora == models.embedding == models.hypernetwork == ()
