"""Boxes from the widget, from ComfyUI's nodes, and around a painted region."""

import math

import numpy as np
import pytest
import torch
from comfyui_picpik.imaging import Box, ImageRefused, box_entries, region_box, resolve_box, scale_box
from hypothesis import given, settings, strategies as st

exactly = settings(derandomize=True, max_examples=200, database=None)

sides = st.integers(1, 4000)


def box(x, y, width, height, **more) -> dict:
    return {"x": x, "y": y, "width": width, "height": height, **more}


def refusal_of(value, width=640, height=480) -> str:
    with pytest.raises(ImageRefused) as refusal:
        resolve_box("box", value, width, height)
    what, what_to_do = str(refusal.value).splitlines()
    assert what.startswith("box: ") and refusal.value.input == "box"
    assert "0, 0, 0, 0 for the whole" in what_to_do
    return what


def test_four_zeros_are_the_whole_picture():
    for zeros in (box(0, 0, 0, 0), box("0", 0.0, 0, "0.0"), [box(0, 0, 0, 0)]):
        assert resolve_box("box", zeros, 640, 480) == (Box(0, 0, 640, 480), ())


@exactly
@given(data=st.data(), width=sides, height=sides)
def test_a_box_inside_the_picture_is_taken_as_it_is(data, width, height):
    x1 = data.draw(st.integers(0, width - 1))
    y1 = data.draw(st.integers(0, height - 1))
    x2 = data.draw(st.integers(x1 + 1, width))
    y2 = data.draw(st.integers(y1 + 1, height))
    whole_numbers = box(x1, y1, x2 - x1, y2 - y1)
    text = {side: str(value) for side, value in whole_numbers.items()}
    for given_box in (whole_numbers, text, [whole_numbers]):
        assert resolve_box("box", given_box, width, height) == (Box(x1, y1, x2, y2), ())


finite = st.floats(-1e5, 1e5)


@exactly
@given(x=finite, y=finite, box_width=finite, box_height=finite, width=sides, height=sides)
def test_any_box_of_numbers_is_either_refused_or_comes_out_inside_with_a_word_for_each_change(
    x, y, box_width, box_height, width, height
):
    try:
        found, notes = resolve_box("box", box(x, y, box_width, box_height), width, height)
    except ImageRefused:
        left, top = math.floor(x + 0.5), math.floor(y + 0.5)
        right, bottom = math.floor(x + box_width + 0.5), math.floor(y + box_height + 0.5)
        outside = right <= 0 or bottom <= 0 or left >= width or top >= height
        assert box_width <= 0 or box_height <= 0 or left == right or top == bottom or outside
        return
    assert 0 <= found.x1 < found.x2 <= width and 0 <= found.y1 < found.y2 <= height
    assert all(isinstance(edge, int) for edge in found)
    if (x, y, box_width, box_height) != (0, 0, 0, 0):
        wanted = (x, y, x + box_width, y + box_height)
        assert bool(notes) == (tuple(found) != wanted)
        for edge, wish, limit in zip(found, wanted, (width, height, width, height), strict=True):
            assert abs(edge - min(max(wish, 0), limit)) <= 0.5


def test_fractions_are_rounded_to_the_nearest_pixel_and_that_is_said():
    assert resolve_box("box", box(10.4, 20.5, 30.2, 40), 640, 480) == (
        Box(10, 21, 41, 61),
        ("box: rounded to whole pixels, 10, 21 to 41, 61",),
    )


@pytest.mark.parametrize(
    ("given_box", "found"),
    [
        (box(-20, -10, 100, 60), Box(0, 0, 80, 50)),
        (box(600, 400, 512, 512), Box(600, 400, 640, 480)),
        (box(0, 0, 512, 512), Box(0, 0, 512, 480)),
        (box(-5, 100, 10_000, 20), Box(0, 100, 640, 120)),
    ],
)
def test_what_hangs_over_the_edge_is_cut_off_and_that_is_said(given_box, found):
    edges = f"{found.x1}, {found.y1} to {found.x2}, {found.y2}"
    assert resolve_box("box", given_box, 640, 480) == (
        found,
        (f"box: what lies outside the picture of 640 x 480 was cut off, {edges}",),
    )


