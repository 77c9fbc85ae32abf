"""What is taken as a print, and what is sent back with a word on why."""

import numpy as np
import pytest
import torch
from comfyui_picpik.pattern import PatternRefused, eight_bits, opaque_picture


def grey(*shape: int, value: float = 0.5) -> torch.Tensor:
    return torch.full(shape, value)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16, torch.float64])
def test_opaque_pictures_of_any_kind_become_rgb_floats(channels: int, dtype: torch.dtype):
    entry = grey(9, 12, channels).to(dtype)
    if channels in (2, 4):
        entry[..., -1] = 1
    picture = opaque_picture("tile", entry)
    assert picture.shape == (9, 12, 3) and picture.dtype == np.float32
    assert np.allclose(picture, 0.5)


def test_bytes_are_levels_of_255():
    assert opaque_picture("tile", torch.full((8, 8, 3), 51, dtype=torch.uint8)).max() == np.float32(51 / 255)


def test_values_outside_are_clamped_and_the_entry_stays_as_it_was():
    entry = torch.tensor([-0.5, 0.25, 1.5]).expand(8, 8, 3).clone()
    before = entry.clone()
    picture = opaque_picture("tile", entry)
    picture[:] = picture
    assert picture[0, 0].tolist() == [0, 0.25, 1]
    assert torch.equal(entry, before)


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        (grey(1, 1, 3), "1 x 1 pixels are no print"),
        (grey(7, 300, 3), "300 x 7 pixels are no print"),
        (grey(8, 8, 3, value=float("nan")), "no number"),
        (grey(8, 8, 3, value=float("-inf")), "no number"),
        (torch.tensor([float("inf"), float("-inf"), 0]).expand(8, 8, 3), "no number"),
        (grey(8, 8, 4), "transparent"),
        (grey(8, 8, 2), "transparent"),
    ],
)
def test_what_is_no_print_is_refused_with_what_to_do(entry: torch.Tensor, says: str):
    with pytest.raises(PatternRefused, match=says) as refused:
        opaque_picture("tile", entry)
    assert refused.value.input == "tile"
    assert str(refused.value).startswith("tile: ") and len(str(refused.value).splitlines()) == 2


def test_levels_are_rounded_to_the_nearest_and_come_back_exactly():
    levels = np.arange(256, dtype=np.uint8).repeat(3).reshape(64, 4, 3)
    assert np.array_equal(eight_bits(levels / np.float32(255)), levels)
    assert eight_bits(np.full((1, 1, 3), 0.4999, np.float32)).max() == 127
