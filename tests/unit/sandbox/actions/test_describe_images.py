"""What DescribeImages accepts and refuses, one row for each field of its own."""

import pytest
from comfyui_picpik.sandbox.actions.describe_images import read
from comfyui_picpik.tests.unit.sandbox.actions.example_requests import (
    READABLE_PICTURES,
    check_refusal,
    describe_images,
    picture,
)

REFUSED = [
    ({"ImageList": ...}, "ImageList"),
    ({"ImageList": []}, "ImageList"),
    ({"ImageList": picture()}, "ImageList"),
    ({"ImageList": [picture(), "imagebase64"]}, "ImageList[1]"),
    ({"TranslateDescription": "xx"}, "TranslateDescription"),
    ({"TranslateDescription": "English"}, "TranslateDescription"),
]


@pytest.mark.parametrize(("changes", "field"), REFUSED)
def test_what_the_page_does_not_allow_is_refused_and_the_field_is_named(changes, field):
    check_refusal(read, describe_images(**changes), field, absent=list(changes.values()) == [...])


@pytest.mark.parametrize("encoded", READABLE_PICTURES)
def test_pictures_come_as_data_uri_or_bare_base64_in_three_formats_and_any_mode(encoded):
    read(describe_images(ImageList=[encoded]))


def test_each_picture_has_a_text_in_the_language_that_was_asked_for():
    texts = {}
    for language in ("en", "zh", "ja", "ko", "fr", "es", "it", "de", "tr", "ru", "pt", "vi", "id", "th", "ms"):
        spec = read(describe_images(TranslateDescription=language))
        assert spec.results.count == 2
        texts[language] = spec.results.make(0)
        assert spec.results.make(0) == spec.results.make(1)
    assert len(set(texts.values())) == 15
    assert texts["en"] == "a plain surface, colours: white"
    default = read(describe_images())
    assert default.results.make(0) == texts["en"]
