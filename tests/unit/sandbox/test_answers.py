"""How empty optional fields of an answer are shown."""

import pytest
from comfyui_picpik.sandbox import Quirks
from comfyui_picpik.sandbox.answers import optional_fields


@pytest.mark.parametrize(
    ("empty", "shown"),
    [
        ("kept", {"Seed": 0, "ImgList": [], "ErrorCode": 0, "ErrorMassage": "", "TxtList": ["a"]}),
        ("omitted", {"TxtList": ["a"]}),
        ("null", {"Seed": None, "ImgList": None, "ErrorCode": 0, "ErrorMassage": "", "TxtList": ["a"]}),
    ],
)
def test_empty_fields_are_kept_left_out_or_null(empty, shown):
    fields = {"Seed": None, "ImgList": [], "ErrorCode": 0, "ErrorMassage": "", "TxtList": ["a"]}
    assert optional_fields(fields, Quirks(empty=empty)) == shown
