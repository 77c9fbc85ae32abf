"""Finding the repeat of a print."""

import numpy as np
import pytest
from comfyui_picpik.sandbox.pictures.processing.repeat import find_repeat
from comfyui_picpik.sandbox.pictures.processing.tiling import resized_wrapped
from comfyui_picpik.tests.unit.sandbox.pictures.printed_cloth import print_tile


@pytest.mark.parametrize(("across", "down"), [(60, 60), (48, 72)])
def test_the_repeat_of_a_flat_print_is_measured(across, down):
    tile = resized_wrapped(print_tile(), across, down)
    repeat = find_repeat(np.tile(tile, (5, 5, 1)))
    assert repeat.across == pytest.approx((across, 0), abs=0.5)
    assert repeat.down == pytest.approx((0, down), abs=0.5)


def test_chance_has_no_repeat():
    chance = np.random.default_rng(3).random((200, 200, 3)).astype(np.float32)
    assert find_repeat(chance) is None
