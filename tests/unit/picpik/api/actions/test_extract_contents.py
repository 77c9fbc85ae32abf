"""What ExtractContents puts on the wire, to the letter of its API page, and what it refuses before that."""

import hashlib

import pytest
from comfyui_picpik.picpik.api import DataUri, ExtractContents, Matting
from comfyui_picpik.picpik.api.signing import sign

RAW = DataUri("image/jpeg", (b"eHh4",))
MATTING = {
    "ErodeSize": 15,
    "ForegroundThreshold": 240,
    "BackgroundThreshold": 15,
    "HairOptimization": "auto",
    "OnlyMask": False,
}


def test_extract_contents_sends_every_parameter_of_its_page():
    request = ExtractContents(RAW, ((72, 270), (5, 10)), ((0, 1),), Matting(erode_size=3))
    assert request.to_params() == {
        "Action": "ExtractContents",
        "RawImage": RAW,
        "IncludePointList": [{"X": 72, "Y": 270}, {"X": 5, "Y": 10}],
        "ExcludePointList": [{"X": 0, "Y": 1}],
        **MATTING,
        "ErodeSize": 3,
    }


def test_without_points_to_exclude_their_list_is_not_sent():
    assert ExtractContents(RAW, ((72, 270),)).to_params() == {
        "Action": "ExtractContents",
        "RawImage": RAW,
        "IncludePointList": [{"X": 72, "Y": 270}],
        **MATTING,
    }


def test_points_are_signed_each_with_the_names_of_its_fields():
    """The published rule: fields of maps inside arrays are included, sorted within each element."""
    request = ExtractContents(RAW, ((72, 270), (5, 10)))
    text = (
        "ActionExtractContentsBackgroundThreshold15ErodeSize15ForegroundThreshold240HairOptimizationauto"
        "IncludePointListX72Y270X5Y10OnlyMaskfalsePublicKeyabcdefgRawImagedata:image/jpeg;base64,eHh4123456"
    )
    signed = sign({**request.to_params(), "PublicKey": "abcdefg"}, "123456")
    assert signed == hashlib.sha1(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("build", "input"),
    [
        (lambda: ExtractContents(RAW, ()), "include_points"),
        (lambda: ExtractContents(RAW, (), ((1, 1),)), "include_points"),
        (lambda: ExtractContents(RAW, ((1, 1),), attempt=1000), "attempt"),
    ],
)
def test_a_value_outside_its_documented_range_is_refused_by_its_input_name(build, input, assert_refused):
    assert_refused(build, input)
