"""The parameters that RemoveBackground and ExtractContents have alike."""

import pytest
from comfyui_picpik.picpik.api import Matting


@pytest.mark.parametrize(
    ("changes", "input"),
    [
        ({"hair_optimization": "On"}, "hair_optimization"),
        ({"hair_optimization": ""}, "hair_optimization"),
        ({"erode_size": -1}, "erode_size"),
        ({"erode_size": 41}, "erode_size"),
        ({"foreground_threshold": 256}, "foreground_threshold"),
        ({"foreground_threshold": -1, "background_threshold": 0}, "foreground_threshold"),
        ({"background_threshold": -1}, "background_threshold"),
        ({"background_threshold": 256}, "background_threshold"),
        ({"background_threshold": 240}, "background_threshold"),
        ({"foreground_threshold": 10}, "background_threshold"),
    ],
)
def test_a_value_outside_its_documented_range_is_refused_by_its_input_name(changes, input, assert_refused):
    assert_refused(lambda: Matting(**changes), input)


@pytest.mark.parametrize(
    ("changes", "sent"),
    [
        ({"erode_size": 0}, {"ErodeSize": 0}),
        ({"erode_size": 40}, {"ErodeSize": 40}),
        (
            {"foreground_threshold": 255, "background_threshold": 0},
            {"ForegroundThreshold": 255, "BackgroundThreshold": 0},
        ),
        ({"hair_optimization": "off"}, {"HairOptimization": "off"}),
    ],
)
def test_the_ends_of_the_ranges_are_sent(changes, sent):
    assert Matting().to_params() | sent == Matting(**changes).to_params()
