"""Print files, read back by readers that share nothing with what wrote them.

They are the small ones below, Pillow, and exiftool where it is installed.
"""

import io
import json
import shutil
import struct
import subprocess
import zlib
from pathlib import Path

import numpy as np
import pytest
from comfyui_picpik.pattern import FORMATS, PatternRefused, encode_print
from PIL import Image

TEXTS = {"prompt": json.dumps({"1": {"class_type": "配色"}}), "workflow": json.dumps({"nodes": []})}
RESOLUTIONS = (12.9, 72, 72.3, 130.048, 150, 299.99, 1200)
EXIFTOOL = shutil.which("exiftool")


def flat(count: int, height: int = 61, width: int = 83) -> np.ndarray:
    """A print of exactly so many colours."""
    levels = np.random.default_rng(count).choice(1 << 24, count, replace=False)
    palette = np.stack([levels >> 16, levels >> 8 & 255, levels & 255], axis=-1).astype(np.uint8)
    return palette[np.arange(height * width).reshape(height, width) % count]


def shaded(height: int = 61, width: int = 83) -> np.ndarray:
    return np.random.default_rng(5).integers(0, 256, (height, width, 3), np.uint8)


def png_by_pillow(levels: np.ndarray) -> list[bytes]:
    file = io.BytesIO()
    Image.fromarray(levels).save(file, "PNG")
    return [file.getvalue()]


def written(levels: np.ndarray, file_format: str, dpi: float = 150, texts=TEXTS) -> bytes:
    return b"".join(encode_print("images", levels, file_format, dpi, texts, png_by_pillow).chunks)


def report_of(levels: np.ndarray, file_format: str, dpi: float = 150, texts=TEXTS) -> str:
    return "\n".join(encode_print("images", levels, file_format, dpi, texts, png_by_pillow).report)


