"""What ApplyReferenceStyle puts on the wire, to the letter of its API page, and what it refuses before that."""

import pytest
from comfyui_picpik.picpik.api import ApplyReferenceStyle, DataUri, Generation

RAW, STYLE = (DataUri("image/png", (text,)) for text in (b"UkFX", b"U1RZ"))


def test_apply_reference_style_sends_every_parameter_of_its_page():
    request = ApplyReferenceStyle(RAW, STYLE, 0.25, generation=Generation(seed=7, positive_prompts=("linen",)))
    assert request.to_params() == {
        "Action": "ApplyReferenceStyle",
        "MainModel": {"ModelCode": "PICPIK General"},
        "PositivePrompts": ["linen"],
        "TranslatePrompts": True,
        "Seed": 7,
        "Width": 1024,
        "Height": 1024,
        "BatchSize": 1,
        "UseMainModelVAE": False,
        "RawImageIndex": 0,
        "StyleImageIndex": 1,
        "StyleReferStrength": 0.25,
        "ImageList": [RAW, STYLE],
    }


def test_the_default_is_that_of_the_page():
    assert ApplyReferenceStyle(RAW, STYLE).to_params()["StyleReferStrength"] == 0.5


@pytest.mark.parametrize("strength", [-0.01, 1.01, float("nan")])
def test_a_value_outside_its_documented_range_is_refused_by_its_input_name(strength, assert_refused):
    assert_refused(lambda: ApplyReferenceStyle(RAW, STYLE, strength), "style_strength")
