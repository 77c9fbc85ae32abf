"""IMAGE entries as files: exact levels, a word for each change, and limits that hold."""

import io
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from comfyui_picpik.imaging import (
    PICTURE_BYTE_BUDGET,
    UPLOAD_FORMATS,
    EncodedImage,
    ImageRefused,
    encode_local_png,
    encode_picture,
    picture_entries,
    sizes_when_sent,
)
from hypothesis import given, settings, strategies as st
from PIL import Image

exactly = settings(derandomize=True, max_examples=80, database=None)

small = st.integers(1, 24)
seeds = st.integers(0, 2**16)


def read(encoded: EncodedImage) -> np.ndarray:
    with Image.open(io.BytesIO(b"".join(encoded.chunks))) as picture:
        assert Image.MIME[picture.format] == encoded.media_type
        assert picture.mode == "RGB"
        assert picture.size == (encoded.width, encoded.height)
        return np.asarray(picture)


def noise(seed, *shape) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def as_image(levels: np.ndarray, dtype=torch.float32) -> torch.Tensor:
    """The way of LoadImage: k / 255."""
    return (torch.from_numpy(levels).to(torch.float32) / 255).to(dtype)


@exactly
@given(
    seed=seeds,
    height=small,
    width=small,
    dtype=st.sampled_from([torch.float32, torch.float64, torch.float16, torch.bfloat16]),
)
def test_eight_bit_levels_survive_every_float_type_exactly(seed, height, width, dtype):
    levels = noise(seed, height, width, 3)
    encoded = encode_picture("raw_image", as_image(levels, dtype))
    assert np.array_equal(read(encoded), levels)
    assert encoded.notes == ()


def test_each_of_the_256_levels_survives_every_float_type_exactly():
    levels = np.repeat(np.arange(256, dtype=np.uint8)[:, None, None], 3, axis=2)
    for dtype in (torch.float64, torch.float32, torch.float16, torch.bfloat16):
        assert np.array_equal(read(encode_picture("raw_image", as_image(levels, dtype))), levels)


@exactly
@given(seed=seeds, height=small, width=small)
def test_eight_bit_tensors_are_taken_as_they_are(seed, height, width):
    levels = noise(seed, height, width, 3)
    encoded = encode_picture("raw_image", torch.from_numpy(levels))
    assert np.array_equal(read(encoded), levels)
    assert encoded.notes == ()


