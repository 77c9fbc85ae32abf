"""What pictures and masks are known by: the same pixels the same, anything else something else, for ever."""

import hashlib

import numpy as np
import pytest
import torch
from comfyui_picpik.imaging import encode_mask, mask_digest, picture_digest
from hypothesis import given, settings, strategies as st

exactly = settings(derandomize=True, max_examples=60, database=None)

seeds = st.integers(0, 2**16)
small = st.integers(1, 24)


def noise(seed, *shape) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def floats(levels: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(levels).float() / 255


def by_hand(kind: str, levels: np.ndarray) -> str:
    height, width = levels.shape[:2]
    return hashlib.sha256(f"{kind} {width} x {height}\n".encode() + levels.tobytes()).hexdigest()


@exactly
@given(seed=seeds, height=small, width=small)
def test_floats_and_bytes_of_the_same_levels_are_the_same_picture(seed, height, width):
    levels = noise(seed, height, width, 3)
    wanted = by_hand("RGB", levels)
    assert picture_digest(torch.from_numpy(levels)) == wanted
    assert picture_digest(floats(levels)) == wanted
    assert picture_digest(floats(levels).double()) == wanted


@exactly
@given(
    seed=seeds, layout=st.sampled_from(("permuted", "strided", "flipped", "batch", "inference")), uint8=st.booleans()
)
def test_how_a_picture_lies_in_memory_does_not_matter(seed, layout, uint8):
    levels = noise(seed, 12, 10, 3)
    image = torch.from_numpy(levels) if uint8 else floats(levels)
    if layout == "permuted":
        image = image.permute(2, 0, 1).contiguous().permute(1, 2, 0)
    elif layout == "strided":
        image, levels = image[::2, 1::3], levels[::2, 1::3]
    elif layout == "flipped":
        image, levels = image.transpose(0, 1), levels.transpose(1, 0, 2)
    elif layout == "batch":
        image = torch.stack([image, image])[1]
    else:
        with torch.inference_mode():
            image = image * 1
    assert picture_digest(image) == by_hand("RGB", np.ascontiguousarray(levels))


@exactly
@given(seed=seeds, y=st.integers(0, 8), x=st.integers(0, 6), channel=st.integers(0, 2))
def test_one_level_of_one_pixel_makes_another_picture(seed, y, x, channel):
    levels = noise(seed, 9, 7, 3)
    before = picture_digest(floats(levels))
    levels[y, x, channel] ^= 1
    assert picture_digest(floats(levels)) != before


def test_the_same_levels_in_another_shape_are_another_picture():
    levels = noise(1, 6, 4, 3)
    assert len({picture_digest(floats(levels.reshape(shape))) for shape in ((6, 4, 3), (4, 6, 3), (24, 1, 3))}) == 3


def test_what_is_sent_alike_is_the_same_picture():
    levels = noise(2, 5, 5, 1)
    opaque = np.concatenate([np.repeat(levels, 3, axis=2), np.full((5, 5, 1), 255, np.uint8)], axis=2)
    too_bright = floats(np.full((5, 5, 3), 255, np.uint8))
    assert picture_digest(floats(levels)) == picture_digest(floats(opaque)) == picture_digest(torch.from_numpy(opaque))
    assert picture_digest(too_bright * 7) == picture_digest(too_bright)


@pytest.mark.parametrize("size", [(700, 900), (1, 300_000), (3, 262_144)])
def test_a_picture_is_hashed_in_pieces_none_of_which_is_lost(size):
    levels = noise(3, *size, 3)
    assert picture_digest(floats(levels)) == by_hand("RGB", levels)


def test_digests_of_today_are_those_of_every_version():
    """Results that were paid for are found by them: whoever changes one of these makes users pay again."""
    levels = (np.arange(4 * 5 * 3) * 4).astype(np.uint8).reshape(4, 5, 3)
    assert picture_digest(floats(levels)) == "92c6248768c66125624567a7a7378f7c6b341a7f8288b39362d588652155dbeb"
    assert mask_digest(floats(levels[..., 0])) == "fa5a12ac2540b155023c142b567763724393c2816951f22bab29b52753f6c913"


@exactly
@given(
    seed=seeds,
    height=small,
    width=small,
    dtype=st.sampled_from([torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.bool]),
)
def test_a_mask_is_known_by_what_is_painted(seed, height, width, dtype):
    white = noise(seed, height, width) % 2
    wanted = by_hand("mask", white)
    assert mask_digest(torch.from_numpy(white).to(dtype)) == wanted
    assert mask_digest(torch.from_numpy(white * 255)) == wanted
    assert mask_digest(torch.from_numpy(white.T.copy()).t().to(dtype)) == wanted


def test_a_large_mask_that_is_read_in_parts_is_known_by_all_of_it():
    white = noise(3, 1500, 700) // 128
    assert mask_digest(torch.from_numpy(white).float()) == by_hand("mask", white)


@exactly
@given(seed=seeds, size=st.tuples(small, small))
def test_masks_that_are_painted_alike_are_the_same_and_so_are_their_files_at_any_size(seed, size):
    random = np.random.default_rng(seed)
    white = random.integers(0, 2, (9, 12))
    white.flat[:2] = 0, 1
    soft = np.where(white, random.uniform(0.5, 1.5, white.shape), random.uniform(-0.5, 0.499, white.shape))
    pure, soft = torch.from_numpy(white).float(), torch.from_numpy(soft).float()
    assert mask_digest(soft) == mask_digest(pure)
    assert outcome(soft, size) == outcome(pure, size)


def outcome(mask: torch.Tensor, size: tuple[int, int]) -> object:
    """The file, or in the words of the refusal which kind it is."""
    try:
        return encode_mask("mask", mask, size).chunks
    except ValueError as refusal:
        return "nothing is painted" in str(refusal)


def test_one_pixel_or_another_shape_makes_another_mask_and_no_mask_is_a_picture():
    mask = torch.zeros(6, 4)
    mask[1, 2] = 1
    other = mask.clone()
    other[0, 0] = 1
    digests = [mask_digest(each) for each in (mask, other, mask.reshape(4, 6), 1 - mask)]
    digests += [picture_digest(mask[..., None]), picture_digest(mask.reshape(2, 4, 3))]
    assert len(set(digests)) == len(digests)


def test_what_is_no_number_in_a_mask_is_not_painted():
    mask = torch.tensor([[float("nan"), float("inf"), float("-inf"), 0.5, 0.4999]])
    assert mask_digest(mask) == by_hand("mask", np.array([[0, 1, 0, 1, 0]], np.uint8))


def test_no_input_is_written_to():
    image, mask = torch.randn(20, 30, 4), torch.randn(20, 30)
    image[1, 2, 0] = mask[1, 2] = float("nan")
    copies = image.clone(), mask.clone()
    picture_digest(image)
    mask_digest(mask)
    for now, before in zip((image, mask), copies, strict=True):
        assert torch.equal(torch.nan_to_num(now), torch.nan_to_num(before))
