"""What ApplyReferenceStyle accepts and refuses, one row for each field of its own."""

import pytest
from comfyui_picpik.sandbox.actions.apply_reference_style import read
from comfyui_picpik.tests.unit.sandbox.actions.example_requests import (
    READABLE_PICTURES,
    apply_reference_style,
    check_refusal,
    picture,
)

REFUSED = [
    ({"RawImageIndex": ...}, "RawImageIndex"),
    ({"StyleImageIndex": ...}, "StyleImageIndex"),
    ({"RawImageIndex": 2}, "RawImageIndex"),
    ({"StyleImageIndex": 2}, "StyleImageIndex"),
    ({"StyleImageIndex": -1}, "StyleImageIndex"),
    ({"RawImageIndex": "0"}, "RawImageIndex"),
    ({"StyleReferStrength": 1.01}, "StyleReferStrength"),
    ({"StyleReferStrength": -0.01}, "StyleReferStrength"),
    ({"ImageList": ...}, "ImageList"),
    ({"ImageList": [picture(), "????"]}, "ImageList[1]"),
]


@pytest.mark.parametrize(("changes", "field"), REFUSED)
def test_what_the_page_does_not_allow_is_refused_and_the_field_is_named(changes, field):
    check_refusal(read, apply_reference_style(**changes), field, absent=list(changes.values()) == [...])


@pytest.mark.parametrize("encoded", READABLE_PICTURES)
def test_pictures_come_as_data_uri_or_bare_base64_in_three_formats_and_any_mode(encoded):
    read(apply_reference_style(ImageList=[encoded, encoded]))
