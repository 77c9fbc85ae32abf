"""The icon and the banner of the registry: drawn by the pack, and as they lie in `docs`."""

import numpy as np
from comfyui_picpik.artwork.emblems import banner, icon
from comfyui_picpik.tests.paths import ROOT
from PIL import Image

DOCS = ROOT / "docs"


def test_the_icon_is_a_square_of_at_most_400_pixels_and_the_one_that_is_drawn():
    drawn = icon()
    shown = np.asarray(Image.open(DOCS / "icon.png"), np.float32) / 255

    assert drawn.shape == shown.shape == (400, 400, 3)
    assert 0 <= drawn.min() < drawn.max() <= 1
    assert np.abs(drawn - shown).max() < 0.02


def test_the_banner_is_21_to_9_and_the_one_that_is_drawn():
    drawn = banner()
    shown = np.asarray(Image.open(DOCS / "banner.jpg"), np.float32) / 255

    assert drawn.shape == shown.shape == (900, 2100, 3)
    assert drawn.shape[1] * 9 == drawn.shape[0] * 21
    assert np.abs(drawn - shown).mean() < 0.02
