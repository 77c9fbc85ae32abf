"""The prints that GenerateImages draws of the words of a prompt."""

import numpy as np
import pytest
from comfyui_picpik.sandbox.pictures.generate_images import PrintDesign
from comfyui_picpik.sandbox.pictures.motifs import DRAWN

NAVY = (0x1D, 0x2F, 0x52)


def drawn(*prompts: str, seed=1, avoided=(), size=(192, 192), tileable=True) -> np.ndarray:
    return PrintDesign(prompts, avoided, size, tileable).picture(seed)


def share(picture: np.ndarray, colour: tuple[int, int, int]) -> float:
    return float((np.abs(picture.astype(int) - colour).max(axis=2) <= 2).mean())


@pytest.mark.parametrize("motif", DRAWN)
@pytest.mark.parametrize("size", [(192, 192), (256, 160), (161, 240)])
def test_a_tile_goes_on_over_its_edges(motif, size):
    """Rolled by half, a tile shows no line where its edges meet: there are steps as large inside it."""
    tile = drawn(motif, size=size).astype(float)
    for axis in (0, 1):
        steps = np.abs(tile - np.roll(tile, 1, axis=axis)).mean(axis=(1 - axis, 2))
        assert steps[0] <= 1.05 * steps[1:].max() + 1


@pytest.mark.parametrize("motif", ["flower", "dot", "star", "heart"])
def test_without_tiling_it_ends_at_its_edges(motif):
    assert not np.array_equal(drawn(motif), drawn(motif, tileable=False))


def test_the_first_colour_named_is_the_ground_and_the_others_are_seen():
    picture = drawn("white dots on navy", "navy")
    assert share(drawn("navy ground with coral flowers"), NAVY) > 0.3
    assert share(picture, (0xF6, 0xF3, 0xEC)) > 0.3


def test_motifs_are_found_in_their_other_words_and_in_the_plural():
    for word, motif in (("blossoms", "flower"), ("daisies and foliage", "leaf"), ("polka", "dot"), ("plaid", "check")):
        assert np.array_equal(drawn(f"navy, cream, {word}", seed=3), drawn(f"navy, cream, {motif}", seed=3))


def test_what_is_to_be_avoided_is_not_drawn():
    assert share(drawn("navy dots", avoided=["navy"]), NAVY) == 0
    assert not np.array_equal(drawn("stars and dots"), drawn("stars and dots", avoided=["dots"]))


def test_seeds_are_variants_and_the_same_one_is_the_same():
    variants = [drawn("flowers in coral and teal", seed=seed).tobytes() for seed in (1, 1, 2, 3)]
    assert variants[0] == variants[1]
    assert len(set(variants)) == 3


def test_words_that_say_nothing_here_still_make_a_print():
    for prompt in ("", "靛蓝色的扇子", "an abstract idea"):
        assert drawn(prompt).std() > 5


@pytest.mark.parametrize("size", [(64, 64), (64, 2560), (2560, 64)])
def test_all_sizes_of_the_page_are_drawn(size):
    for motif in DRAWN:
        assert drawn(motif, size=size).shape == (size[1], size[0], 3)


def test_stripes_of_many_colours_are_drawn_in_little_room():
    colours = "navy cream coral teal mustard olive black pink turquoise"
    assert all(drawn(f"{colours} stripes", size=(64, 64), seed=seed).std() > 5 for seed in range(20))
