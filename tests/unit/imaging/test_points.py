"""Points from the text in which point editors hand them on."""

import pytest
from comfyui_picpik.imaging import (
    ImageRefused,
    Point,
    are_points_safe,
    point_entries,
    refuse_contradiction,
    resolve_points,
    scale_points,
    sent_points,
)
from hypothesis import given, settings, strategies as st

exactly = settings(derandomize=True, max_examples=200, database=None)


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("", [[]]),
        (" \n", [[]]),
        ("[]", [[]]),
        ('[{"x": 120, "y": 80}]', [[{"x": 120, "y": 80}]]),
        ('[{"x": 1, "y": 2}, {"x": 3, "y": 4}]', [[{"x": 1, "y": 2}, {"x": 3, "y": 4}]]),
        ('[[{"x": 1, "y": 2}], []]', [[{"x": 1, "y": 2}], []]),
    ],
)
def test_a_list_of_points_is_for_all_pictures_and_a_list_of_lists_for_one_each(text, entries):
    assert point_entries("include_points", text) == entries


@pytest.mark.parametrize("text", ["{", "120, 80", '{"x": 120, "y": 80}', "7", '"text"'])
def test_what_is_no_list_is_refused_with_an_example(text):
    with pytest.raises(ImageRefused, match=r'(?s)^include_points: .*\[\{"x": 120, "y": 80\}\]'):
        point_entries("include_points", text)


@pytest.mark.parametrize(
    ("point", "pixel"),
    [
        ({"x": 0, "y": 0}, (0, 0)),
        ({"x": 99, "y": 49}, (99, 49)),
        ({"x": 99.9, "y": 0.4}, (99, 0)),
        ({"x": 5.0, "y": 6, "label": 1}, (5, 6)),
    ],
)
def test_a_point_is_the_pixel_in_which_it_lies(point, pixel):
    assert resolve_points("include_points", [point], 100, 50) == (Point(*pixel),)


def test_the_same_points_are_the_same_request_in_whatever_order_and_however_often_they_are_written():
    first, second = {"x": 3, "y": 4}, {"x": 1, "y": 9}
    orders = ([first, second], [second, first], [first, second, first])
    assert {resolve_points("include_points", order, 10, 10) for order in orders} == {(Point(1, 9), Point(3, 4))}


def test_points_that_fall_on_each_other_in_the_picture_as_it_is_sent_are_refused():
    apart = ((Point(10, 10),), (Point(13, 10),))
    assert sent_points(*apart, (100, 100), (50, 50)) == ((Point(5, 5),), (Point(6, 5),))
    with pytest.raises(ImageRefused, match=r"^exclude_points: in the picture as it is sent, 10 x 10, a point falls"):
        sent_points(*apart, (100, 100), (10, 10))


@pytest.mark.parametrize(
    "point",
    [
        {"x": 10**400, "y": 0},
        {"x": -1, "y": 0},
        {"x": 100, "y": 0},
        {"x": 0, "y": 50},
        {"x": 0, "y": -0.5},
        {"x": float("nan"), "y": 0},
        {"x": float("inf"), "y": 0},
        {"x": "5", "y": 0},
        {"x": True, "y": 0},
        {"x": None, "y": 0},
        {"x": 5},
        [5, 6],
        5,
    ],
)
def test_a_point_that_is_none_or_lies_outside_is_refused_by_its_input_name(point):
    with pytest.raises(ImageRefused, match=r"^exclude_points: .*\n"):
        resolve_points("exclude_points", [point], 100, 50)


def test_a_pixel_cannot_be_included_and_excluded():
    refuse_contradiction([Point(1, 2)], [Point(2, 1)])
    with pytest.raises(ImageRefused, match=r"^exclude_points: the point at 1, 2 "):
        refuse_contradiction([Point(3, 4), Point(1, 2)], [Point(1, 2)])


@pytest.mark.parametrize(
    ("point", "size", "new_size", "scaled"),
    [
        ((0, 0), (100, 50), (100, 50), (0, 0)),
        ((99, 49), (100, 50), (200, 100), (199, 99)),
        ((99, 49), (100, 50), (10, 5), (9, 4)),
        ((50, 25), (100, 50), (10, 5), (5, 2)),
        ((5119, 2559), (5120, 2560), (2560, 1280), (2559, 1279)),
    ],
)
def test_a_point_stays_on_what_it_stands_on_when_the_picture_is_scaled(point, size, new_size, scaled):
    assert scale_points([Point(*point)], size, new_size) == (Point(*scaled),)


@exactly
@given(data=st.data(), side=st.integers(64, 4000), share=st.floats(0.05, 1))
def test_points_that_are_safe_at_the_smallest_size_are_refused_at_no_larger_one(data, side, share):
    places = st.integers(0, side - 1)
    include = Point(data.draw(places), data.draw(places))
    near = st.integers(-30, 30)
    exclude = Point(*(min(side - 1, max(0, at + data.draw(near))) for at in include))
    smallest, between = (max(1, round(side * scale)) for scale in (share, data.draw(st.floats(share, 1))))
    if are_points_safe([include], [exclude], (side, side), (smallest, smallest)):
        for size in (smallest, between, side):
            sent_points([include], [exclude], (side, side), (size, size))


def test_points_are_safe_as_long_as_a_pixel_lies_between_them():
    one, other = Point(10, 10), Point(10, 12)
    assert are_points_safe([one], [other], (100, 100), (50, 50))
    assert not are_points_safe([one], [other], (100, 100), (49, 49))
    assert are_points_safe([one], [], (100, 100), (1, 1))
