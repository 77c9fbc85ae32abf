"""What ExtractContents accepts and refuses, one row for each field of its own."""

import pytest
from comfyui_picpik.sandbox.actions.extract_contents import read
from comfyui_picpik.tests.unit.sandbox.actions.example_requests import (
    MATTING_REFUSED,
    READABLE_PICTURES,
    check_refusal,
    extract_contents,
)

REFUSED = [
    ({"RawImage": ...}, "RawImage"),
    ({"RawImage": "imagebase64"}, "RawImage"),
    ({"IncludePointList": ...}, "IncludePointList"),
    ({"IncludePointList": []}, "IncludePointList"),
    ({"IncludePointList": [[1, 2]]}, "IncludePointList[0]"),
    ({"IncludePointList": [{"X": 1, "Y": 1.5}]}, "IncludePointList[0].Y"),
    ({"IncludePointList": [{"X": 1, "Y": 1}, {"X": 8, "Y": 1}]}, "IncludePointList[1]"),
    ({"IncludePointList": [{"X": 0, "Y": -1}]}, "IncludePointList[0]"),
    ({"ExcludePointList": {"X": 1, "Y": 1}}, "ExcludePointList"),
    ({"ExcludePointList": [{"X": 1, "Y": 6}]}, "ExcludePointList[0]"),
    *MATTING_REFUSED,
]


@pytest.mark.parametrize(("changes", "field"), REFUSED)
def test_what_the_page_does_not_allow_is_refused_and_the_field_is_named(changes, field):
    check_refusal(read, extract_contents(**changes), field, absent=list(changes.values()) == [...])


@pytest.mark.parametrize("encoded", READABLE_PICTURES)
def test_pictures_come_as_data_uri_or_bare_base64_in_three_formats_and_any_mode(encoded):
    read(extract_contents(RawImage=encoded))


def test_it_gives_one_transparent_picture_and_only_the_mask_if_that_is_asked_for():
    for changes in ({}, {"ExcludePointList": [{"X": 0, "Y": 0}]}):
        spec = read(extract_contents(**changes))
        assert (spec.results.count, spec.seed) == (1, None)
        assert spec.results.make(0).shape == (6, 8, 4)
        assert read(extract_contents(OnlyMask=True, **changes)).results.make(0).shape == (6, 8)


def test_a_point_without_one_of_its_fields_is_refused():
    check_refusal(read, extract_contents(IncludePointList=[{"X": 1}]), "IncludePointList[0].Y", absent=True)
