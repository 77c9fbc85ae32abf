"""What RemoveContents puts on the wire, to the letter of its API page, and what it refuses before that."""

import pytest
from comfyui_picpik.picpik.api import DataUri, RemoveContents

RAW, MASK = (DataUri("image/png", (text,)) for text in (b"UkFX", b"TUFTSw=="))


def test_remove_contents_sends_every_parameter_of_its_page():
    assert RemoveContents(RAW, MASK, 64).to_params() == {
        "Action": "RemoveContents",
        "RawImage": RAW,
        "Mask": MASK,
        "InvertMask": False,
        "MaskBlur": 64,
    }


def test_the_default_is_that_of_the_page():
    assert RemoveContents(RAW, MASK).to_params()["MaskBlur"] == 12


@pytest.mark.parametrize(
    ("build", "input"),
    [
        (lambda: RemoveContents(RAW, MASK, -1), "mask_blur"),
        (lambda: RemoveContents(RAW, MASK, 65), "mask_blur"),
        (lambda: RemoveContents(RAW, MASK, attempt=-1), "attempt"),
    ],
)
def test_a_value_outside_its_documented_range_is_refused_by_its_input_name(build, input, assert_refused):
    assert_refused(build, input)
