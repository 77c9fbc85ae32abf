"""The Box of a request: left, top, right and bottom, in pixels of its picture."""

from __future__ import annotations

from typing import TypeAlias

from ..errors import InputRefused

Box: TypeAlias = tuple[int, int, int, int]


def check_box(box: Box) -> None:
    """Refuses a box without area, and one that starts outside the picture."""
    left, top, right, bottom = box
    if not (0 <= left < right and 0 <= top < bottom):
        raise InputRefused(
            "box",
            f"{box} is turned inside out or starts outside the picture.",
            "Give a box whose right and bottom edges lie beyond its left and top edges.",
        )
