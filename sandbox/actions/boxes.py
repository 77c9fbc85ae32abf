"""The parameter Box."""

from ..answers import invalid
from ..validation import HIGHEST_INT, Field, integer, list_of

BOX_FIELD = Field("Box", list_of(integer(-HIGHEST_INT, HIGHEST_INT)))


def checked_box(box: list[int], width: int, height: int) -> tuple[int, int, int, int]:
    """A Box as left, top, right, bottom within a picture of this size."""
    if len(box) != 4:
        raise invalid("Box", f"must have 4 numbers x1, y1, x2, y2, not {len(box)}")
    left, top, right, bottom = box
    if left >= right or top >= bottom:
        raise invalid("Box", f"must go from upper left to lower right, not {box}")
    if left < 0 or top < 0 or right > width or bottom > height:
        raise invalid("Box", f"must lie inside the picture of {width} x {height}, not {box}")
    return left, top, right, bottom
