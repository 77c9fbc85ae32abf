"""Small requests that the Actions accept, with changes, and what a refusal of one must say."""

import base64
from io import BytesIO

import pytest
from comfyui_picpik.sandbox.answers import Refusal, RetCode
from PIL import Image


def picture(width=8, height=6, file_format="PNG", mode="RGB"):
    file = BytesIO()
    Image.new(mode, (width, height), "white").save(file, file_format)
    return base64.b64encode(file.getvalue()).decode()


READABLE_PICTURES = [
    picture(),
    "data:image/png;base64," + picture(),
    "data:image/jpeg;base64," + picture(file_format="JPEG"),
    picture(file_format="WEBP"),
    picture(mode="RGBA"),
    picture(mode="L"),
    picture(mode="P"),
]
"""Bare Base64 and data URIs, in three formats, of any mode."""


def generate_patterns_from_image(**changes):
    parameters = {
        "Action": "GeneratePatternsFromImage",
        "MainModel": {"ModelCode": "PICPIK General"},
        "RawImage": picture(),
        "Box": [0, 0, 8, 6],
    }
    return _changed(parameters, changes)


def apply_reference_pattern(**changes):
    parameters = {
        "Action": "ApplyReferencePattern",
        "MainModel": {"ModelCode": "PICPIK General"},
        "RawImageIndex": 0,
        "MaskIndex": 1,
        "PatternImageIndex": 2,
        "ImageAndMaskList": [picture(), picture(mode="L"), picture(4, 4)],
    }
    return _changed(parameters, changes)


def apply_reference_style(**changes):
    parameters = {
        "Action": "ApplyReferenceStyle",
        "MainModel": {"ModelCode": "PICPIK General"},
        "RawImageIndex": 0,
        "StyleImageIndex": 1,
        "ImageList": [picture(), picture(4, 4)],
    }
    return _changed(parameters, changes)


def generate_images(**changes):
    return _changed({"Action": "GenerateImages", "MainModel": {"ModelCode": "PICPIK General"}}, changes)


def remove_background(**changes):
    return _changed({"Action": "RemoveBackground", "RawImage": picture()}, changes)


def extract_contents(**changes):
    return _changed(
        {"Action": "ExtractContents", "RawImage": picture(), "IncludePointList": [{"X": 7, "Y": 5}]}, changes
    )


def remove_contents(**changes):
    return _changed({"Action": "RemoveContents", "RawImage": picture(), "Mask": picture(mode="L")}, changes)


def resize_image(**changes):
    return _changed({"Action": "ResizeImage", "Width": 64, "Height": 96, "Image": picture()}, changes)


def describe_images(**changes):
    return _changed({"Action": "DescribeImages", "ImageList": [picture(), picture(4, 4)]}, changes)


MATTING_REFUSED = [
    ({"ErodeSize": -1}, "ErodeSize"),
    ({"ErodeSize": 41}, "ErodeSize"),
    ({"ErodeSize": 1.5}, "ErodeSize"),
    ({"ForegroundThreshold": -1}, "ForegroundThreshold"),
    ({"ForegroundThreshold": 256}, "ForegroundThreshold"),
    ({"BackgroundThreshold": -1}, "BackgroundThreshold"),
    ({"BackgroundThreshold": 256}, "BackgroundThreshold"),
    ({"HairOptimization": "maybe"}, "HairOptimization"),
    ({"HairOptimization": True}, "HairOptimization"),
    ({"OnlyMask": 0}, "OnlyMask"),
]
"""What the parameters of both matting Actions may not be."""


def check_refusal(read, request, field, *, absent=False):
    """`read` refuses the request, and names the field."""
    with pytest.raises(Refusal) as refusal:
        read(request)
    assert refusal.value.ret_code == (RetCode.PARAMETER_MISSING if absent else RetCode.PARAMETER_WRONG)
    assert f"[{field}]" in refusal.value.message


def _changed(parameters, changes):
    return {name: value for name, value in (parameters | changes).items() if value is not ...}
