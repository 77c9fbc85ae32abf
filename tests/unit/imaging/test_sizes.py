"""The size that a result is asked for."""

import pytest
from comfyui_picpik.imaging import LARGEST_SIDE, SMALLEST_SIDE, ImageRefused, output_size
from comfyui_picpik.imaging.sizes import fit_inside
from hypothesis import given, settings, strategies as st

exactly = settings(derandomize=True, max_examples=200, database=None)

sides = st.integers(SMALLEST_SIDE, LARGEST_SIDE)
raw_sides = st.integers(1, 20_000)


@exactly
@given(width=sides, height=sides, raw_width=raw_sides, raw_height=raw_sides, default=st.sampled_from(("raw", 1024)))
def test_a_size_that_is_given_is_taken(width, height, raw_width, raw_height, default):
    assert output_size(width, height, raw_width, raw_height, default) == ((width, height), ())


@exactly
@given(raw_width=sides, raw_height=sides)
def test_two_zeros_take_the_size_of_the_raw_picture(raw_width, raw_height):
    assert output_size(0, 0, raw_width, raw_height) == ((raw_width, raw_height), ())


@pytest.mark.parametrize(
    ("width", "height", "expected"), [(0, 0, (1024, 1024)), (0, 512, (1024, 512)), (512, 0, (512, 1024))]
)
def test_with_a_number_as_default_each_zero_is_that_number(width, height, expected):
    assert output_size(width, height, 4000, 10, default=1024) == (expected, ())


@exactly
@given(
    raw_width=raw_sides,
    raw_height=raw_sides,
    given_side=st.one_of(st.just(0), sides),
    is_width=st.booleans(),
)
def test_what_follows_the_raw_picture_lies_inside_the_limits_and_says_when_it_had_to_give_way(
    raw_width, raw_height, given_side, is_width
):
    width, height = (given_side, 0) if is_width else (0, given_side)
    size, notes = output_size(width, height, raw_width, raw_height)
    assert all(SMALLEST_SIDE <= side <= LARGEST_SIDE for side in size)
    # Each side is rounded on its own, by half a pixel at most, and the limits allow proportions up to 40 : 1.
    kept = abs(size[0] * raw_height - size[1] * raw_width) <= max(raw_width, raw_height)
    assert kept or "changes the proportions" in notes[0]
    if not notes and given_side:
        assert size[0 if is_width else 1] == given_side
    if not notes and not given_side:
        assert size == (raw_width, raw_height)
    assert len(notes) <= 1


@pytest.mark.parametrize(
    ("raw", "size"),
    [
        ((4000, 3000), (2560, 1920)),
        ((3000, 4000), (1920, 2560)),
        ((32, 48), (64, 96)),
        ((1, 1), (64, 64)),
        ((2561, 2560), (2560, 2559)),
    ],
)
def test_a_raw_picture_outside_the_limits_is_brought_inside_in_its_proportions(raw, size):
    found, notes = output_size(0, 0, *raw)
    assert found == size
    assert notes == (f"width, height: {raw[0]} x {raw[1]} was brought inside 64..2560: {size[0]} x {size[1]}",)


def test_proportions_that_the_limits_do_not_allow_are_changed_and_said():
    size, notes = output_size(0, 0, 10_000, 100)
    assert size == (2560, 64)
    assert notes[0].endswith("2560 x 64, which changes the proportions")


def test_one_zero_follows_the_other_side_in_the_proportions_of_the_raw_picture():
    assert output_size(640, 0, 4000, 3000) == ((640, 480), ())
    assert output_size(0, 480, 4000, 3000) == ((640, 480), ())


@pytest.mark.parametrize("side", [-1, 1, 63, 2561, 100_000])
@pytest.mark.parametrize("default", ["raw", 1024])
def test_a_side_outside_the_limits_is_refused_with_its_name_and_the_limits(side, default):
    with pytest.raises(ImageRefused, match=rf"^width: {side} is outside 64\.\.2560") as refusal:
        output_size(side, 512, 512, 512, default)
    assert refusal.value.input == "width"
    with pytest.raises(ImageRefused, match=rf"^height: {side} is outside 64\.\.2560"):
        output_size(0, side, 512, 512, default)


@exactly
@given(width=raw_sides, height=raw_sides, largest=st.integers(1, 5000))
def test_what_is_fitted_inside_keeps_its_proportions_to_a_pixel(width, height, largest):
    size = fit_inside(width, height, largest)
    if max(width, height) <= largest:
        assert size == (width, height)
    else:
        assert max(size) == largest and min(size) >= 1
        scale = largest / max(width, height)
        assert abs(size[0] - width * scale) < 1 and abs(size[1] - height * scale) < 1
