"""Telling light from print."""

import numpy as np
from comfyui_picpik.sandbox.pictures.processing.light import light_on
from comfyui_picpik.tests.unit.sandbox.pictures.printed_cloth import cloth, folds


def test_the_light_is_told_from_the_print():
    picture = cloth().astype(np.float32) / 255
    light = light_on(picture, np.ones(picture.shape[:2], np.float32))
    assert np.corrcoef(light.ravel(), folds()[1].ravel())[0, 1] > 0.95
