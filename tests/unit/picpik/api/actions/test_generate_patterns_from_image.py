"""What GeneratePatternsFromImage puts on the wire, to the letter of its API page, and what it refuses before that."""

import pytest
from comfyui_picpik.picpik.api import (
    DataUri,
    GeneratePatternsFromImage,
    Generation,
)

RAW = DataUri("image/png", (b"UkFX",))


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


@pytest.mark.parametrize(
    ("build", "input"),
    [
        (lambda: GeneratePatternsFromImage(RAW, (10, 0, 10, 5)), "box"),
        (lambda: GeneratePatternsFromImage(RAW, (0, 9, 5, 5)), "box"),
        (lambda: GeneratePatternsFromImage(RAW, (-1, 0, 5, 5)), "box"),
    ],
)
def test_a_value_outside_its_documented_range_is_refused_by_its_input_name(build, input, assert_refused):
    assert_refused(build, input)
