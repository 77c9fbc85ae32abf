"""MASK entries as files: white is redrawn, and nothing unusable is paid for."""

import io
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from comfyui_picpik.imaging import (
    EncodedImage,
    ImageRefused,
    encode_mask,
    is_mask_safe,
    mask_entries,
    refuse_unusable_mask,
)
from hypothesis import assume, given, settings, strategies as st
from PIL import Image

exactly = settings(derandomize=True, max_examples=80, database=None)

seeds = st.integers(0, 2**16)


def read(encoded: EncodedImage) -> np.ndarray:
    with Image.open(io.BytesIO(b"".join(encoded.chunks))) as picture:
        assert picture.format == "PNG" and encoded.media_type == "image/png"
        assert picture.mode == "L", "a single channel of 8 bits"
        assert picture.size == (encoded.width, encoded.height)
        levels = np.asarray(picture)
    assert set(np.unique(levels)) <= {0, 255}
    return levels


def drawn(seed, height, width) -> np.ndarray:
    """A random mask of 0 and 1 with at least one pixel of each."""
    mask = np.random.default_rng(seed).integers(0, 2, (height, width)).astype(np.float32)
    mask.flat[0], mask.flat[-1] = 0, 1
    return mask


def painted_square(height=32, width=48, inside=1.0, outside=0.0) -> torch.Tensor:
    mask = torch.full((height, width), outside)
    mask[height // 4 : height // 2, width // 4 : width // 2] = inside
    return mask


@exactly
@given(
    seed=seeds,
    height=st.integers(1, 30),
    width=st.integers(2, 30),
    dtype=st.sampled_from([torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.bool]),
)
def test_a_pure_mask_of_the_pictures_size_arrives_exactly(seed, height, width, dtype):
    mask = drawn(seed, height, width)
    [entry] = mask_entries("mask", torch.from_numpy(mask).to(dtype))
    encoded = encode_mask("mask", entry, (width, height))
    assert np.array_equal(read(encoded), mask.astype(np.uint8) * 255)
    assert all("to be redrawn" in note for note in encoded.notes)


@exactly
@given(seed=seeds, height=st.integers(1, 30), width=st.integers(1, 30), uint8=st.booleans())
def test_soft_values_are_white_from_one_half_up_and_that_is_said(seed, height, width, uint8):
    levels = np.random.default_rng(seed).integers(0, 256, (height, width), np.uint8)
    wanted = np.where(levels >= 128, 255, 0)
    assume(0 < wanted.mean() < 255)
    entry = torch.from_numpy(levels) if uint8 else torch.from_numpy(levels).float() / 255
    encoded = encode_mask("mask", entry, (width, height))
    assert np.array_equal(read(encoded), wanted)
    assert ("mask: soft values were cut at 0.5" in encoded.notes) == bool(((levels > 0) & (levels < 255)).any())


def test_exactly_one_half_is_white():
    mask = torch.tensor([[0.0, 0.5, 0.4999]])
    assert read(encode_mask("mask", mask, (3, 1))).tolist() == [[0, 255, 0]]


@exactly
@given(seed=seeds, height=st.integers(1, 12), width=st.integers(2, 12), factor=st.integers(2, 5))
def test_a_smaller_mask_is_fitted_by_a_bilinear_filter_and_that_is_said(seed, height, width, factor):
    mask = drawn(seed, height, width)
    size = (width * factor, height * factor)
    there = torch.nn.functional.interpolate(torch.from_numpy(mask)[None, None], size[::-1], mode="bilinear")[
        0, 0
    ].numpy()
    clear = np.abs(there - 0.5) > 1e-4
    encoded = encode_mask("mask", torch.from_numpy(mask), size)
    assert np.array_equal(read(encoded)[clear], np.where(there >= 0.5, 255, 0)[clear])
    assert f"mask: fitted from {width} x {height} to {size[0]} x {size[1]}" in encoded.notes


@pytest.mark.parametrize("factor", [2, 3, 7])
def test_a_square_keeps_its_place_through_fitting_in_both_directions(factor):
    small, large = painted_square(16, 16), painted_square(16 * factor, 16 * factor)
    size = (16 * factor, 16 * factor)
    grown = read(encode_mask("mask", small, size))
    corners = 4 * (factor // 2 + 1) ** 2
    assert (grown != large.numpy() * 255).sum() <= corners, "at most the corners are rounded"
    assert np.array_equal(read(encode_mask("mask", large, (16, 16))), small.numpy() * 255)


def test_a_mask_of_other_proportions_is_stretched_and_that_is_said():
    encoded = encode_mask("mask", painted_square(32, 32), (64, 32))
    assert encoded.notes == ("mask: fitted from 32 x 32 to 64 x 32, stretched, as the proportions differ",)
    assert read(encoded)[12, 24] == 255


def test_a_size_that_rounding_made_is_not_called_stretched():
    encoded = encode_mask("mask", painted_square(1000, 1501), (853, 568))
    assert encoded.notes == ("mask: fitted from 1501 x 1000 to 853 x 568",)


def test_nan_is_not_painted_and_values_outside_are_clamped_before_fitting():
    mask = painted_square(8, 8, inside=50.0)
    mask[7, 7] = float("nan")
    encoded = encode_mask("mask", mask, (16, 16))
    pure = encode_mask("mask", painted_square(8, 8), (16, 16))
    assert encoded.chunks == pure.chunks
    assert encoded.notes[:2] == (
        "mask: values that are no number (NaN) were set to 0",
        "mask: values outside 0..1 were clamped (lowest 0, highest 50)",
    )


def test_infinities_in_a_mask_are_painted_or_not():
    mask = torch.tensor([[float("inf"), float("-inf"), float("nan")]])
    assert read(encode_mask("mask", mask, (3, 1))).tolist() == [[255, 0, 0]]


def test_a_mask_is_never_written_to():
    mask = torch.randn(20, 20) + 0.5
    mask[0, 0] = float("nan")
    before = mask.clone()
    encode_mask("mask", mask, (30, 30))
    refuse_unusable_mask("mask", mask)
    assert torch.equal(torch.nan_to_num(mask), torch.nan_to_num(before)) and torch.isnan(mask[0, 0])


def test_masks_made_for_inference_or_not_contiguous_are_read_alike():
    plain = painted_square(16, 24)
    with torch.inference_mode():
        made_for_inference = plain * 1
    across = plain.t().contiguous().t()
    files = {encode_mask("mask", mask, (24, 16)).chunks for mask in (plain, made_for_inference, across)}
    assert len(files) == 1


def test_the_number_of_threads_does_not_change_a_byte():
    mask = torch.from_numpy(drawn(4, 1700, 1500))
    files = {encode_mask("mask", mask, (1500, 1700)).chunks}
    for threads in (1, 3):
        with ThreadPoolExecutor(threads) as executor:
            files.add(encode_mask("mask", mask, (1500, 1700), executor).chunks)
    assert len(files) == 1


def test_a_drawn_mask_of_four_megapixels_travels_in_some_kilobytes():
    y, x = np.mgrid[:2048, :2048]
    mask = ((x - 900) ** 2 + (y - 1100) ** 2 < 500**2).astype(np.float32)
    assert encode_mask("mask", torch.from_numpy(mask), (2048, 2048)).byte_count < 20_000


def refusal_of(mask: torch.Tensor, size=None) -> str:
    """The text of the refusal; the same from both functions where the mask is not fitted."""
    with pytest.raises(ImageRefused) as refusal:
        encode_mask("mask", mask, size or (mask.shape[1], mask.shape[0]))
    assert refusal.value.input == "mask"
    if size is None:
        with pytest.raises(ImageRefused) as early_refusal:
            refuse_unusable_mask("mask", mask)
        assert str(early_refusal.value) == str(refusal.value)
    what, what_to_do = str(refusal.value).splitlines()
    assert what.startswith("mask: ")
    assert "“Invert Mask”" in what_to_do
    return what


def test_an_empty_mask_is_refused():
    assert "nothing is painted, all 48 x 32 values are 0" in refusal_of(torch.zeros(32, 48))


def test_the_empty_mask_of_load_image_is_explained():
    assert "“Load Image” for a picture without transparency" in refusal_of(torch.zeros(64, 64))


def test_a_mask_that_is_too_faint_is_refused_with_its_highest_value():
    assert "no value reaches 0.5 (the highest is 0.31)" in refusal_of(painted_square(inside=0.31))
    assert "no value reaches 0.5" in refusal_of(painted_square(64, 64, inside=0.31))


def test_a_mask_that_holds_nothing_but_nan_is_empty():
    assert "nothing is painted" in refusal_of(torch.full((8, 8), float("nan")))


@pytest.mark.parametrize("level", [0.5, 1.0, 7.0, float("inf")])
def test_a_full_mask_is_refused(level):
    assert "everything is painted, all 48 x 32 values are 0.5 or above" in refusal_of(torch.full((32, 48), level))


def test_a_mask_whose_paint_is_lost_in_fitting_is_refused():
    mask = torch.zeros(200, 200)
    mask[100, 100] = 1
    assert refusal_of(mask, (20, 20)).startswith("mask: fitted to 20 x 20, nothing is painted, no value reaches 0.5")
    assert "fitted to 20 x 20, everything is painted" in refusal_of(1 - mask, (20, 20))


@exactly
@given(seed=seeds, height=st.integers(1, 9), width=st.integers(1, 9), low=st.floats(0, 1), high=st.floats(0, 1))
def test_a_mask_is_refused_exactly_when_all_of_it_falls_on_one_side_of_one_half(seed, height, width, low, high):
    mask = torch.from_numpy(np.random.default_rng(seed).choice([low, high], (height, width)).astype(np.float32))
    white = (mask >= 0.5).float().mean()
    if white in (0, 1):
        refusal_of(mask)
    else:
        refuse_unusable_mask("mask", mask)
        assert (read(encode_mask("mask", mask, (width, height))) == 255).mean() == pytest.approx(white.item())


def test_a_mask_that_looks_inverted_is_sent_but_remarked_on():
    encoded = encode_mask("mask", 1 - painted_square(), (48, 32))
    [note] = encoded.notes
    assert note.startswith("mask: 94% of the picture, border included, is white.")
    assert "“Invert Mask”" in note and "\n" not in note


def test_a_mask_that_leaves_a_side_free_is_not_remarked_on():
    mask = torch.ones(32, 48)
    mask[0] = 0
    assert encode_mask("mask", mask, (48, 32)).notes == ()


def test_a_mask_of_one_half_of_the_picture_is_not_remarked_on():
    mask = torch.zeros(32, 48)
    mask[:, :30] = 1
    assert encode_mask("mask", mask, (48, 32)).notes == ()


def test_a_mask_for_a_service_that_redraws_black_is_sent_inverted_and_that_is_said():
    mask = painted_square()
    plain, inverted = (encode_mask("mask", mask, (24, 16), is_inverted=is_inverted) for is_inverted in (False, True))
    assert np.array_equal(read(inverted), 255 - read(plain))
    assert set(inverted.notes) - set(plain.notes) == {"mask: sent inverted, as this service redraws what is black"}


@exactly
@given(data=st.data(), height=st.integers(8, 200), width=st.integers(8, 200), share=st.floats(0.1, 3))
def test_a_mask_that_is_safe_at_the_smallest_size_is_refused_at_no_larger_one(data, height, width, share):
    mask = torch.zeros(height, width)
    y, x = data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))
    mask[y : y + data.draw(st.integers(1, height)), x : x + data.draw(st.integers(1, width))] = 1
    smallest, between = (
        (max(1, round(width * scale)), max(1, round(height * scale)))
        for scale in (share, data.draw(st.floats(share, 4)))
    )
    for meant in (mask, 1 - mask):
        if is_mask_safe(meant, smallest):
            for size in (smallest, between):
                refuse_unusable_mask("mask", meant, size)


