"""Palettes as text: read as people write them, and refused with a remedy."""

import numpy as np
import pytest
from comfyui_picpik.pattern import (
    MOST_COLOURS,
    PatternRefused,
    palette_lines,
    palette_of_each,
    palettes_text,
    parse_palettes,
)

RUST, NIGHT, SAND = (0xBF, 0x5B, 0x3F), (0x11, 0x22, 0x33), (0xEE, 0xDD, 0xCC)


def read(text):
    return [[tuple(colour) for colour in palette.tolist()] for palette in parse_palettes("palette", text)]


@pytest.mark.parametrize(
    ("text", "palettes"),
    [
        ("#bf5b3f", [[RUST]]),
        ("  BF5B3F\n#123\n\n", [[RUST, NIGHT]]),
        ("#bf5b3f, #123; #edc", [[RUST, NIGHT, SAND]]),
        ("#bf5b3f\r\n#123\r\n\r\n#edc\r\n", [[RUST, NIGHT], [SAND]]),
        ("#bf5b3f\n \t\n\n#123\n#123", [[RUST], [NIGHT, NIGHT]]),
    ],
)
def test_colours_are_read_in_the_order_of_the_text(text, palettes):
    assert read(text) == palettes


def test_what_is_written_is_read_again():
    palettes = [np.random.default_rng(7).integers(0, 256, (count, 3), np.uint8) for count in (1, 5, MOST_COLOURS)]
    text = palettes_text(palettes)
    again = parse_palettes("palette", text)
    assert all(np.array_equal(one, other) for one, other in zip(palettes, again, strict=True))
    assert text.split("\n\n")[1].split("\n") == palette_lines(palettes[1])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "palette: it has no colours."),
        (" \n\n ", "palette: it has no colours."),
        ("#bf5b3", "“#bf5b3” is no colour."),
        ("#bf5b3f red", "“red” is no colour."),
        ("#1234567", "“#1234567” is no colour."),
        ("#000\n" * (MOST_COLOURS + 1), f"{MOST_COLOURS + 1} colours are more than {MOST_COLOURS}."),
    ],
)
def test_what_is_no_palette_is_refused_with_a_remedy(text, problem):
    with pytest.raises(PatternRefused) as refused:
        parse_palettes("palette", text)
    assert problem in refused.value.problem and refused.value.remedy
    assert refused.value.input == "palette"


@pytest.mark.parametrize(("given", "prints", "each"), [("a", 1, "a"), ("a", 3, "aaa"), ("abc", 3, "abc")])
def test_one_palette_serves_all_prints_or_each_has_its_own(given, prints, each):
    assert palette_of_each("palette", given, prints) == list(each)


@pytest.mark.parametrize(
    ("given", "prints", "problem"),
    [("ab", 1, "2 palettes are too many for one print."), ("ab", 3, "2 palettes are not as many as the 3 prints.")],
)
def test_other_numbers_of_palettes_are_refused(given, prints, problem):
    with pytest.raises(PatternRefused, match=problem):
        palette_of_each("palette", given, prints)
