"""Boxes from the widget, from ComfyUI's nodes, and around a painted region."""

import math

import numpy as np
import pytest
import torch
from comfyui_picpik.imaging import Box, ImageRefused, box_entries, is_box_safe, region_box, resolve_box, sent_box
from comfyui_picpik.imaging.boxes import SMALLEST_BOX_SIDE, scale_box
from hypothesis import given, settings, strategies as st

exactly = settings(derandomize=True, max_examples=200, database=None)

sides = st.integers(1, 4000)


def least(side: int) -> int:
    """The smallest side of a box in a picture of that side."""
    return min(SMALLEST_BOX_SIDE, side)


def box(x, y, width, height, **more) -> dict:
    return {"x": x, "y": y, "width": width, "height": height, **more}


def refusal_of(value, width=640, height=480) -> str:
    with pytest.raises(ImageRefused) as refusal:
        resolve_box("box", value, width, height)
    what, what_to_do = str(refusal.value).splitlines()
    assert what.startswith("box: ") and refusal.value.input == "box"
    assert "0, 0, 0, 0 for no box" in what_to_do
    return what


def test_four_zeros_are_the_whole_picture():
    for zeros in (box(0, 0, 0, 0), box("0", 0.0, 0, "0.0"), [box(0, 0, 0, 0)]):
        assert resolve_box("box", zeros, 640, 480) == (Box(0, 0, 640, 480), ())


@exactly
@given(data=st.data(), width=sides, height=sides)
def test_a_box_inside_the_picture_is_taken_as_it_is(data, width, height):
    x1 = data.draw(st.integers(0, width - least(width)))
    y1 = data.draw(st.integers(0, height - least(height)))
    x2 = data.draw(st.integers(x1 + least(width), width))
    y2 = data.draw(st.integers(y1 + least(height), height))
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
        small_width = min(right, width) - max(left, 0) < least(width)
        small_height = min(bottom, height) - max(top, 0) < least(height)
        assert small_width or small_height
        return
    assert 0 <= found.x1 <= found.x2 - least(width) and found.x2 <= width
    assert 0 <= found.y1 <= found.y2 - least(height) and found.y2 <= height
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


SMALL = {
    "fractions of the picture": (box(0.2, 0.2, 0.5, 0.5), "1 x 1"),
    "the whole of it in fractions": (box(0, 0, 1, 1), "1 x 1"),
    "fractions that round to nothing": (box(0.1, 0.1, 0.3, 0.3), "0 x 0"),
    "a click": (box(100, 100, 2, 3), "2 x 3"),
    "too narrow": (box(100, 100, 15, 300), "15 x 300"),
    "too low": (box(100, 100, 300, 15.4), "300 x 15"),
    "too little inside": (box(630, 100, 300, 300), "10 x 300"),
    "detections that are small together": ([box(5, 5, 2, 2), box(8, 8, 2, 2)], "5 x 5"),
}


@pytest.mark.parametrize(("given_box", "size"), SMALL.values(), ids=SMALL)
def test_a_box_in_which_there_is_no_print_to_see_is_refused_with_its_size_and_the_limit(given_box, size):
    assert refusal_of(given_box) == f"box: the box is {size} pixels, less than the 16 that each side needs."


@pytest.mark.parametrize(
    ("given_box", "is_hinted"),
    [
        (box(0.2, 0.2, 0.5, 0.5), True),
        (box(0, 0, 1, 1), True),
        ([box(0, 0, 0.5, 0.5), box(0.5, 0.5, 0.5, 0.5)], True),
        (box(2, 0.2, 0.5, 0.5), False),
        (box(100, 100, 2, 3), False),
    ],
)
def test_a_box_that_looks_like_fractions_is_told_that_it_counts_in_pixels(given_box, is_hinted):
    with pytest.raises(ImageRefused) as refusal:
        resolve_box("box", given_box, 640, 480)
    hint = "Its numbers look like fractions of the picture. Give a box in pixels: "
    assert refusal.value.remedy.startswith(hint) is is_hinted


ENOUGH = {
    "sixteen pixels": (box(100, 100, 16, 16), (640, 480), Box(100, 100, 116, 116)),
    "rounded up to them": (box(100.4, 100, 15.2, 16), (640, 480), Box(100, 100, 116, 116)),
    "the whole width of a tiny picture": (box(0, 3, 10, 20), (10, 480), Box(0, 3, 10, 23)),
    "all of a tiny picture": (box(0, 0, 3, 2), (3, 2), Box(0, 0, 3, 2)),
    "more than a tiny picture": (box(-5, -5, 50, 50), (3, 2), Box(0, 0, 3, 2)),
    "four zeros for a tiny picture": (box(0, 0, 0, 0), (3, 2), Box(0, 0, 3, 2)),
}


@pytest.mark.parametrize(("given_box", "size", "found"), ENOUGH.values(), ids=ENOUGH)
def test_a_box_of_enough_pixels_or_as_large_as_a_tiny_picture_is_taken(given_box, size, found):
    assert resolve_box("box", given_box, *size)[0] == found


@pytest.mark.parametrize("size", [(-10, 20), (20, -10), (0, 20), (20, 0), (-1, -1)])
def test_a_box_turned_inside_out_or_without_area_is_refused_with_its_size(size):
    assert f"has no area, its size is {size[0]} x {size[1]}" in refusal_of(box(100, 100, *size))


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
    assert resolve_box("box", box(*np.array([1, 2, 30, 40], np.float32)), 640, 480)[0] == Box(1, 2, 31, 42)