def test_a_mask_is_safe_where_the_filter_cannot_lose_what_is_painted_or_what_is_not():
    mask = torch.zeros(64, 64)
    mask[:12, :12] = 1
    assert is_mask_safe(mask, (64, 64))
    assert is_mask_safe(mask, (16, 16))
    assert not is_mask_safe(mask, (15, 15)), "it may be lost"
    assert not is_mask_safe(torch.ones(64, 64), (64, 64))


def test_a_mask_that_is_lost_once_it_is_fitted_is_refused_for_that_size_alone():
    mask = torch.zeros(640, 640)
    mask[100, 100] = 1
    refuse_unusable_mask("mask", mask)
    refuse_unusable_mask("mask", mask, (640, 640))
    with pytest.raises(ImageRefused, match="fitted to 64 x 64, nothing is painted"):
        refuse_unusable_mask("mask", mask, (64, 64))


LARGE = (1500, 700)
"""Rows and columns of a mask that is looked at in five parts, the last of a few rows."""


@pytest.mark.parametrize("row", [0, 700, 1499])
def test_of_a_large_mask_every_row_counts(row):
    mask = torch.zeros(LARGE)
    with pytest.raises(ImageRefused, match="nothing is painted"):
        refuse_unusable_mask("mask", mask)
    mask[row, 5] = 1
    refuse_unusable_mask("mask", mask)
    assert (read(encode_mask("mask", mask, (700, 1500))) == mask.numpy() * 255).all()
    mask[row, 5] = 0.7
    assert encode_mask("mask", mask, (700, 1500)).notes == ("mask: soft values were cut at 0.5",)


@pytest.mark.parametrize("top", [0, 366, 1496])
def test_of_a_large_mask_a_block_anywhere_makes_it_safe(top):
    mask = torch.zeros(LARGE)
    assert not is_mask_safe(mask, (700, 1500))
    mask[top : top + 4, 300:304] = 1
    assert is_mask_safe(mask, (1400, 3000))
    assert not is_mask_safe(mask, (350, 750)), "it may be lost"


@pytest.mark.parametrize("last", [752, 749])
def test_of_a_large_mask_the_whole_share_is_remarked_on(last):
    mask = torch.ones(LARGE)
    mask[last - 700 : last, :] = 0
    mask[:, 0] = mask[:, -1] = 1
    share = mask.mean().item()
    (note,) = encode_mask("mask", mask, (700, 1500)).notes
    assert f"{share:.0%} of the picture" in note