def picture_in(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def png_chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, found = 8, []
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", data, at + 8 + length) == (zlib.crc32(kind + body),)
        found.append((kind, body))
        at += 12 + length
    return found


def tiff_fields(data: bytes) -> dict[int, tuple | bytes]:
    """The first directory of a little-endian TIFF, and that it is in order."""
    assert data[:4] == b"II*\0"
    (start,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, start)
    assert start % 2 == 0 and struct.unpack_from("<I", data, start + 2 + 12 * count) == (0,)
    found: dict[int, tuple | bytes] = {}
    for at in range(start + 2, start + 2 + 12 * count, 12):
        tag, kind, number = struct.unpack_from("<HHI", data, at)
        code, size = {2: ("s", 1), 3: ("H", 2), 4: ("I", 4), 5: ("II", 8), 7: ("s", 1)}[kind]
        place = at + 8 if number * size <= 4 else struct.unpack_from("<I", data, at + 8)[0]
        found[tag] = (
            data[place : place + number] if code == "s" else struct.unpack_from(f"<{code * number}", data, place)
        )
    assert [*found] == sorted(found)
    return found


def jpeg_segments(data: bytes) -> dict[int, bytes]:
    assert data[:2] == b"\xff\xd8"
    at, found = 2, {}
    while data[at + 1] != 0xDA:
        (length,) = struct.unpack_from(">H", data, at + 2)
        found[data[at + 1]] = data[at + 4 : at + 2 + length]
        at += 2 + length
    return found


def dpi_in(data: bytes, file_format: str) -> float:
    if file_format == "PNG":
        across, down, unit = struct.unpack(">IIB", dict(png_chunks(data))[b"pHYs"])
        assert across == down and unit == 1
        return across * 0.0254
    if file_format == "JPEG":
        segments = jpeg_segments(data)
        exif = tiff_fields_of_exif(segments[0xE1])
        unit, across, down = struct.unpack_from(">BHH", segments[0xE0], 7)
        whole = {0: None, 1: across, 2: across * 2.54}[unit]
        assert across == down and (whole is None or whole == pytest.approx(exif, rel=0.001))
        return exif
    fields = tiff_fields(data)
    assert fields[282] == fields[283] and fields[296] == (2,)
    return fields[282][0] / fields[282][1]


def tiff_fields_of_exif(segment: bytes) -> float:
    exif = Image.Exif()
    exif.load(segment)
    assert exif[0x0128] == 2 and exif[0x011A] == exif[0x011B]
    return float(exif[0x011A])


def profile_in(data: bytes, file_format: str) -> bytes:
    if file_format == "PNG":
        name, _, rest = dict(png_chunks(data))[b"iCCP"].partition(b"\0")
        assert name and rest[:1] == b"\0"
        return zlib.decompress(rest[1:])
    if file_format == "JPEG":
        return jpeg_segments(data)[0xE2].removeprefix(b"ICC_PROFILE\0\1\1")
    return tiff_fields(data)[34675]


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize("dpi", RESOLUTIONS)
def test_the_resolution_reads_back_within_a_thousandth(file_format: str, dpi: float):
    data = written(flat(9), file_format, dpi)
    assert dpi_in(data, file_format) == pytest.approx(dpi, rel=0.001)
    told = picture_in(data).info["dpi"]
    assert [float(each) for each in told] == pytest.approx([dpi, dpi], rel=0.001)


@pytest.mark.parametrize("file_format", FORMATS)
def test_an_srgb_profile_is_embedded(file_format: str):
    profile = profile_in(written(flat(9), file_format), file_format)
    assert len(profile) == int.from_bytes(profile[:4], "big")
    assert profile[12:24] == b"mntrRGB XYZ " and profile[36:40] == b"acsp"
    assert "sRGB" in profile.decode("latin-1").replace("\0", "")
    assert picture_in(written(flat(9), file_format)).info["icc_profile"] == profile


@pytest.mark.parametrize("file_format", ["PNG", "TIFF", "indexed TIFF"])
@pytest.mark.parametrize("size", [(61, 83), (8, 8), (1, 9), (9, 1), (701, 1301)])
def test_all_but_jpeg_lose_nothing(file_format: str, size: tuple[int, int]):
    prints = [flat(1, *size), flat(2, *size), flat(8, *size)]
    if file_format != "indexed TIFF":
        prints.append(shaded(*size))
    for levels in prints:
        assert np.array_equal(np.asarray(picture_in(written(levels, file_format)).convert("RGB")), levels)


def test_a_jpeg_loses_little_and_no_detail_of_colour():
    levels = flat(9, 8, 8).repeat(16, axis=0).repeat(16, axis=1)
    data = written(levels, "JPEG")
    assert np.abs(np.asarray(picture_in(data)).astype(int) - levels).mean() < 2
    frame = jpeg_segments(data)[0xC0]
    assert {frame[7 + 3 * component] for component in range(3)} == {0x11}, "no component is sampled more coarsely"


@pytest.mark.parametrize("count", [1, 2, 3, 8, 17, 255, 256])
def test_few_colours_are_exactly_so_many_entries(count: int):
    levels = flat(count)
    png = written(levels, "PNG")
    assert len(dict(png_chunks(png))[b"PLTE"]) == 3 * count
    fields = tiff_fields(written(levels, "indexed TIFF"))
    entries = np.array(fields[320]).reshape(3, 256).T
    colours = np.unique(levels.reshape(-1, 3), axis=0)
    assert np.array_equal(np.unique(entries[:count], axis=0), colours.astype(int) * 257)
    assert not entries[count:].any()
    assert f"{count} colour" in report_of(levels, "PNG")


def test_a_tiff_is_lzw_in_8_bits_and_an_indexed_one_has_one_number_a_pixel():
    plain, indexed = tiff_fields(written(flat(9), "TIFF")), tiff_fields(written(flat(9), "indexed TIFF"))
    assert (plain[258], plain[259], plain[262], plain[277]) == ((8, 8, 8), (5,), (2,), (3,))
    assert (indexed[258], indexed[259], indexed[262], indexed[277]) == ((8,), (5,), (3,), (1,))


def test_more_colours_than_an_indexed_tiff_holds_are_refused_and_make_a_png_of_all_colours():
    with pytest.raises(PatternRefused, match="Reduce Colours") as refused:
        written(flat(257), "indexed TIFF")
    assert refused.value.input == "images" and len(str(refused.value).splitlines()) == 2
    assert b"PLTE" not in dict(png_chunks(written(flat(257), "PNG")))


def test_a_colour_that_few_rows_have_is_counted():
    levels = flat(256, 64, 64).copy()
    levels[37, 11] = (1, 2, 3)
    with pytest.raises(PatternRefused):
        written(levels, "indexed TIFF")


def test_what_is_no_format_and_what_is_too_long_for_a_jpeg_are_refused():
    with pytest.raises(PatternRefused, match="indexed TIFF, JPEG"):
        written(flat(2), "BMP")
    with pytest.raises(PatternRefused, match="65500"):
        written(flat(2, 8, 65_501), "JPEG")


def test_the_workflow_is_where_comfyui_looks_for_it_and_nothing_else_is():
    chunks = png_chunks(written(flat(9), "PNG"))
    assert dict(body.split(b"\0") for kind, body in chunks if kind == b"tEXt") == {
        key.encode(): text.encode() for key, text in TEXTS.items()
    }
    assert [kind for kind, _ in chunks].index(b"iCCP") < [kind for kind, _ in chunks].index(b"PLTE")
    for file_format in ("TIFF", "indexed TIFF"):
        fields = tiff_fields(written(flat(9), file_format))
        assert fields[271] == b"workflow:" + TEXTS["workflow"].encode() + b"\0"
        assert fields[272] == b"prompt:" + TEXTS["prompt"].encode() + b"\0"
    exif = picture_in(written(flat(9), "JPEG")).getexif()
    assert exif[0x010F] == "workflow:" + TEXTS["workflow"] and exif[0x0110] == "prompt:" + TEXTS["prompt"]


@pytest.mark.parametrize("file_format", FORMATS)
def test_without_texts_there_is_no_text(file_format: str):
    data = written(flat(9), file_format, texts={})
    assert b"workflow" not in data and b"prompt" not in data and b"tEXt" not in data


def test_a_workflow_too_long_for_a_jpeg_is_left_out_and_that_is_said():
    long = {"workflow": "x" * 70_000}
    assert "too long for a JPEG" in report_of(flat(9), "JPEG", texts=long)
    assert b"workflow" not in written(flat(9), "JPEG", texts=long)
    assert b"x" * 70_000 in written(flat(9), "TIFF", texts=long)


@pytest.mark.parametrize(
    ("file_format", "dpi", "says"),
    [
        ("PNG", 150, []),
        ("JPEG", 150, []),
        ("PNG", 149.99, []),
        (
            "PNG",
            149,
            [
                "Spoonflower publishes: 149 dpi (advises at least 150)",
                "Printful publishes: 149 dpi (advises at least 150)",
            ],
        ),
        ("JPEG", 400, ["Printful publishes: 400 dpi (advises at most 300)"]),
        ("TIFF", 150, ["Printful publishes: TIFF (takes PNG and JPEG)"]),
        ("indexed TIFF", 100, ["Spoonflower", "indexed TIFF (takes PNG and JPEG); 100 dpi (advises at least 150)"]),
    ],
)
def test_the_report_names_the_printers_whose_limits_are_not_kept(file_format: str, dpi: float, says: list[str]):
    report = report_of(flat(9), file_format, dpi)
    assert all(each in report for each in says)
    assert report.count("Outside what") == (len(says) if file_format != "indexed TIFF" else 2)


def test_the_report_tells_pixels_size_and_format():
    assert (
        report_of(flat(9, 512, 1024), "TIFF")
        .splitlines()[0]
        .startswith("1024 x 512 pixels, 17.3 x 8.7 cm (6.83 x 3.41 in) at 150 dpi, TIFF, ")
    )


def test_a_png_says_where_whole_pixels_on_a_metre_are_too_coarse():
    assert "counts whole pixels on a metre: 3.0226 dpi" in report_of(flat(9), "PNG", 3.03)
    assert "metre" not in report_of(flat(9), "PNG", 150)


@pytest.mark.skipif(EXIFTOOL is None, reason="the readers above have read the same; exiftool is one more")
@pytest.mark.parametrize("dpi", [72.3, 150])
def test_exiftool_reads_the_same(tmp_path: Path, dpi: float):
    assert EXIFTOOL is not None
    for file_format in FORMATS:
        path = tmp_path / f"{file_format}.bin"
        path.write_bytes(written(flat(9, 40, 60), file_format, dpi))
        told = json.loads(subprocess.run([EXIFTOOL, "-json", "-n", path], capture_output=True, check=True).stdout)[0]
        found = told["PixelsPerUnitX"] * 0.0254 if file_format == "PNG" else told["XResolution"]
        assert found == pytest.approx(dpi, rel=0.001)
        assert (told["ImageWidth"], told["ImageHeight"]) == (60, 40)
        assert "sRGB" in told["ProfileDescription"] and "Warning" not in told
        assert "TIFF" not in file_format or told["Compression"] == 5
