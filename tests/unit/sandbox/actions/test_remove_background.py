"""What RemoveBackground accepts and refuses, one row for each field of its own."""

import pytest
from comfyui_picpik.sandbox.actions.remove_background import read
from comfyui_picpik.tests.unit.sandbox.actions.example_requests import (
    MATTING_REFUSED,
    READABLE_PICTURES,
    check_refusal,
    remove_background,
)

REFUSED = [
    ({"RawImage": ...}, "RawImage"),
    ({"RawImage": "imagebase64"}, "RawImage"),
    ({"Box": [0, 0, 8]}, "Box"),
    ({"Box": [0, 0, 9, 6]}, "Box"),
    ({"Box": [4, 0, 4, 6]}, "Box"),
    ({"Box": [-1, 0, 4, 6]}, "Box"),
    ({"Box": "0,0,8,6"}, "Box"),
    ({"Box": [0, 0, 8.0, 6]}, "Box[2]"),
    *MATTING_REFUSED,
]


@pytest.mark.parametrize(("changes", "field"), REFUSED)
def test_what_the_page_does_not_allow_is_refused_and_the_field_is_named(changes, field):
    check_refusal(read, remove_background(**changes), field, absent=list(changes.values()) == [...])


@pytest.mark.parametrize("encoded", READABLE_PICTURES)
def test_pictures_come_as_data_uri_or_bare_base64_in_three_formats_and_any_mode(encoded):
    read(remove_background(RawImage=encoded))


def test_it_gives_one_transparent_picture_and_only_the_mask_if_that_is_asked_for():
    for changes in ({}, {"Box": [1, 1, 7, 5]}):
        spec = read(remove_background(**changes))
        assert (spec.results.count, spec.seed) == (1, None)
        assert spec.results.make(0).shape == (6, 8, 4)
        assert read(remove_background(OnlyMask=True, **changes)).results.make(0).shape == (6, 8)
