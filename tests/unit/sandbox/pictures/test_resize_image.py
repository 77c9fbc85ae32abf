"""What ResizeImage makes of a picture."""

import numpy as np
import pytest
from comfyui_picpik import artwork
from comfyui_picpik.sandbox.pictures.resize_image import enlarged
from PIL import Image


@pytest.mark.parametrize("size", [(64, 64), (300, 128), (1024, 1024)])
def test_it_has_the_size_that_was_asked_for(size):
    picture = np.random.default_rng(1).integers(0, 256, (96, 128, 3)).astype(np.uint8)
    assert enlarged(picture, size).shape == (size[1], size[0], 3)


def test_it_shows_the_same_and_is_sharper_than_a_plain_enlargement():
    whole = np.rint(artwork.pattern() * 255).astype(np.uint8)
    small = np.asarray(Image.fromarray(whole).resize((192, 192), Image.Resampling.BOX))
    made = enlarged(small, (768, 768)).astype(float)
    plain = np.asarray(Image.fromarray(small).resize((768, 768), Image.Resampling.BICUBIC)).astype(float)
    assert np.abs(made - whole).mean() < np.abs(plain - whole).mean()
    assert np.abs(np.diff(made, axis=0)).mean() > np.abs(np.diff(plain, axis=0)).mean()
