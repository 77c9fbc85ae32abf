"""Encoded pictures: Base64 (bare or data URI) of a request to pixels, pixels to the bytes of a result file."""

import base64
import binascii
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from .answers import invalid
from .quirks import PicturesTakenAs

READABLE = ("PNG", "JPEG", "WEBP")
PICTURE_FIELDS = ("Image", "ImageAndMaskList", "ImageList", "Mask", "RawImage", "RawImages")
CONTENT_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}

_NO_PICTURE = (
    UnidentifiedImageError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
    OSError,
    SyntaxError,  # Pillow's word for a broken PNG chunk
    ValueError,
)


def decode_picture(encoded: str, name: str) -> Image.Image:
    """The picture in a data URI or in bare Base64; refused, naming the field, when there is none."""
    try:
        content = base64.b64decode(_bare(encoded), validate=True)
    except (binascii.Error, ValueError):
        raise invalid(name, "is not Base64") from None
    try:
        picture = Image.open(BytesIO(content), formats=READABLE)
        picture.load()
    except _NO_PICTURE:
        raise invalid(name, f"is no picture in {', '.join(READABLE)}") from None
    return picture


def check_form(parameters: Mapping[str, Any], taken: PicturesTakenAs) -> None:
    """Refuses pictures that are not in the form that is taken, naming the field."""
    for name in PICTURE_FIELDS:
        pictures = parameters.get(name)
        for encoded in pictures if isinstance(pictures, list) else [pictures]:
            if isinstance(encoded, str) and taken != ("data URI" if encoded.startswith("data:") else "bare"):
                raise invalid(name, f"is not Base64 as {taken}")


def with_mask_inverted(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The request with the mask of ApplyReferencePattern turned black for white; as it is where there is none."""
    pictures, index = parameters.get("ImageAndMaskList"), parameters.get("MaskIndex")
    if not (isinstance(pictures, list) and isinstance(index, int) and 0 <= index < len(pictures)):
        return dict(parameters)
    inverted = encode_picture(255 - grey(decode_picture(pictures[index], "ImageAndMaskList")), "PNG")
    others = list(pictures)
    others[index] = base64.b64encode(inverted).decode()
    return {**parameters, "ImageAndMaskList": others}


def rgb(picture: Image.Image) -> NDArray[np.uint8]:
    """[H, W, 3]; what is transparent is laid on white."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        ground = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(ground, picture.convert("RGBA"))
    return np.asarray(picture.convert("RGB"))


def grey(picture: Image.Image) -> NDArray[np.uint8]:
    """[H, W]; 255 is white."""
    return np.asarray(picture.convert("L"))


def encode_picture(pixels: NDArray[np.uint8], file_format: str) -> bytes:
    """A file of `pixels` [H, W], [H, W, 3] or [H, W, 4] in one of CONTENT_TYPES; JPEG knows no alpha."""
    file = BytesIO()
    options = {"PNG": {"compress_level": 1}, "JPEG": {"quality": 95}, "WEBP": {"lossless": True, "method": 0}}
    picture = Image.fromarray(rgb(Image.fromarray(pixels)) if file_format == "JPEG" else pixels)
    picture.save(file, file_format, **options[file_format])
    return file.getvalue()


def _bare(encoded: str) -> str:
    if not encoded.startswith("data:"):
        return encoded
    head, comma, content = encoded.partition(",")
    if not comma or not head.startswith("data:image/") or not head.endswith(";base64"):
        raise ValueError(head)
    return content