@pytest.mark.parametrize(
    "given_box",
    [box(640, 0, 10, 10), box(0, 480, 10, 10), box(-10, 0, 10, 10), box(0, -30, 10, 10), box(9e8, 0, 9e8, 5)],
)
def test_a_box_outside_the_picture_is_refused_with_the_pictures_size(given_box):
    assert "lies outside the picture of 640 x 480 pixels" in refusal_of(given_box)


@pytest.mark.parametrize("size", [(-10, 20), (20, -10), (0, 20), (20, 0), (-1, -1)])
def test_a_box_turned_inside_out_or_without_area_is_refused_with_its_size(size):
    assert f"has no area, its size is {size[0]} x {size[1]}" in refusal_of(box(100, 100, *size))


def test_a_box_in_fractions_of_the_picture_is_refused_and_explained():
    assert "fractions of the picture are not understood" in refusal_of(box(0.1, 0.1, 0.3, 0.3))
    assert "fractions of the picture are not understood" in refusal_of(box(0.1, 0.1, 0.3, 0.9))


@pytest.mark.parametrize(
    "value",
    ["ten", "", None, True, [1], float("nan"), float("inf"), float("-inf"), "nan", "inf", 1e300, 10**400, "1e999"],
)
@pytest.mark.parametrize("side", ["x", "y", "width", "height"])
def test_what_is_no_number_is_refused_with_the_name_of_its_side(side, value):
    what = refusal_of(box(1, 2, 3, 4) | {side: value})
    assert what.startswith(f"box: {side} is no number of pixels but ")
    assert len(what) < 100


def test_a_box_that_lacks_a_side_is_refused_with_the_name_of_the_side():
    assert "height is no number of pixels but None" in refusal_of({"x": 1, "y": 2, "width": 3})


@pytest.mark.parametrize("value", [[10, 10, 200, 200], "10, 10, 200, 200", 7, None, [[box(1, 2, 3, 4)]]])
def test_what_is_no_box_is_refused(value):
    assert "a box has x, y, width and height" in refusal_of(value)


@pytest.mark.parametrize("nothing", [[], ()])
def test_a_detection_of_nothing_is_refused(nothing):
    assert "nothing was detected or drawn" in refusal_of(nothing)


def test_numbers_of_numpy_are_numbers():
    assert resolve_box("box", box(*np.array([1, 2, 3, 4], np.float32)), 640, 480)[0] == Box(1, 2, 4, 6)


@exactly
@given(
    boxes=st.lists(
        st.tuples(st.integers(0, 500), st.integers(0, 300), st.integers(1, 100), st.integers(1, 100)),
        min_size=2,
        max_size=5,
    )
)
def test_several_boxes_become_the_one_around_all_of_them(boxes):
    detections = [box(*one, label="shirt", score=0.9) for one in boxes]
    found, notes = resolve_box("box", detections, 640, 480)
    assert found == Box(
        min(x for x, _, _, _ in boxes),
        min(y for _, y, _, _ in boxes),
        max(x + width for x, _, width, _ in boxes),
        max(y + height for _, y, _, height in boxes),
    )
    assert notes == (f"box: {len(boxes)} boxes became the one around all of them",)


def test_all_that_was_changed_on_one_box_is_said():
    _, notes = resolve_box("box", [box(-3, 1, 10, 10), box(600.5, 5, 100, 10)], 640, 480)
    assert [note.split(",")[0] for note in notes] == [
        "box: 2 boxes became the one around all of them",
        "box: rounded to whole pixels",
        "box: what lies outside the picture of 640 x 480 was cut off",
    ]


