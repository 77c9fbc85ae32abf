"""OKLab as its author defines it, and back to the level."""

import numpy as np
import pytest
from comfyui_picpik.pattern.oklab import levels_to_oklab, linear_light, to_levels, to_oklab, to_srgb


@pytest.mark.parametrize(
    ("srgb", "oklab"),
    [
        ((0, 0, 0), (0, 0, 0)),
        ((1, 1, 1), (1, 0, 0)),
        ((1, 0, 0), (0.62796, 0.22486, 0.12585)),
        ((0, 1, 0), (0.86644, -0.23389, 0.17950)),
        ((0, 0, 1), (0.45201, -0.03246, -0.31153)),
    ],
)
def test_the_primaries_are_where_css_color_4_has_them(srgb, oklab):
    assert to_oklab(np.array(srgb)) == pytest.approx(oklab, abs=2e-4)
    assert to_srgb(np.array(oklab)) == pytest.approx(srgb, abs=2e-3)


def test_every_level_comes_back_exactly():
    steps = np.arange(0, 256, 5, dtype=np.uint8)
    levels = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(-1, 3)
    assert np.array_equal(to_levels(levels_to_oklab(levels)), levels)
    assert np.allclose(levels_to_oklab(levels), to_oklab(levels / 255), atol=1e-6)


def test_what_no_screen_shows_is_brought_to_one_that_does():
    shown = to_srgb(np.array([[0.7, 0.4, 0.0], [1.4, 0.0, 0.0], [-0.2, 0.0, 0.0]]))
    assert shown.min() >= 0 and shown.max() <= 1
    assert shown[1] == pytest.approx([1, 1, 1])


def test_half_the_light_is_level_188():
    assert linear_light(np.array([188 / 255])) == pytest.approx(0.5, abs=0.01)
