"""Result files opened and judged: whole, of a known format, of bearable size.

Other packs in the same ComfyUI may tell Pillow to accept truncated files, for the whole process. Whether a file is
complete is therefore read from its own structure here, not from Pillow's complaints alone.
"""

import io
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from .errors import UnreadableImage

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
# MPO is what Pillow calls a JPEG with further pictures behind the first.
_MEDIA_TYPES = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "WEBP": "image/webp",
    "GIF": "image/gif",
}
# As floats in a batch such a picture takes 0.8 GB; the largest result that can be ordered is a tenth of it.
MAX_PIXELS = 8192 * 8192
_TOO_LARGE = f"the picture has more than {MAX_PIXELS} pixels."

# What Pillow's readers raise over damaged or hostile files.
DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    ArithmeticError,
    LookupError,
    TypeError,
    struct.error,
    zlib.error,
    EOFError,
)

_ORIENTATION_TAG = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SWAPS_SIDES = (5, 6, 7, 8)


@dataclass(frozen=True)
class PictureFacts:
    """What a file is. Width and height are those of the upright picture, after its EXIF orientation."""

    media_type: str
    width: int
    height: int


def check_picture(data: bytes, label: str = "The file") -> PictureFacts:
    """Whether the bytes arrived as one complete picture; if not, raises UnreadableImage with `label` in its text.

    A PNG carries checksums over all of its bytes: they are verified, which takes a fortieth of the time of decoding.
    The other formats carry none and are decoded to the last pixel.
    """
    picture = open_picture(data, label)
    if picture.format != "PNG":
        load(picture, label)
    return PictureFacts(_MEDIA_TYPES[str(picture.format)], *upright_size(picture))


def describe_picture(data: bytes) -> str:
    """Format, size and kind of pixels, from the header alone: "PNG 512 x 512 RGB"; "no picture" of anything else."""
    try:
        picture = _open(io.BytesIO(data), "The file")
    except UnreadableImage:
        return "no picture"
    return f"{picture.format} {picture.width} x {picture.height} {picture.mode}"


def read_picture_size(path: Path) -> tuple[int, int]:
    """Width and height of the upright picture in a file, from its header alone; UnreadableImage where there is none."""
    try:
        with path.open("rb") as file:
            return upright_size(_open(file, str(path)))
    except OSError as error:
        raise _unreadable(path, error) from error


def read_bytes(path: Path) -> bytes:
    """The whole file; UnreadableImage where that fails."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error


def open_picture(data: bytes, label: str) -> Image.Image:
    """A complete picture, its header read, its pixels not yet decoded."""
    if not data:
        raise UnreadableImage(label, "it is empty.")
    if data.lstrip()[:1] in (b"<", b"{"):
        raise UnreadableImage(label, "it is text, such as an error page, and no picture.")
    picture = _open(io.BytesIO(data), label)
    if not _is_complete(picture, data):
        raise UnreadableImage(label, f"the picture is damaged or cut off after {len(data)} bytes.")
    return picture


def load(picture: Image.Image, label: str) -> None:
    """Decodes the first frame."""
    try:
        picture.load()
    except DAMAGE as error:
        raise UnreadableImage(label, f"the picture is damaged ({type(error).__name__}).") from error


def is_animated(picture: Image.Image) -> bool:
    """Whether there are more frames than the first."""
    try:
        return getattr(picture, "is_animated", False)
    except DAMAGE:
        # Something follows the first frame, even if it cannot be read.
        return True


def turn(picture: Image.Image) -> Image.Transpose | None:
    """What makes the picture upright, by the EXIF orientation in its header; None where nothing is to be done."""
    return _TURNS.get(_orientation(picture))


def upright_size(picture: Image.Image) -> tuple[int, int]:
    """Width and height after `turn`."""
    width, height = picture.size
    return (height, width) if _orientation(picture) in _SWAPS_SIDES else (width, height)


def _unreadable(path: Path, error: OSError) -> UnreadableImage:
    return UnreadableImage(str(path), f"the file cannot be read ({error.strerror}).")


def _open(file: BinaryIO, label: str) -> Image.Image:
    try:
        picture = Image.open(file, formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnreadableImage(label, _TOO_LARGE) from error
    except DAMAGE as error:
        raise UnreadableImage(label, f"it is no PNG, JPEG, WebP or GIF picture ({type(error).__name__}).") from error
    if picture.width * picture.height > MAX_PIXELS:
        raise UnreadableImage(label, _TOO_LARGE)
    return picture


def _orientation(picture: Image.Image) -> int:
    exif = Image.Exif()
    try:
        exif.load(picture.info.get("exif", b""))
        return exif.get(_ORIENTATION_TAG, 1)
    except DAMAGE:
        # Unreadable notes on a picture are no reason to refuse the picture.
        return 1


def _is_complete(picture: Image.Image, data: bytes) -> bool:
    match picture.format:
        case "PNG":
            return _has_all_png_chunks(memoryview(data))
        case "WEBP":
            return len(data) >= 8 + int.from_bytes(data[4:8], "little")
        case "GIF":
            return data.rstrip(b"\0").endswith(b";")
        case _:
            # JPEG: an end marker behind the last start of a scan; pixel data cannot contain one.
            return data.rfind(b"\xff\xd9") > data.rfind(b"\xff\xda")


def _has_all_png_chunks(data: memoryview) -> bool:
    """Whether the chunks of a PNG go on to its end chunk, each with the checksum it claims."""
    position = 8
    while position + 12 <= len(data):
        end = position + 12 + int.from_bytes(data[position : position + 4], "big")
        if zlib.crc32(data[position + 4 : end - 4]) != int.from_bytes(data[end - 4 : end], "big"):
            return False
        if data[position + 4 : position + 8] == b"IEND":
            return True
        position = end
    return False
