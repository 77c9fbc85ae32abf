"""What DescribeImages says of pictures whose motif and colours are known."""

import numpy as np
import pytest
from comfyui_picpik import artwork
from comfyui_picpik.sandbox.pictures.describe_images import description
from comfyui_picpik.sandbox.pictures.wording import LANGUAGES

STRIPES = np.tile(np.repeat(np.array([(200, 30, 30), (250, 250, 250)], np.uint8), 16, axis=0)[None], (256, 8, 1))


def plain(*colour: int) -> np.ndarray:
    return np.full((90, 120, 3), colour, np.uint8)


@pytest.mark.parametrize(
    ("picture", "text"),
    [
        (plain(250, 250, 250), "a plain surface, colours: white"),
        (plain(10, 10, 12), "a plain surface, colours: black"),
        (plain(30, 60, 160), "a plain surface, colours: blue"),
        (plain(40, 140, 60), "a plain surface, colours: green"),
        (plain(240, 150, 30), "a plain surface, colours: orange"),
        (plain(100, 65, 35), "a plain surface, colours: brown"),
        (plain(235, 222, 195), "a plain surface, colours: beige"),
        (plain(240, 160, 180), "a plain surface, colours: pink"),
        (STRIPES, "stripes, colours: red, white"),
        (STRIPES.transpose(1, 0, 2), "stripes, colours: red, white"),
    ],
)
def test_motif_and_colours_are_named(picture, text):
    assert sorted(description(picture, "en").replace(",", "").split()) == sorted(text.replace(",", "").split())


def test_the_example_pattern_is_a_print_in_its_colours():
    text = description(np.rint(artwork.pattern() * 255).astype(np.uint8), "en")
    print, colours = text.split(", colours: ")
    assert (print, {*colours.split(", ")}) == ("a repeating print", {"beige", "turquoise", "orange", "pink"})


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_it_in_full(language):
    picture = np.rint(artwork.pattern() * 255).astype(np.uint8)
    told = description(picture, language)
    assert told.count(",") == 4 and ":" in told
    assert language == "en" or told != description(picture, "en")
