"""What ApplyReferencePattern accepts and refuses, one row for each field of its own."""

import pytest
from comfyui_picpik.sandbox.actions.apply_reference_pattern import read
from comfyui_picpik.tests.unit.sandbox.actions.example_requests import (
    READABLE_PICTURES,
    apply_reference_pattern,
    check_refusal,
    picture,
)

REFUSED = [
    ({"RawImageIndex": ...}, "RawImageIndex"),
    ({"MaskIndex": ...}, "MaskIndex"),
    ({"PatternImageIndex": ...}, "PatternImageIndex"),
    ({"RawImageIndex": -1}, "RawImageIndex"),
    ({"RawImageIndex": 3}, "RawImageIndex"),
    ({"MaskIndex": 3}, "MaskIndex"),
    ({"PatternImageIndex": 3}, "PatternImageIndex"),
    ({"MaskIndex": "1"}, "MaskIndex"),
    ({"MaskIndex": True}, "MaskIndex"),
    ({"ImageAndMaskList": ...}, "ImageAndMaskList"),
    ({"ImageAndMaskList": []}, "RawImageIndex"),
    ({"ImageAndMaskList": picture()}, "ImageAndMaskList"),
    ({"ImageAndMaskList": [picture(), 1, picture()]}, "ImageAndMaskList[1]"),
    ({"ImageAndMaskList": ["imagebase64", picture(), picture()]}, "ImageAndMaskList[0]"),
    ({"ImageAndMaskList": [picture(), "????", picture()]}, "ImageAndMaskList[1]"),
    ({"ImageAndMaskList": [picture(), picture(), "AAAA"]}, "ImageAndMaskList[2]"),
    ({"PatternReferStrength": -0.01}, "PatternReferStrength"),
    ({"PatternReferStrength": 1.01}, "PatternReferStrength"),
    ({"PatternReferStrength": "0.5"}, "PatternReferStrength"),
    ({"PatternReferStrength": False}, "PatternReferStrength"),
    ({"ChaoticMode": 0}, "ChaoticMode"),
    ({"ColorCorrection": "false"}, "ColorCorrection"),
]


@pytest.mark.parametrize(("changes", "field"), REFUSED)
def test_what_the_page_does_not_allow_is_refused_and_the_field_is_named(changes, field):
    check_refusal(read, apply_reference_pattern(**changes), field, absent=list(changes.values()) == [...])


@pytest.mark.parametrize("encoded", READABLE_PICTURES)
def test_pictures_come_as_data_uri_or_bare_base64_in_three_formats_and_any_mode(encoded):
    read(apply_reference_pattern(ImageAndMaskList=[encoded, encoded, encoded]))


def test_one_picture_may_stand_for_all_three():
    read(apply_reference_pattern(RawImageIndex=0, MaskIndex=0, PatternImageIndex=0, ImageAndMaskList=[picture()]))
