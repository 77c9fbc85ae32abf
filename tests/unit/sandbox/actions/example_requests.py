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
    return {name: value for name, value in (parameters | changes).items() if value is not ...}


def apply_reference_pattern(**changes):
    parameters = {
        "Action": "ApplyReferencePattern",
        "MainModel": {"ModelCode": "PICPIK General"},
        "RawImageIndex": 0,
        "MaskIndex": 1,
        "PatternImageIndex": 2,
        "ImageAndMaskList": [picture(), picture(mode="L"), picture(4, 4)],
    }
    return {name: value for name, value in (parameters | changes).items() if value is not ...}


def check_refusal(read, request, field, *, absent=False):
    """`read` refuses the request, and names the field."""
    with pytest.raises(Refusal) as refusal:
        read(request)
    assert refusal.value.ret_code == (RetCode.PARAMETER_MISSING if absent else RetCode.PARAMETER_WRONG)
    assert f"[{field}]" in refusal.value.message