def test_a_box_and_a_flat_list_serve_every_picture_and_a_list_of_lists_has_one_for_each():
    one, other = box(1, 2, 3, 4), box(5, 6, 7, 8)
    assert box_entries(one) == [one]
    assert box_entries([one, other]) == [[one, other]]
    assert box_entries([[one], [one, other], []]) == [[one], [one, other], []]
    assert box_entries([]) == [[]]


def painted(height, width, *areas) -> torch.Tensor:
    mask = torch.zeros(height, width)
    for x1, y1, x2, y2 in areas:
        mask[y1:y2, x1:x2] = 1
    return mask


@exactly
@given(data=st.data(), width=st.integers(1, 60), height=st.integers(1, 60))
def test_a_region_becomes_the_box_around_all_that_is_painted(data, width, height):
    x1 = data.draw(st.integers(0, width - 1))
    y1 = data.draw(st.integers(0, height - 1))
    x2 = data.draw(st.integers(x1 + 1, width))
    y2 = data.draw(st.integers(y1 + 1, height))
    corners = painted(height, width, (x1, y1, x1 + 1, y1 + 1), (x2 - 1, y2 - 1, x2, y2))
    assert region_box("region", corners, width, height) == (Box(x1, y1, x2, y2), ())


@exactly
@given(x=st.integers(0, 15), y=st.integers(0, 15), width=st.integers(1, 3000), height=st.integers(1, 3000))
def test_a_region_of_another_size_is_scaled_to_the_picture_and_covers_all_of_it(x, y, width, height):
    found, notes = region_box("region", painted(16, 16, (x, y, x + 1, y + 1)), width, height)
    assert 0 <= found.x1 < found.x2 <= width and 0 <= found.y1 < found.y2 <= height
    assert found.x1 <= x * width / 16 < found.x1 + 1 and found.x2 - 1 < (x + 1) * width / 16 <= found.x2
    assert found.y1 <= y * height / 16 < found.y1 + 1 and found.y2 - 1 < (y + 1) * height / 16 <= found.y2
    if (width, height) != (16, 16):
        assert notes == (f"region: scaled from 16 x 16 to the picture's {width} x {height}",)


def test_faint_paint_does_not_count_and_nan_is_said():
    mask = painted(8, 8, (2, 3, 5, 6)) + 0.3
    mask[0, 0] = float("nan")
    found, notes = region_box("region", mask, 8, 8)
    assert found == Box(2, 3, 5, 6)
    assert "region: values that are no number (NaN) were set to 0" in notes


def test_a_region_may_be_the_whole_picture():
    assert region_box("region", torch.ones(5, 7), 7, 5) == (Box(0, 0, 7, 5), ())


@pytest.mark.parametrize(
    ("mask", "why"), [(torch.zeros(64, 64), "“Load Image”"), (torch.zeros(9, 7), "all 7 x 9 values")]
)
def test_an_empty_region_is_refused(mask, why):
    with pytest.raises(ImageRefused, match=r"^region: nothing is painted") as refusal:
        region_box("region", mask, 64, 64)
    assert why in str(refusal.value) and "to use the box" in str(refusal.value)


@exactly
@given(data=st.data(), width=sides, height=sides, new_width=sides, new_height=sides)
def test_a_scaled_box_covers_the_same_part_and_stays_inside(data, width, height, new_width, new_height):
    x1 = data.draw(st.integers(0, width - 1))
    y1 = data.draw(st.integers(0, height - 1))
    given_box = Box(x1, y1, data.draw(st.integers(x1 + 1, width)), data.draw(st.integers(y1 + 1, height)))
    found = scale_box(given_box, (width, height), (new_width, new_height))
    assert 0 <= found.x1 < found.x2 <= new_width and 0 <= found.y1 < found.y2 <= new_height
    assert 0 <= given_box.x1 * new_width / width - found.x1 < 1
    assert 0 <= found.y2 - given_box.y2 * new_height / height < 1
    if (width, height) == (new_width, new_height):
        assert found == given_box
