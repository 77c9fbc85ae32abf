"""What RemoveBackground puts on the wire, to the letter of its API page, and what it refuses before that."""

import pytest
from comfyui_picpik.picpik.api import DataUri, Matting, RemoveBackground

RAW = DataUri("image/png", (b"UkFX",))


def test_remove_background_sends_every_parameter_of_its_page():
    request = RemoveBackground(RAW, (180, 264, 510, 642), Matting("on", 20, 250, 5))
    assert request.to_params() == {
        "Action": "RemoveBackground",
        "RawImage": RAW,
        "Box": [180, 264, 510, 642],
        "ErodeSize": 20,
        "ForegroundThreshold": 250,
        "BackgroundThreshold": 5,
        "HairOptimization": "on",
        "OnlyMask": False,
    }


def test_the_defaults_are_those_of_the_page_and_no_box_is_not_sent():
    assert RemoveBackground(RAW).to_params() == {
        "Action": "RemoveBackground",
        "RawImage": RAW,
        "ErodeSize": 15,
        "ForegroundThreshold": 240,
        "BackgroundThreshold": 15,
        "HairOptimization": "auto",
        "OnlyMask": False,
    }


@pytest.mark.parametrize(
    ("build", "input"),
    [
        (lambda: RemoveBackground(RAW, (10, 0, 10, 5)), "box"),
        (lambda: RemoveBackground(RAW, (0, 9, 5, 5)), "box"),
        (lambda: RemoveBackground(RAW, (-1, 0, 5, 5)), "box"),
        (lambda: RemoveBackground(RAW, attempt=-1), "attempt"),
        (lambda: RemoveBackground(RAW, attempt=1000), "attempt"),
    ],
)
def test_a_value_outside_its_documented_range_is_refused_by_its_input_name(build, input, assert_refused):
    assert_refused(build, input)
