"""Batches taken apart and paired."""

import pytest
import torch
from comfyui_picpik.imaging import ImageRefused, ImagingError, mask_entries, pair_batches, picture_entries
from hypothesis import given, settings, strategies as st

exactly = settings(derandomize=True, max_examples=100, database=None)

FLOATS = [torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.float8_e4m3fn]


@exactly
@given(
    batch=st.integers(1, 4),
    height=st.integers(1, 5),
    width=st.integers(1, 5),
    channels=st.integers(1, 4),
    dtype=st.sampled_from([*FLOATS, torch.uint8]),
)
def test_every_picture_of_an_image_becomes_an_entry_in_order(batch, height, width, channels, dtype):
    image = torch.rand(batch, height, width, channels).to(dtype)
    entries = picture_entries("raw_image", image)
    assert [tuple(entry.shape) for entry in entries] == [(height, width, channels)] * batch
    for index, entry in enumerate(entries):
        assert entry.dtype == dtype
        assert torch.equal(entry.float(), image[index].float())
        assert entry.data_ptr() == image[index].data_ptr(), "an entry is a view, no copy"


@exactly
@given(
    batch=st.integers(1, 4),
    height=st.integers(1, 5),
    width=st.integers(1, 5),
    dtype=st.sampled_from([*FLOATS, torch.uint8, torch.bool]),
)
def test_every_mask_of_a_mask_becomes_an_entry_in_order(batch, height, width, dtype):
    mask = (torch.rand(batch, height, width) * 2).to(dtype)
    entries = mask_entries("mask", mask)
    assert [tuple(entry.shape) for entry in entries] == [(height, width)] * batch
    for index, entry in enumerate(entries):
        assert torch.equal(entry.float(), mask[index].float())


def test_a_picture_and_a_mask_without_batch_are_one_entry():
    assert [tuple(entry.shape) for entry in picture_entries("raw_image", torch.rand(4, 5, 3))] == [(4, 5, 3)]
    assert [tuple(entry.shape) for entry in mask_entries("mask", torch.rand(4, 5))] == [(4, 5)]


@pytest.mark.parametrize(
    "shape",
    [(5,), (4, 5), (4, 5, 7), (1, 4, 5, 0), (1, 4, 5, 5), (0, 4, 5, 3), (1, 0, 5, 3), (1, 4, 0, 3), (1, 1, 4, 5, 3)],
)
def test_an_image_of_another_shape_is_refused_by_name_and_shape(shape):
    with pytest.raises(ImageRefused) as refusal:
        picture_entries("pattern_image", torch.rand(shape))
    what, what_to_do = str(refusal.value).splitlines()
    assert what.startswith("pattern_image: ") and str(list(shape)) in what
    assert "pattern_image" in what_to_do
    assert refusal.value.input == "pattern_image"


@pytest.mark.parametrize("shape", [(5,), (1, 4, 5, 1), (0, 4, 5), (1, 0, 5), (1, 4, 0)])
def test_a_mask_of_another_shape_is_refused_by_name_and_shape(shape):
    with pytest.raises(ImageRefused, match=r"^mask: .*\[") as refusal:
        mask_entries("mask", torch.rand(shape))
    assert str(list(shape)) in str(refusal.value)


@pytest.mark.parametrize("value", [None, [[0.5]], {"samples": torch.rand(1, 4, 8, 8)}, "image.png"])
def test_what_is_no_tensor_is_refused_by_its_type(value):
    for take_apart in (picture_entries, mask_entries):
        with pytest.raises(ImageRefused, match=f"not {type(value).__name__}"):
            take_apart("raw_image", value)


@pytest.mark.parametrize("dtype", [torch.int8, torch.int16, torch.int32, torch.int64, torch.complex64])
def test_numbers_that_are_no_levels_are_refused_by_their_type(dtype):
    with pytest.raises(ImageRefused, match=str(dtype)):
        picture_entries("raw_image", torch.zeros(1, 4, 4, 3, dtype=dtype))
    with pytest.raises(ImageRefused, match=str(dtype)):
        mask_entries("mask", torch.zeros(1, 4, 4, dtype=dtype))


def test_a_bool_image_is_refused_but_a_bool_mask_is_a_mask():
    with pytest.raises(ImageRefused, match=r"torch\.bool"):
        picture_entries("raw_image", torch.zeros(1, 4, 4, 3, dtype=torch.bool))
    assert len(mask_entries("mask", torch.zeros(1, 4, 4, dtype=torch.bool))) == 1


def test_refusals_are_value_errors_with_one_base():
    assert issubclass(ImageRefused, ImagingError) and issubclass(ImagingError, ValueError)


@exactly
@given(count=st.integers(1, 6), singles=st.lists(st.booleans(), min_size=1, max_size=4))
def test_inputs_with_one_or_all_entries_are_paired_in_order(count, singles):
    batches = {
        f"input_{i}": [f"{i}.0"] if single else [f"{i}.{k}" for k in range(count)] for i, single in enumerate(singles)
    }
    expected = 1 if all(singles) else count
    pairs = pair_batches(batches)
    assert len(pairs) == expected
    for k, pair in enumerate(pairs):
        assert list(pair) == list(batches), "every task has every input, in the given order"
        for i, single in enumerate(singles):
            assert pair[f"input_{i}"] == (f"{i}.0" if single else f"{i}.{k}")


@exactly
@given(first=st.integers(2, 9), second=st.integers(0, 9))
def test_batches_that_do_not_go_together_are_refused_with_both_names_and_sizes(first, second):
    batches = {"raw_image": list(range(first)), "mask": list(range(second)), "pattern_image": [0]}
    if second in (1, first):
        assert len(pair_batches(batches)) == first
        return
    with pytest.raises(ImageRefused) as refusal:
        pair_batches(batches)
    text = str(refusal.value)
    assert "raw_image" in text and "mask" in text
    assert str(first) in text and str(second) in text


def test_no_inputs_are_no_tasks():
    assert pair_batches({}) == []
