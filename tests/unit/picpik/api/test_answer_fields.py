"""What of an answer can be relied on."""

import pytest
from comfyui_picpik.picpik.api.answer_fields import text, texts, whole_number


@pytest.mark.parametrize("number", [0, -1, 60, 2**63 - 1, -(2**63) + 1])
def test_a_whole_number_of_64_bits_is_read(number):
    assert whole_number(number) == number


@pytest.mark.parametrize("junk", [None, True, False, "5", 1.5, 60.0, 2**63, 10**400, [], {}])
def test_anything_else_is_no_number(junk):
    assert whole_number(junk) is None


@pytest.mark.parametrize(
    ("value", "read"),
    [("", ""), (" a ", " a "), ("亚麻 🙂", "亚麻 🙂"), ("a\ud800b", "a?b"), (None, ""), (5, ""), (["a"], ""), ({}, "")],
)
def test_a_text_can_always_be_written_as_utf_8(value, read):
    assert text(value) == read
    assert text(value).encode() is not None


@pytest.mark.parametrize(
    ("listed", "read"),
    [
        (["a", "", "b"], ("a", "", "b")),
        (["a", 5, None, "\udfff"], ("a", "?")),
        ("abc", ()),
        (5, ()),
        (None, ()),
        ({}, ()),
    ],
)
def test_a_broken_text_of_a_list_does_not_take_the_others_along(listed, read):
    assert texts(listed) == read
