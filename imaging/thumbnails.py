"""Result files as small pictures to look at."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from .colours import to_rgb
from .result_files import load, open_picture, read_bytes, turn

_QUALITY = 85
# 65535 / 255: so many 16-bit levels are one 8-bit level.
_LEVELS_OF_16_BITS = 257


def thumbnail(path: Path, side: int) -> bytes:
    """A JPEG of the picture in a file, upright, in sRGB, no side longer than `side`; what is transparent is white.

    Raises UnreadableImage where there is no complete picture.
    """
    picture = open_picture(read_bytes(path), str(path))
    upright = turn(picture)
    picture.draft(None, (side, side))  # of a JPEG, no more is decoded than such a size needs
    load(picture, str(path))
    if upright is not None:
        picture = picture.transpose(upright)
    colours, _ = to_rgb(_in_8_bits(picture))
    small = _on_white(colours)
    small.thumbnail((side, side))
    content = io.BytesIO()
    small.save(content, "JPEG", quality=_QUALITY)
    return content.getvalue()


def _in_8_bits(picture: Image.Image) -> Image.Image:
    """16-bit grey, which Pillow would clip if asked for RGB, as 8-bit grey; any other picture as it is."""
    if not picture.mode.startswith("I"):
        return picture
    levels = np.asarray(picture)
    grey = Image.fromarray((levels // _LEVELS_OF_16_BITS).astype(np.uint8))
    if "transparency" not in picture.info:
        return grey
    opaque = np.where(levels == picture.info["transparency"], 0, 255).astype(np.uint8)
    return Image.merge("LA", (grey, Image.fromarray(opaque)))


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture
    white = Image.new("RGB", picture.size, "white")
    white.paste(picture, mask=picture.getchannel("A"))
    return white
