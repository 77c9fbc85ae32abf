"""What ApplyReferencePattern puts on the wire, to the letter of its API page, and what it refuses before that."""

import pytest
from comfyui_picpik.picpik.api import (
    ApplyReferencePattern,
    DataUri,
    Generation,
    InferenceParams,
    ModelRef,
)

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


def test_fractions_are_sent_with_four_decimals_at_most():
    request = ApplyReferencePattern(RAW, MASK, PATTERN, pattern_strength=0.123456789)
    assert request.to_params()["PatternReferStrength"] == 0.1235


@pytest.mark.parametrize(
    ("build", "input"),
    [
        (lambda: ApplyReferencePattern(RAW, MASK, PATTERN, pattern_strength=1.01), "pattern_strength"),
        (lambda: ApplyReferencePattern(RAW, MASK, PATTERN, pattern_strength=-0.01), "pattern_strength"),
        (lambda: ApplyReferencePattern(RAW, MASK, PATTERN, pattern_strength=float("nan")), "pattern_strength"),
    ],
)
def test_a_value_outside_its_documented_range_is_refused_by_its_input_name(build, input, assert_refused):
    assert_refused(build, input)
