"""The translations that ComfyUI reads: both languages say the same things of the same inputs.

Whether they are those of the nodes is compared with a running server (tests/comfy/locales/test_locales.py).
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from comfyui_picpik.tests.paths import ROOT

LOCALES = ROOT / "locales"
FILES = ("main.json", "nodeDefs.json", "settings.json")


def load(language: str, file: str) -> Any:
    return json.loads((LOCALES / language / file).read_text("utf-8"))


def places(content: Any, place: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(content, dict):
        for name, inner in content.items():
            yield from places(inner, f"{place}/{name}")
    else:
        yield place, content


@pytest.mark.parametrize("file", FILES)
def test_both_languages_have_the_same_entries(file: str):
    assert {place for place, _ in places(load("en", file))} == {place for place, _ in places(load("zh", file))}


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_entry_is_empty(language: str, file: str):
    assert [place for place, text in places(load(language, file)) if not text.strip()] == []


def test_chinese_tooltips_are_chinese():
    tooltips = [(place, text) for place, text in places(load("zh", "nodeDefs.json")) if place.endswith("/tooltip")]
    assert tooltips
    assert [place for place, text in tooltips if not any("\u4e00" <= letter <= "\u9fff" for letter in text)] == []


def test_every_api_field_named_in_english_is_named_in_chinese():
    english, chinese = (dict(places(load(language, "nodeDefs.json"))) for language in ("en", "zh"))
    named = {place: text.rpartition("(API: ")[2].rstrip(").") for place, text in english.items() if "(API: " in text}
    assert [place for place, field in named.items() if field.split(")")[0] not in chinese[place]] == []
