"""What ResizeImage accepts and refuses, one row for each field of its own."""

import pytest
from comfyui_picpik.sandbox.actions.resize_image import read
from comfyui_picpik.tests.unit.sandbox.actions.example_requests import (
    READABLE_PICTURES,
    check_refusal,
    resize_image,
)

REFUSED = [
    ({"Image": ...}, "Image"),
    ({"Image": "imagebase64"}, "Image"),
    ({"Width": ...}, "Width"),
    ({"Height": ...}, "Height"),
    ({"Width": 63}, "Width"),
    ({"Width": 4097}, "Width"),
    ({"Height": 63}, "Height"),
    ({"Height": 4097}, "Height"),
    ({"Height": "96"}, "Height"),
]


@pytest.mark.parametrize(("changes", "field"), REFUSED)
def test_what_the_page_does_not_allow_is_refused_and_the_field_is_named(changes, field):
    check_refusal(read, resize_image(**changes), field, absent=list(changes.values()) == [...])


@pytest.mark.parametrize("encoded", READABLE_PICTURES)
def test_pictures_come_as_data_uri_or_bare_base64_in_three_formats_and_any_mode(encoded):
    read(resize_image(Image=encoded))


def test_the_picture_has_the_size_that_was_asked_for_and_a_larger_one_costs_more():
    spec = read(resize_image())
    assert spec.results.make(0).shape == (96, 64, 3)
    assert read(resize_image(Width=4096, Height=4096)).credits > spec.credits
