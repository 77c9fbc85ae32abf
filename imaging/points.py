"""Points on a picture, from the text in which ComfyUI's point editors hand them on: [{"x": 120, "y": 80}, ...]."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from numbers import Real
from typing import Any, NamedTuple

from .errors import ImageRefused

_FORM = 'Click on the picture, or write points in pixels, as in [{"x": 120, "y": 80}].'


class Point(NamedTuple):
    """A pixel, counted from the top left corner."""

    x: int
    y: int


def point_entries(name: str, text: str) -> list[list[Any]]:
    """The points of each picture; a plain list, and an empty text, is one entry for all of them.

    A list of such lists has one for each picture of a batch. What is no JSON of this form raises ImageRefused.
    """
    try:
        points = json.loads(text) if text.strip() else []
    except ValueError as error:
        raise ImageRefused(name, f"is no JSON ({error}).", _FORM) from error
    if not isinstance(points, list):
        raise ImageRefused(name, "is no list of points.", _FORM)
    if points and all(isinstance(entry, list) for entry in points):
        return points
    return [points]


def resolve_points(name: str, points: Sequence[Any], width: int, height: int) -> tuple[Point, ...]:
    """The points of one picture, from one entry of `point_entries`, in whole pixels, each once and in one order.

    A point that is none, or that lies outside the picture, raises ImageRefused.
    """
    return tuple(sorted({_inside(name, _point(name, point), width, height) for point in points}))


def refuse_contradiction(included: Sequence[Point], excluded: Sequence[Point]) -> None:
    """Raises ImageRefused where one pixel is to be included and excluded."""
    if both := set(included) & set(excluded):
        x, y = min(both)
        raise ImageRefused(
            "exclude_points", f"the point at {x}, {y} is an include point, too.", "Delete one of the two points."
        )


def sent_points(
    included: Sequence[Point], excluded: Sequence[Point], size: tuple[int, int], sent_size: tuple[int, int]
) -> tuple[tuple[Point, ...], tuple[Point, ...]]:
    """`scale_points` of both for the picture as it is sent; raises ImageRefused where one falls on another there."""
    included, excluded = (scale_points(points, size, sent_size) for points in (included, excluded))
    if set(included) & set(excluded):
        raise ImageRefused(
            "exclude_points",
            f"in the picture as it is sent, {sent_size[0]} x {sent_size[1]}, a point falls on an include point.",
            "Move the two points apart.",
        )
    return included, excluded


def are_points_safe(
    included: Sequence[Point], excluded: Sequence[Point], size: tuple[int, int], smallest: tuple[int, int]
) -> bool:
    """Does `sent_points` refuse them neither at the size `smallest` nor at any larger one?"""
    (width, height), (least_width, least_height) = size, smallest
    return all(
        abs(one.x - other.x) * least_width >= width or abs(one.y - other.y) * least_height >= height
        for one in included
        for other in excluded
    )


def scale_points(points: Sequence[Point], size: tuple[int, int], new_size: tuple[int, int]) -> tuple[Point, ...]:
    """Points in a picture of `size` (width, height) as they lie in the same picture at `new_size`."""
    (width, height), (new_width, new_height) = size, new_size
    return tuple(
        Point((2 * x + 1) * new_width // (2 * width), (2 * y + 1) * new_height // (2 * height)) for x, y in points
    )


def _point(name: str, point: Any) -> tuple[float, float]:
    if not isinstance(point, Mapping) or not {"x", "y"} <= {*point}:
        raise ImageRefused(name, f"a point has x and y; this one is {str(point)[:40]}.", _FORM)
    return _pixels(name, "x", point["x"]), _pixels(name, "y", point["y"])


def _pixels(name: str, axis: str, value: object) -> float:
    with suppress(OverflowError):
        if isinstance(value, Real) and not isinstance(value, bool):
            return float(value)
    raise ImageRefused(name, f"{axis} of a point is no number of pixels but {str(value)[:40]}.", _FORM)


def _inside(name: str, point: tuple[float, float], width: int, height: int) -> Point:
    x, y = point
    if not (0 <= x < width and 0 <= y < height):  # neither is NaN
        raise ImageRefused(
            name,
            f"the point at {x:g}, {y:g} lies outside the picture of {width} x {height} pixels.",
            "Delete the point, or move it into the picture.",
        )
    return Point(int(x), int(y))
