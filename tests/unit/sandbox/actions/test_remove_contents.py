"""What RemoveContents accepts and refuses, one row for each field of its own."""

import pytest
from comfyui_picpik.sandbox.actions.remove_contents import read
from comfyui_picpik.tests.unit.sandbox.actions.example_requests import (
    READABLE_PICTURES,
    check_refusal,
    picture,
    remove_contents,
)

REFUSED = [
    ({"RawImage": ...}, "RawImage"),
    ({"RawImage": "imagebase64"}, "RawImage"),
    ({"Mask": ...}, "Mask"),
    ({"Mask": "imagebase64"}, "Mask"),
    ({"InvertMask": 1}, "InvertMask"),
    ({"MaskBlur": -1}, "MaskBlur"),
    ({"MaskBlur": 65}, "MaskBlur"),
    ({"MaskBlur": 12.0}, "MaskBlur"),
]


@pytest.mark.parametrize(("changes", "field"), REFUSED)
def test_what_the_page_does_not_allow_is_refused_and_the_field_is_named(changes, field):
    check_refusal(read, remove_contents(**changes), field, absent=list(changes.values()) == [...])


@pytest.mark.parametrize("encoded", READABLE_PICTURES)
def test_pictures_come_as_data_uri_or_bare_base64_in_three_formats_and_any_mode(encoded):
    read(remove_contents(RawImage=encoded, Mask=encoded))


def test_a_mask_of_another_size_and_an_inverted_one_are_taken():
    spec = read(remove_contents(Mask=picture(3, 3, mode="L"), InvertMask=True))
    assert spec.results.make(0).shape == (6, 8, 3)
