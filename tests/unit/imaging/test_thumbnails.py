"""Result files in small: what they look like is what the decoded picture looks like, on white."""

import io
from pathlib import Path

import numpy as np
import pytest
from comfyui_picpik.imaging import UnreadableImage, thumbnail
from PIL import Image, ImageCms

SIDE = 64
WIDTH, HEIGHT = 240, 160
WHITE = (255, 255, 255)
QUARTERS = ((200, 40, 40), (40, 160, 60), (40, 60, 200), (220, 220, 90))
"""The colours of the upper left, upper right, lower left and lower right quarter."""

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
GREEN_CALLED_RED = SRGB.replace(b"rXYZ", b"tXYZ", 1).replace(b"gXYZ", b"rXYZ", 1).replace(b"tXYZ", b"gXYZ", 1)


def quarters(levels, dtype=np.uint8) -> np.ndarray:
    """A picture of four quarters, each of one level or colour."""
    four = np.array(levels, dtype).reshape(2, 2, -1)
    return four.repeat(HEIGHT // 2, axis=0).repeat(WIDTH // 2, axis=1).squeeze()


def file(picture: Image.Image | np.ndarray, kind: str = "PNG", **options) -> bytes:
    picture = Image.fromarray(picture) if isinstance(picture, np.ndarray) else picture
    target = io.BytesIO()
    picture.save(target, kind, **options)
    return target.getvalue()


def exif(orientation: int) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


def grey(*levels: int) -> tuple[tuple[int, int, int], ...]:
    return tuple((level, level, level) for level in levels)


RGB = Image.fromarray(quarters(QUARTERS))
WITH_ALPHA = quarters([(*colour, alpha) for colour, alpha in zip(QUARTERS, (255, 0, 255, 0), strict=True)])
ON_WHITE = (QUARTERS[0], WHITE, QUARTERS[2], WHITE)
DEEP = quarters([0, 0x4040, 0x8080, 0xFFFF], np.uint16)
CLOCKWISE = (QUARTERS[2], QUARTERS[0], QUARTERS[3], QUARTERS[1])

CASES = {
    "png rgb": (file(RGB), QUARTERS),
    "png rgba": (file(WITH_ALPHA), ON_WHITE),
    "png palette": (file(RGB.quantize(8)), QUARTERS),
    "png grey": (file(quarters([0, 64, 128, 255])), grey(0, 64, 128, 255)),
    "png grey of 16 bits": (file(DEEP), grey(0, 64, 128, 255)),
    "png grey of 16 bits, one level transparent": (file(DEEP, transparency=0x8080), grey(0, 64, 255, 255)),
    "png grey of 16 bits, lying on its side": (file(DEEP, exif=exif(6)), grey(128, 0, 255, 64)),
    "jpeg": (file(RGB, "JPEG", quality=95), QUARTERS),
    "jpeg lying on its side": (file(RGB, "JPEG", quality=95, exif=exif(6)), CLOCKWISE),
    "jpeg upside down": (file(RGB, "JPEG", quality=95, exif=exif(3)), QUARTERS[::-1]),
    "jpeg cmyk": (file(RGB.convert("CMYK"), "JPEG", quality=95), QUARTERS),
    "webp": (file(RGB, "WEBP", lossless=True), QUARTERS),
    "png of another colour profile": (
        file(RGB, icc_profile=GREEN_CALLED_RED),
        tuple((green, red, blue) for red, green, blue in QUARTERS),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_thumbnail_shows_the_picture_upright_in_its_colours_and_on_white(name: str, tmp_path: Path):
    data, expected = CASES[name]
    path = tmp_path / "picture"
    path.write_bytes(data)

    small = Image.open(io.BytesIO(thumbnail(path, SIDE)))

    assert (small.format, small.mode, max(small.size)) == ("JPEG", "RGB", SIDE)
    assert (small.height > small.width) == ("on its side" in name)
    places = [(x * small.width // 4, y * small.height // 4) for y in (1, 3) for x in (1, 3)]
    seen = np.array([small.getpixel(place) for place in places])
    assert np.abs(seen - np.array(expected)).max() <= 8, seen.tolist()


def test_a_small_picture_stays_as_small_as_it_is(tmp_path: Path):
    path = tmp_path / "picture"
    path.write_bytes(file(RGB))

    assert Image.open(io.BytesIO(thumbnail(path, 1000))).size == (WIDTH, HEIGHT)


@pytest.mark.parametrize("data", [b"", b"<html>", file(RGB)[:200], None], ids=["empty", "text", "cut off", "missing"])
def test_what_is_no_whole_picture_has_no_thumbnail(data: bytes | None, tmp_path: Path):
    path = tmp_path / "picture"
    if data is not None:
        path.write_bytes(data)

    with pytest.raises(UnreadableImage):
        thumbnail(path, SIDE)