@exactly
@given(
    boxes=st.lists(
        st.tuples(st.integers(0, 500), st.integers(0, 300), st.integers(16, 100), st.integers(16, 100)),
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
    _, notes = resolve_box("box", [box(-3, 1, 10, 20), box(600.5, 5, 100, 20)], 640, 480)
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
    x1 = data.draw(st.integers(0, width - least(width)))
    y1 = data.draw(st.integers(0, height - least(height)))
    x2 = data.draw(st.integers(x1 + least(width), width))
    y2 = data.draw(st.integers(y1 + least(height), height))
    corners = painted(height, width, (x1, y1, x1 + 1, y1 + 1), (x2 - 1, y2 - 1, x2, y2))
    assert region_box("region", corners, width, height) == (Box(x1, y1, x2, y2), ())


picture_sides = st.integers(16 * SMALLEST_BOX_SIDE, 3000)


@exactly
@given(x=st.integers(0, 15), y=st.integers(0, 15), width=picture_sides, height=picture_sides)
def test_a_region_of_another_size_is_scaled_to_the_picture_and_covers_all_of_it(x, y, width, height):
    found, notes = region_box("region", painted(16, 16, (x, y, x + 1, y + 1)), width, height)
    assert 0 <= found.x1 < found.x2 <= width and 0 <= found.y1 < found.y2 <= height
    assert found.x1 <= x * width / 16 < found.x1 + 1 and found.x2 - 1 < (x + 1) * width / 16 <= found.x2
    assert found.y1 <= y * height / 16 < found.y1 + 1 and found.y2 - 1 < (y + 1) * height / 16 <= found.y2
    assert notes == (f"region: scaled from 16 x 16 to the picture's {width} x {height}",)


def test_faint_paint_does_not_count_and_nan_is_said():
    mask = painted(32, 32, (2, 3, 20, 21)) + 0.3
    mask[0, 0] = float("nan")
    found, notes = region_box("region", mask, 32, 32)
    assert found == Box(2, 3, 20, 21)
    assert "region: values that are no number (NaN) were set to 0" in notes


@pytest.mark.parametrize(
    ("area", "mask_size", "size"),
    [((5, 5, 8, 7), (32, 32), "3 x 2"), ((5, 5, 31, 7), (32, 32), "26 x 2"), ((9, 9, 29, 29), (64, 64), "11 x 11")],
    ids=["a dot", "a line", "enough in a mask twice the size of the picture"],
)
def test_a_region_in_which_there_is_no_print_to_see_is_refused_with_its_size_and_the_limit(area, mask_size, size):
    with pytest.raises(ImageRefused, match=r"^region: ") as refusal:
        region_box("region", painted(*mask_size, area), 32, 32)
    assert refusal.value.remedy.startswith("Paint a larger region in the mask")
    assert f"what is painted is {size} pixels, less than the 16 that each side needs." in str(refusal.value)


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


@pytest.mark.parametrize(
    ("given_box", "size", "sent_size", "found"),
    [
        (Box(10, 10, 26, 26), (5120, 2560), (5120, 2560), Box(10, 10, 26, 26)),
        (Box(10, 10, 42, 42), (5120, 2560), (2560, 1280), Box(5, 5, 21, 21)),
        (Box(0, 0, 5120, 17), (5120, 17), (2560, 8), Box(0, 0, 2560, 8)),
    ],
    ids=["sent as it is", "still large enough", "as high as the picture is then"],
)
def test_a_box_that_is_large_enough_in_the_picture_as_it_is_sent_goes_along(given_box, size, sent_size, found):
    assert sent_box("box", given_box, size, sent_size) == found


def test_a_box_that_would_be_sent_too_small_is_refused_with_its_size_then():
    with pytest.raises(ImageRefused, match=r"^region: ") as refusal:
        sent_box("region", Box(1000, 1000, 1020, 1020), (20_000, 10_000), (2560, 1280))
    what, what_to_do = str(refusal.value).splitlines()
    assert what == (
        "region: in the picture as it is sent, 2560 x 1280, the box is 3 x 3 pixels, "
        "less than the 16 that each side needs."
    )
    assert what_to_do == "Crop raw_image around what is meant, or give a larger region."


@exactly
@given(data=st.data(), width=st.integers(64, 4000), height=st.integers(64, 4000), share=st.floats(0.05, 1))
def test_a_box_that_is_safe_at_the_smallest_size_is_refused_at_no_larger_one(data, width, height, share):
    x1, y1 = data.draw(st.integers(0, width - 16)), data.draw(st.integers(0, height - 16))
    box = Box(x1, y1, data.draw(st.integers(x1 + 16, width)), data.draw(st.integers(y1 + 16, height)))
    smallest, between = (
        (max(1, round(width * scale)), max(1, round(height * scale)))
        for scale in (share, data.draw(st.floats(share, 1)))
    )
    if is_box_safe(box, (width, height), smallest):
        for size in (smallest, between, (width, height)):
            sent_box("box", box, (width, height), size)


def test_a_box_is_safe_as_long_as_it_keeps_16_pixels_of_each_side():
    assert is_box_safe(Box(0, 0, 32, 640), (640, 640), (320, 320))
    assert not is_box_safe(Box(0, 0, 32, 640), (640, 640), (319, 319))
