"""What a service says, without what is nobody else's business: keys, prompts, names of files and tasks, addresses.

A Message is kept because it may explain a code that no page lists. Services echo what they were sent in it, so
everything in it that was sent is taken out, and whatever looks like a secret, too.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

HIDDEN = "…"
_LONGEST = 160
_MOST_CHARACTERS = 20_000
"""Of what was sent; longer prompts are cut, and what is cut off is not looked for."""

_URL = re.compile(r"\b(https?://)([^/\s\"'<>]+)[^\s\"'<>]*", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
_IP = re.compile(r"\b\d{1,3}(\.\d{1,3}){3}\b|\b[0-9a-f]{0,4}(:[0-9a-f]{0,4}){3,7}\b", re.IGNORECASE)
_TOKEN = re.compile(r"[\w+/=.-]{16,}", re.ASCII)
_LONG_NUMBER = re.compile(r"\d{5,}")
_UNSPACED = "\u0e00-\u0eff\u2e80-\ud7ff\uf900-\ufaff"  # Thai, Lao, Chinese, Japanese, Korean
_UNSPACED_RUN = re.compile(f"[{_UNSPACED}]+")
_WORD = re.compile(rf"[^\W_{_UNSPACED}][^\W{_UNSPACED}-]{{2,}}")


def sent_texts(value: Any) -> tuple[str, ...]:
    """The texts in the parameters of a request, without names of fields, and without pictures."""
    return tuple(_texts(value))


def redacted(said: str, sent: Collection[str]) -> str:
    """`said` in one line of at most 160 characters, without anything of `sent` or what looks like a secret."""
    text = " ".join(said.split())[: 4 * _LONGEST]
    for secret in sorted(filter(_is_telling, sent), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    text = _URL.sub(lambda url: f"{url[1]}{url[2].rpartition('@')[2]}/{HIDDEN}", text)
    for pattern in (_MAIL, _IP):
        text = pattern.sub(HIDDEN, text)
    text = _TOKEN.sub(lambda token: HIDDEN if _looks_secret(token[0]) else token[0], text)
    everything = "\n".join(sent)[:_MOST_CHARACTERS].lower()
    text = _without_words(text, everything)
    text = _without_unspaced(text, everything)
    return _LONG_NUMBER.sub("#", text)[:_LONGEST]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _texts(inner)


def _is_telling(text: str) -> bool:
    return len(text) > 3 or not text.isascii()


def _looks_secret(token: str) -> bool:
    return len(token) >= 32 or any(character.isdigit() for character in token)


def _without_words(text: str, sent: str) -> str:
    words = {word.lower() for word in _WORD.findall(sent)}
    return _WORD.sub(lambda word: HIDDEN if _is_of(word[0].lower(), words) else word[0], text)


def _is_of(word: str, words: Iterable[str]) -> bool:
    """Is it one of the words, or are they forms of the same?"""
    return any(
        word == other or (min(len(word), len(other)) > 3 and (word in other or other in word)) for other in words
    )


def _without_unspaced(text: str, sent: str) -> str:
    """In scripts without spaces between words, what was sent is known by its pairs of characters."""
    pairs = {run[i : i + 2] for run in _UNSPACED_RUN.findall(sent) for i in range(len(run) - 1)}

    def hide(run: re.Match[str]) -> str:
        characters = run[0]
        is_sent = [False] * len(characters)
        for i in range(len(characters) - 1):
            if characters[i : i + 2].lower() in pairs:
                is_sent[i] = is_sent[i + 1] = True
        shown = "".join(HIDDEN if hidden else each for each, hidden in zip(characters, is_sent, strict=True))
        return re.sub(f"{HIDDEN}+", HIDDEN, shown)

    return _UNSPACED_RUN.sub(hide, text)
