"""What DescribeImages puts on the wire, to the letter of its API page, and what it refuses before that."""

import pytest
from comfyui_picpik.picpik.api import LANGUAGES, DataUri, DescribeImages, ResultKind

ONE, OTHER = (DataUri("image/jpeg", (text,)) for text in (b"T05F", b"T1RI"))
CODES = "en zh ja ko fr es it de tr ru pt vi id th ms"


def test_describe_images_sends_every_parameter_of_its_page_and_english_is_the_default():
    request = DescribeImages((ONE, OTHER))
    assert request.to_params() == {
        "Action": "DescribeImages",
        "ImageList": [ONE, OTHER],
        "TranslateDescription": "en",
    }
    assert (request.RESULT, request.batch_size, request.images) == (ResultKind.TEXTS, 2, (ONE, OTHER))


def test_every_language_of_the_page_is_sent_by_its_code():
    assert [DescribeImages((ONE,), language).to_params()["TranslateDescription"] for language in LANGUAGES] == (
        CODES.split()
    )


@pytest.mark.parametrize(
    ("build", "input"),
    [
        (lambda: DescribeImages((ONE,), "en"), "language"),
        (lambda: DescribeImages((ONE,), "Klingon"), "language"),
        (lambda: DescribeImages((ONE,), attempt=-1), "attempt"),
    ],
)
def test_a_value_outside_its_documented_range_is_refused_by_its_input_name(build, input, assert_refused):
    assert_refused(build, input)
