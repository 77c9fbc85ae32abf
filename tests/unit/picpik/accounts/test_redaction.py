"""What a service says is kept without what was sent, and without what looks like a secret."""

import pytest
from comfyui_picpik.picpik.accounts.redaction import redacted, sent_texts
from hypothesis import given, strategies as st

KEY = "ALLak9M4cNdHXKOJAJJ4k8Hh1hZS2EgJF1D0FlPwfl"
UID = "cktlm6lrh4miq8ng9nf0"
PROMPTS = ("blue elephants on linen", "红苹果和花", "a cat")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Signature is wrong", "Signature is wrong"),
        ("Params [PatternReferStrength] not available: must be in 0..1", None),
        ("Params [Width] not available: must be in 64..2560, not 4096", None),
        (f"user {KEY} does not exist", "user … does not exist"),
        (f"task {UID} does not exist", "task … does not exist"),
        ("task 8482d350-04f9-421b-817b-1d98b3a4dcfa is gone", "task … is gone"),
        ("see https://cdn.picpik.ai/results/1.png?Signature=abc for it", "see https://cdn.picpik.ai/… for it"),
        ("see https://me:secret@cdn.picpik.ai/x", "see https://cdn.picpik.ai/…"),
        ("ip 203.0.113.77 is not allowed", "ip … is not allowed"),
        ("ask jane.doe@example.com", "ask …"),
        ("the prompt has forbidden words: elephants", "the prompt has forbidden words: …"),
        ("the prompt has forbidden words: elephant", "the prompt has forbidden words: …"),
        ("forbidden: blue elephants on linen!", "forbidden: …!"),
        ("提示词“红苹果”不可用", "提示词“…”不可用"),
        ("balance 1234567 is too low", "balance # is too low"),
        ("two\nlines   and spaces", "two lines and spaces"),
        ("iVBORw0KGgoAAAANSUhEUgAAAEAAAABA is no picture", "… is no picture"),
    ],
)
def test_a_message_keeps_its_words_and_nothing_of_what_was_sent(said: str, kept: str | None):
    assert redacted(said, (KEY, *PROMPTS)) == (said if kept is None else kept)


def test_a_message_is_kept_in_one_short_line():
    assert len(redacted("very " * 100, ())) == 160


def test_the_texts_of_a_request_are_all_that_is_in_it_but_names_and_pictures():
    params = {"Action": "A", "PositivePrompts": ["one", "two"], "MainModel": {"ModelCode": "m"}, "Seed": 5}
    assert sent_texts(params) == ("A", "one", "two", "m")


WORDS = st.text("abcdefghijklmnopqrstuvwxyzäöü", min_size=4, max_size=12)


@given(st.lists(WORDS, min_size=1, max_size=5), st.lists(WORDS, max_size=5), st.randoms())
def test_no_word_of_a_prompt_is_in_what_is_kept(prompt, others, random):
    words = [*prompt, *others]
    random.shuffle(words)
    kept = redacted(" ".join(words), (" ".join(prompt),)).split()
    assert not set(prompt) & set(kept)


@given(st.text("红蓝花布图案苹果大象", min_size=2, max_size=8), st.text("提示词不可用的原因", max_size=8))
def test_no_two_neighbours_of_a_prompt_without_spaces_are_in_what_is_kept(prompt, around):
    kept = redacted(f"{around}{prompt}{around}", (prompt,))
    assert not any(prompt[i : i + 2] in kept for i in range(len(prompt) - 1))