@exactly
@given(
    values=st.lists(st.floats(width=32), min_size=3, max_size=3 * 40),
    dtype=st.sampled_from([torch.float32, torch.float64]),
)
def test_any_float_is_clamped_and_rounded_to_the_nearest_level_and_nan_is_0(values, dtype):
    values = np.array(values[: len(values) // 3 * 3], np.float32).reshape(-1, 1, 3)
    encoded = encode_picture("raw_image", torch.from_numpy(values).to(dtype))
    wanted = np.rint(np.clip(np.nan_to_num(values, nan=0, posinf=1, neginf=0), 0, 1) * np.float32(255))
    assert np.array_equal(read(encoded), wanted.astype(np.uint8))
    text = "\n".join(encoded.notes)
    assert ("NaN" in text) == bool(np.isnan(values).any())
    with np.errstate(invalid="ignore"):
        outside = (values < -0.5 / 255) | (values > 255.5 / 255)
    if outside.any():
        assert "raw_image: values outside 0..1 were clamped" in text


def test_infinities_are_clamped_and_said():
    values = torch.tensor([float("inf"), float("-inf"), 0.5]).reshape(1, 1, 3)
    encoded = encode_picture("raw_image", values)
    assert read(encoded).tolist() == [[[255, 0, 128]]]
    assert encoded.notes == ("raw_image: values outside 0..1 were clamped (lowest -inf, highest inf)",)


def test_nan_beside_infinities_is_still_0():
    values = torch.tensor([float("nan"), float("inf"), float("-inf")]).reshape(1, 1, 3)
    encoded = encode_picture("raw_image", values)
    assert read(encoded).tolist() == [[[0, 255, 0]]]
    assert encoded.notes[0] == "raw_image: values that are no number (NaN) were set to 0"


def test_what_rounding_takes_back_is_not_called_a_change():
    values = torch.tensor([-0.001, 1.001, 0.25]).reshape(1, 1, 3)
    assert encode_picture("raw_image", values).notes == ()


@exactly
@given(seed=seeds, height=small, width=small, uint8=st.booleans())
def test_grey_becomes_rgb_and_is_said(seed, height, width, uint8):
    levels = noise(seed, height, width, 1)
    encoded = encode_picture("raw_image", torch.from_numpy(levels) if uint8 else as_image(levels))
    assert np.array_equal(read(encoded), np.repeat(levels, 3, axis=2))
    assert encoded.notes == ("raw_image: grey was converted to RGB",)


@exactly
@given(seed=seeds, height=small, width=small, channels=st.sampled_from((2, 4)), uint8=st.booleans())
def test_transparent_pixels_are_laid_over_white_and_said(seed, height, width, channels, uint8):
    levels = noise(seed, height, width, channels)
    levels[0, 0, -1] = 0
    encoded = encode_picture("raw_image", torch.from_numpy(levels) if uint8 else as_image(levels))
    colour, alpha = levels[..., :-1] / 255, levels[..., -1:] / 255
    wanted = np.broadcast_to((colour * alpha + 1 - alpha) * 255, (height, width, 3))
    assert np.abs(read(encoded) - wanted).max() <= 0.5 + 1e-3, "rounded to the nearest level"
    assert read(encoded)[0, 0].tolist() == [255, 255, 255]
    assert "raw_image: transparent pixels were laid over white" in encoded.notes


@exactly
@given(seed=seeds, height=small, width=small)
def test_an_opaque_alpha_channel_is_dropped_without_touching_a_level(seed, height, width):
    levels = noise(seed, height, width, 4)
    levels[..., 3] = 255
    encoded = encode_picture("raw_image", as_image(levels))
    assert np.array_equal(read(encoded), levels[..., :3])
    assert encoded.notes == ("raw_image: the alpha channel was dropped, it is opaque",)


def test_alpha_that_is_no_number_counts_as_transparent():
    values = torch.tensor([0.0, 0.0, 0.0, float("nan")]).reshape(1, 1, 4)
    assert read(encode_picture("raw_image", values)).tolist() == [[[255, 255, 255]]]


@exactly
@given(seed=seeds, layout=st.sampled_from(("permuted", "strided", "flipped", "expanded", "batch")))
def test_tensors_that_are_not_contiguous_are_read_right(seed, layout):
    levels = noise(seed, 12, 10, 3)
    image = as_image(levels)
    if layout == "permuted":
        image = image.permute(2, 0, 1).contiguous().permute(1, 2, 0)
    elif layout == "strided":
        image, levels = image[::2, 1::3], levels[::2, 1::3]
    elif layout == "flipped":
        image, levels = image.transpose(0, 1), levels.transpose(1, 0, 2)
    elif layout == "expanded":
        image, levels = image[:, :, :1].expand(-1, -1, 3), np.repeat(levels[..., :1], 3, axis=2)
    else:
        image = torch.stack([image, image])[1]
    assert np.array_equal(read(encode_picture("raw_image", image)), levels)


@pytest.mark.parametrize("upload_format", UPLOAD_FORMATS)
def test_no_input_is_written_to(upload_format):
    values = torch.randn(40, 30, 4)
    values[3, 4] = float("nan")
    for dtype in (torch.float32, torch.float64, torch.bfloat16, torch.float16):
        image = values.to(dtype)
        before = image.clone()
        encode_picture("raw_image", image, upload_format, max_side=20)
        assert torch.equal(torch.nan_to_num(image), torch.nan_to_num(before))
        assert torch.equal(torch.isnan(image), torch.isnan(before))
    levels = torch.from_numpy(noise(1, 40, 30, 3))
    before = levels.clone()
    encode_picture("raw_image", levels, upload_format)
    assert torch.equal(levels, before)


def test_tensors_made_for_inference_or_for_training_are_read_alike():
    levels = noise(5, 9, 7, 3)
    with torch.inference_mode():
        made_for_inference = picture_entries("raw_image", as_image(levels)[None] * 1)[0]
    assert made_for_inference.is_inference()
    assert np.array_equal(read(encode_picture("raw_image", made_for_inference)), levels)
    [made_for_training] = picture_entries("raw_image", as_image(levels).requires_grad_())
    assert np.array_equal(read(encode_picture("raw_image", made_for_training)), levels)
    with torch.inference_mode():
        assert np.array_equal(read(encode_picture("raw_image", as_image(levels))), levels)


@pytest.mark.parametrize("size", [(1, 1), (1, 700), (700, 1), (2, 3)])
@pytest.mark.parametrize("upload_format", UPLOAD_FORMATS)
def test_edges_of_one_pixel_are_pictures(size, upload_format):
    levels = noise(2, *size, 3)
    encoded = encode_picture("raw_image", as_image(levels), upload_format)
    assert read(encoded).shape == (*size, 3)
    if upload_format == "lossless":
        assert np.array_equal(read(encoded), levels)


def test_the_same_pixels_give_the_same_bytes_whatever_the_threads_and_the_float_type():
    levels = noise(3, 900, 700, 3)
    files = {encode_picture("raw_image", as_image(levels)).chunks}
    for threads in (1, 2, 4):
        with ThreadPoolExecutor(threads) as executor:
            for dtype in (torch.float32, torch.float64, torch.bfloat16):
                files.add(encode_picture("raw_image", as_image(levels, dtype), executor=executor).chunks)
    assert len(files) == 1


def test_many_pictures_may_be_encoded_at_once():
    pictures = [noise(seed, 300, 300, 3) for seed in range(8)]
    with ThreadPoolExecutor(8) as callers:
        found = list(callers.map(lambda levels: read(encode_picture("raw_image", as_image(levels))), pictures))
    assert all(np.array_equal(one, other) for one, other in zip(found, pictures, strict=True))


def test_work_is_shared_in_threads_of_a_telling_name():
    encode_picture("raw_image", as_image(noise(0, 8, 8, 3)))
    assert any(thread.name.startswith("picpik-imaging") for thread in threading.enumerate())


def soft_picture(height, width) -> torch.Tensor:
    y, x = torch.meshgrid(torch.linspace(0, 3, height), torch.linspace(0, 4, width), indexing="ij")
    return torch.stack([x.sin(), y.sin(), (x * y).cos()], dim=-1) * 0.5 + 0.5


def test_compact_is_a_jpeg_close_to_the_picture_with_all_of_its_colour():
    image = soft_picture(120, 160)
    encoded = encode_picture("raw_image", image, "compact")
    assert encoded.media_type == "image/jpeg"
    assert np.abs(read(encoded) - image.numpy() * 255).max() < 6
    with Image.open(io.BytesIO(b"".join(encoded.chunks))) as picture:
        assert [layer[1:3] for layer in picture.layer] == [(1, 1)] * 3, "no chroma subsampling"
    assert encoded.notes == ()


def test_another_upload_format_is_refused_by_name():
    with pytest.raises(ImageRefused, match=r"^upload_format: “webp”") as refusal:
        encode_picture("raw_image", soft_picture(8, 8), "webp")
    assert "lossless, compact" in str(refusal.value)


@exactly
@given(
    height=st.integers(1, 60),
    width=st.integers(1, 60),
    max_side=st.integers(1, 60),
    upload_format=st.sampled_from(UPLOAD_FORMATS),
)
def test_a_long_side_is_brought_inside_the_limit_in_proportion_and_said(height, width, max_side, upload_format):
    encoded = encode_picture("pattern_image", soft_picture(height, width), upload_format, max_side)
    assert read(encoded).shape == (encoded.height, encoded.width, 3)
    if max(height, width) <= max_side:
        assert (encoded.width, encoded.height) == (width, height)
        assert encoded.notes == ()
        return
    assert max(encoded.width, encoded.height) == max_side
    assert abs(encoded.width - width * max_side / max(width, height)) < 1
    assert encoded.notes == (
        f"pattern_image: resized from {width} x {height} to {encoded.width} x {encoded.height}, "
        f"{max_side} pixels is the longest side that is sent",
    )


def test_a_picture_scaled_down_looks_the_same():
    image = soft_picture(300, 400)
    encoded = encode_picture("raw_image", image, max_side=100)
    there = torch.nn.functional.interpolate(image.movedim(-1, 0)[None], (75, 100), mode="area")[0].movedim(0, -1)
    assert np.abs(read(encoded) - there.numpy() * 255).max() < 4


def test_by_default_the_longest_side_is_2560():
    encoded = encode_picture("raw_image", torch.zeros(1, 2600, 3))
    assert (encoded.width, encoded.height) == (2560, 1)


@exactly
@given(seed=seeds, budget=st.integers(1000, 60_000), upload_format=st.sampled_from(UPLOAD_FORMATS))
def test_a_file_above_the_byte_budget_is_scaled_down_until_it_fits_and_said(seed, budget, upload_format):
    image = as_image(noise(seed, 90, 120, 3))
    whole = encode_picture("raw_image", image, upload_format)
    encoded = encode_picture("raw_image", image, upload_format, byte_budget=budget)
    assert encoded.byte_count <= budget
    assert read(encoded).shape == (encoded.height, encoded.width, 3)
    if whole.byte_count <= budget:
        assert encoded == whole
    else:
        assert abs(encoded.width * 90 - encoded.height * 120) <= 120, "proportions kept to a pixel"
        assert encoded.byte_count > 0.5 * budget or budget < 2000, "not smaller than it must be"
        assert encoded.notes == (
            f"raw_image: resized from 120 x 90 to {encoded.width} x {encoded.height}, "
            f"so that its file stays within {budget / 1e6:.3g} MB",
        )


def test_a_budget_that_no_file_can_meet_still_ends():
    encoded = encode_picture("raw_image", as_image(noise(0, 30, 30, 3)), byte_budget=10)
    assert (encoded.width, encoded.height) == (1, 1)


def test_a_grainy_photo_of_the_largest_size_is_within_the_budget():
    y, x = np.mgrid[:2560, :2560] / 2560
    grain = np.random.default_rng(0).standard_normal((2560, 2560, 3), np.float32) * 2
    photo = np.stack([np.sin(9 * x + 4 * y), np.sin(7 * y - 3 * x), np.sin(5 * x * y)], axis=-1) * 100 + 128 + grain
    encoded = encode_picture("raw_image", torch.from_numpy(photo).float() / 255)
    assert (encoded.width, encoded.height) == (2560, 2560)
    assert encoded.byte_count <= PICTURE_BYTE_BUDGET
    assert not any("resized" in note for note in encoded.notes)


def test_the_file_does_not_show_in_the_text_of_the_object():
    encoded = encode_picture("raw_image", soft_picture(8, 8))
    assert "IHDR" not in repr(encoded)
    assert encoded.byte_count == len(b"".join(encoded.chunks))


def test_a_png_that_stays_here_is_exact_and_little_larger_than_one_to_send():
    tile = noise(7, 8, 16, 3) // 64 * 64
    for levels in (noise(3, 300, 900, 3), np.tile(tile, (40, 50, 1))):
        kept = b"".join(encode_local_png(levels))
        with Image.open(io.BytesIO(kept)) as picture:
            assert np.array_equal(np.asarray(picture), levels)
        assert len(kept) <= 1.2 * encode_picture("images", torch.from_numpy(levels)).byte_count


@exactly
@given(
    seed=seeds,
    height=st.integers(1, 160),
    width=st.integers(1, 160),
    max_side=st.sampled_from([64, 2560]),
    upload_format=st.sampled_from(UPLOAD_FORMATS),
    is_noise=st.booleans(),
)
def test_a_picture_is_sent_in_a_size_between_those_that_are_told_before(
    seed, height, width, max_side, upload_format, is_noise
):
    entry = as_image(noise(seed, height, width, 3)) if is_noise else soft_picture(height, width)
    largest, smallest = sizes_when_sent(entry, max_side, 20_000)
    sent = encode_picture("raw_image", entry, upload_format, max_side, 20_000)
    assert smallest[0] <= sent.width <= largest[0] and smallest[1] <= sent.height <= largest[1]


def test_the_size_of_a_picture_that_cannot_get_too_large_is_certain():
    assert sizes_when_sent(torch.zeros(1900, 1900, 3)) == ((1900, 1900), (1900, 1900))
    assert sizes_when_sent(torch.zeros(3000, 300, 3)) == ((256, 2560), (256, 2560))
