"""Which ink stands for a colour, and which two make it."""

import numpy as np
from comfyui_picpik.pattern.colours import keys_of
from comfyui_picpik.pattern.inks import mixtures, nearest
from comfyui_picpik.pattern.oklab import levels_to_oklab
from hypothesis import given, settings, strategies as st

exactly = settings(derandomize=True, max_examples=40, database=None)
counts = st.sampled_from([1, 2, 8, 32])


def drawn(seed, count):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (500, 3), np.uint8), rng.integers(0, 256, (count, 3), np.uint8)


@exactly
@given(seed=st.integers(0, 2**16), count=counts)
def test_the_ink_is_the_nearest_one_in_oklab(seed, count):
    colours, palette = drawn(seed, count)
    away = np.linalg.norm(levels_to_oklab(colours)[:, None].astype(float) - levels_to_oklab(palette), axis=2)
    found = away[np.arange(len(colours)), nearest(keys_of(colours), palette)]
    assert np.allclose(found, away.min(1), atol=1e-5)


def test_many_colours_get_the_same_ink_as_few():
    colours = np.random.default_rng(3).integers(0, 256, (50_000, 3), np.uint8)
    palette = colours[:8]
    whole = nearest(keys_of(colours), palette)
    parts = [nearest(keys_of(part), palette) for part in np.array_split(colours, 100)]
    assert np.array_equal(whole, np.concatenate(parts))


@exactly
@given(seed=st.integers(0, 2**16), count=counts)
def test_an_ink_is_no_mixture_and_no_mixture_has_more_of_the_second_ink(seed, count):
    colours, palette = drawn(seed, count)
    first, _, share = mixtures(keys_of(colours), palette)
    assert np.array_equal(first, nearest(keys_of(colours), palette))
    assert share.min() >= 0 and share.max() <= 0.5
    assert mixtures(keys_of(palette), palette).share.max() == 0


def test_grey_is_as_much_white_as_it_has_light():
    grey = np.array([[137, 137, 137]], np.uint8)  # a quarter of the light of white
    black_and_white = np.array([[255, 255, 255], [0, 0, 0]], np.uint8)
    first, second, share = mixtures(keys_of(grey), black_and_white)
    lights = {int(first[0]): 1 - share[0], int(second[0]): share[0]}
    assert abs(lights[0] - 0.5) <= 0.26 and set(lights) == {0, 1}
