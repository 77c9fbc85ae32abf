"""Pictures that a request sends in one list, and names by their index."""

from typing import Any

from PIL import Image

from ..answers import invalid
from ..picture_encoding import decode_picture
from ..validation import HIGHEST_INT, integer

any_index = integer(0, HIGHEST_INT)


def picture_at(own: dict[str, Any], index_name: str, list_name: str) -> Image.Image:
    """The picture of a list that an index field points to."""
    index, pictures = own[index_name], own[list_name]
    if index >= len(pictures):
        raise invalid(index_name, f"is {index}, but {list_name} has {len(pictures)} entries")
    return decode_picture(pictures[index], f"{list_name}[{index}]")
