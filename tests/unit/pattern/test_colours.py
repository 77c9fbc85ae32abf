"""The different colours of a picture."""

import numpy as np
from comfyui_picpik.pattern import colours_of
from comfyui_picpik.pattern.colours import keys_of, levels_of, places_of
from hypothesis import given, settings, strategies as st

exactly = settings(derandomize=True, max_examples=40, database=None)


@exactly
@given(seed=st.integers(0, 2**16), height=st.integers(1, 150), width=st.integers(1, 20), few=st.booleans())
def test_each_pixel_has_its_colour_once(seed, height, width, few):
    levels = np.random.default_rng(seed).integers(0, 3 if few else 256, (height, width, 3), np.uint8)
    colours = colours_of(levels.astype(np.float32) / 255)
    assert np.array_equal(colours.levels, levels)
    assert np.array_equal(levels_of(colours.distinct)[:, ::-1], np.unique(levels[..., ::-1].reshape(-1, 3), axis=0))
    assert np.array_equal(
        colours.spread(np.arange(len(colours.distinct))), np.searchsorted(colours.distinct, colours.keys)
    )


def test_values_between_two_levels_are_the_nearer_one():
    picture = np.array([[[0.49, 0.51, 254.6]]], np.float32) / 255
    assert colours_of(picture).levels.tolist() == [[[0, 1, 255]]]


def test_keys_and_levels_are_the_same_thing():
    levels = np.array([[1, 2, 3], [255, 0, 128]], np.uint8)
    assert keys_of(levels).tolist() == [0x030201, 0x8000FF]
    assert np.array_equal(levels_of(keys_of(levels)), levels)


def test_wanted_keys_are_found_where_they_are():
    is_there, places = places_of(np.array([7, 1, 9, 4], np.int32), np.array([1, 4, 7], np.int32))
    assert is_there.tolist() == [True, True, False, True]
    assert places.tolist() == [2, 0, 1]
