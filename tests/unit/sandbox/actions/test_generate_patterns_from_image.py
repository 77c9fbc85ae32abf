"""What GeneratePatternsFromImage accepts and refuses, one row for each field of its own."""

import base64

import pytest
from comfyui_picpik.sandbox.actions.generate_patterns_from_image import read
from comfyui_picpik.tests.unit.sandbox.actions.example_requests import (
    READABLE_PICTURES,
    check_refusal,
    generate_patterns_from_image,
    picture,
)

REFUSED = [
    ({"RawImage": ...}, "RawImage"),
    ({"RawImage": None}, "RawImage"),
    ({"RawImage": ["x"]}, "RawImage"),
    ({"RawImage": ""}, "RawImage"),
    ({"RawImage": "imagebase64!"}, "RawImage"),
    ({"RawImage": "data:image/png;base64"}, "RawImage"),
    ({"RawImage": "data:text/plain;base64," + picture()}, "RawImage"),
    ({"RawImage": "data:image/png," + picture()}, "RawImage"),
    ({"RawImage": base64.b64encode(b"not a picture").decode()}, "RawImage"),
    ({"RawImage": picture(file_format="BMP")}, "RawImage"),
    ({"RawImage": base64.b64encode(base64.b64decode(picture(64, 64))[:60]).decode()}, "RawImage"),
    ({"Box": "0,0,8,6"}, "Box"),
    ({"Box": [0, 0, 8]}, "Box"),
    ({"Box": [0, 0, 8, 6, 1]}, "Box"),
    ({"Box": []}, "Box"),
    ({"Box": [0, 0, 8, "6"]}, "Box[3]"),
    ({"Box": [0, 0, 8, 6.0]}, "Box[3]"),
    ({"Box": [0, 0, True, 6]}, "Box[2]"),
    ({"Box": [4, 0, 4, 6]}, "Box"),
    ({"Box": [5, 0, 4, 6]}, "Box"),
    ({"Box": [0, 6, 8, 0]}, "Box"),
    ({"Box": [-1, 0, 8, 6]}, "Box"),
    ({"Box": [0, -1, 8, 6]}, "Box"),
    ({"Box": [0, 0, 9, 6]}, "Box"),
    ({"Box": [0, 0, 8, 7]}, "Box"),
    ({"Tiling": 1}, "Tiling"),
    ({"Tiling": None}, "Tiling"),
]


@pytest.mark.parametrize(("changes", "field"), REFUSED)
def test_what_the_page_does_not_allow_is_refused_and_the_field_is_named(changes, field):
    check_refusal(read, generate_patterns_from_image(**changes), field, absent=list(changes.values()) == [...])


@pytest.mark.parametrize("encoded", READABLE_PICTURES)
def test_pictures_come_as_data_uri_or_bare_base64_in_three_formats_and_any_mode(encoded):
    read(generate_patterns_from_image(RawImage=encoded))


def test_what_is_not_sent_has_its_documented_default():
    task = read(generate_patterns_from_image(Box=...))
    assert 0 <= task.seed <= 2147483647
    assert (task.results.count, task.credits) == (1, 63)  # ten steps
    assert task.results.make(0).shape == (1024, 1024, 3)
