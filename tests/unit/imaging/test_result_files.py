"""Result files judged before they are stored: whole pictures pass, everything else is one clear error."""

import io
import struct
import warnings
import zlib

import numpy as np
import pytest
from comfyui_picpik.imaging import (
    PictureFacts,
    UnreadableImage,
    check_picture,
    decode_batch,
    describe_picture,
    read_picture_size,
)
from comfyui_picpik.imaging.result_files import MAX_PIXELS
from hypothesis import given, settings, strategies as st
from PIL import Image, ImageFile

exactly = settings(derandomize=True, max_examples=150, database=None)

LEVELS = np.random.default_rng(5).integers(0, 256, (24, 30, 4), np.uint8)


def file(kind: str, mode: str = "RGB", **options) -> bytes:
    target = io.BytesIO()
    Image.fromarray(LEVELS).convert(mode).save(target, kind, **options)
    return target.getvalue()


def more_frames(mode: str = "RGB") -> dict:
    return {"save_all": True, "append_images": [Image.fromarray(LEVELS[::-1]).convert(mode)]}


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_with_header(width: int, height: int) -> bytes:
    """A complete file of a few bytes that claims any size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", body) + png_chunk(b"IEND", b"")


WHOLE = {
    "png": file("PNG", "RGBA"),
    "png palette": file("PNG", "P"),
    "png animated": file("PNG", **more_frames()),
    "jpeg": file("JPEG"),
    "jpeg progressive": file("JPEG", progressive=True),
    "jpeg cmyk": file("JPEG", "CMYK"),
    "webp": file("WEBP", "RGBA"),
    "webp lossless": file("WEBP", lossless=True),
    "webp animated": file("WEBP", **more_frames()),
    "gif": file("GIF", "P"),
    "gif animated": file("GIF", "P", **more_frames("P")),
}


def why_unreadable(data: bytes) -> str:
    """The first line of the refusal."""
    with pytest.raises(UnreadableImage) as error:
        check_picture(data, "result 3")
    what, what_to_do = str(error.value).splitlines()
    assert what.startswith("result 3: ") and error.value.label == "result 3"
    assert "The file is kept" in what_to_do
    return what


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_picture_passes_with_its_type_and_size(name):
    assert check_picture(WHOLE[name]) == PictureFacts(f"image/{name.split()[0]}", 30, 24)


def test_a_jpeg_of_several_pictures_is_a_jpeg():
    assert check_picture(file("MPO", **more_frames())).media_type == "image/jpeg"


def test_the_size_is_that_of_the_upright_picture(tmp_path):
    turned = Image.Exif()
    turned[0x0112] = 6
    for kind in ("PNG", "JPEG", "WEBP"):
        data = file(kind, exif=turned)
        assert (check_picture(data).width, check_picture(data).height) == (24, 30)
        (tmp_path / "turned").write_bytes(data)
        assert read_picture_size(tmp_path / "turned") == (24, 30)


def test_a_header_alone_tells_the_size(tmp_path):
    (tmp_path / "header").write_bytes(WHOLE["jpeg progressive"][:400] + bytes(10))
    with Image.open(io.BytesIO(WHOLE["jpeg"])) as picture:
        assert read_picture_size(tmp_path / "header") == picture.size


def test_a_file_without_a_header_has_no_size(tmp_path):
    (tmp_path / "page").write_bytes(b"<html>")
    with pytest.raises(UnreadableImage, match=r"page: it is no PNG, JPEG, WebP or GIF picture"):
        read_picture_size(tmp_path / "page")
    with pytest.raises(UnreadableImage, match=r"missing: the file cannot be read"):
        read_picture_size(tmp_path / "missing")


@exactly
@given(name=st.sampled_from(sorted(WHOLE)), share=st.floats(0, 1, exclude_max=True))
def test_a_picture_cut_off_anywhere_is_refused(name, share):
    why_unreadable(WHOLE[name][: int(share * len(WHOLE[name]))])


@pytest.mark.parametrize("name", WHOLE)
def test_a_cut_off_picture_is_refused_even_where_another_pack_told_pillow_to_accept_it(name, monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    data = WHOLE[name]
    check_picture(data)
    for lost in (1, 2, 13, len(data) // 2):
        why_unreadable(data[:-lost])


def test_a_png_whose_pixels_were_damaged_on_the_way_is_refused():
    data = bytearray(WHOLE["png"])
    data[len(data) // 2] ^= 4
    assert f"damaged or cut off after {len(data)} bytes" in why_unreadable(bytes(data))


def test_a_png_that_was_made_wrong_but_arrived_whole_is_kept_and_refused_by_decoding(tmp_path):
    header = struct.pack(">IIBBBBB", 30, 24, 8, 2, 0, 0, 0)
    chunks = png_chunk(b"IHDR", header) + png_chunk(b"IDAT", b"no deflate") + png_chunk(b"IEND", b"")
    data = b"\x89PNG\r\n\x1a\n" + chunks
    assert check_picture(data) == PictureFacts("image/png", 30, 24)
    (tmp_path / "result").write_bytes(data)
    with pytest.raises(UnreadableImage, match=r"result: the picture is damaged \("):
        decode_batch([tmp_path / "result"])
    assert (tmp_path / "result").read_bytes() == data


def test_a_jpeg_whose_pixels_cannot_be_decoded_is_refused():
    data = WHOLE["jpeg"]
    quantisation, frame = data.index(b"\xff\xdb"), data.index(b"\xff\xc0")
    assert "the picture is damaged (" in why_unreadable(data[:quantisation] + data[frame:])


def test_an_empty_file_is_refused():
    assert why_unreadable(b"") == "result 3: it is empty."


@pytest.mark.parametrize(
    "page",
    [
        b"<!DOCTYPE html><html><body>Access to https://bucket.example/a.png?Signature=abc denied</body></html>",
        b'\r\n<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
        b'{"RetCode": 230, "Message": "expired"}',
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    ],
)
def test_an_error_page_is_called_text_and_not_quoted(page):
    assert why_unreadable(page) == "result 3: it is text, such as an error page, and no picture."


@pytest.mark.parametrize(
    "data",
    [
        b"not found",
        bytes(1000),
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        b"GIF89a",
        file("BMP"),
        file("TIFF"),
        file("PPM"),
    ],
)
def test_what_is_no_picture_of_a_known_format_is_refused(data):
    assert why_unreadable(data).startswith("result 3: it is no PNG, JPEG, WebP or GIF picture")


@pytest.mark.parametrize("size", [(8193, 8192), (10_000, 10_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
@pytest.mark.parametrize("strict", [True, False], ids=["warnings are errors", "warnings are ignored"])
def test_a_decompression_bomb_is_refused_before_it_goes_off(size, strict, tmp_path):
    bomb = png_with_header(*size)
    (tmp_path / "bomb").write_bytes(bomb)
    with warnings.catch_warnings():
        warnings.simplefilter("error" if strict else "ignore")
        assert why_unreadable(bomb) == f"result 3: the picture has more than {MAX_PIXELS} pixels."
        with pytest.raises(UnreadableImage, match="more than"):
            decode_batch([tmp_path / "bomb"])


def test_a_bomb_is_refused_even_where_another_pack_took_pillows_limit_away(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    assert "more than" in why_unreadable(png_with_header(60_000, 60_000))


@pytest.mark.parametrize("before_the_pixels", [True, False])
def test_a_bomb_in_the_text_of_a_png_does_no_harm(before_the_pixels, tmp_path):
    text = png_chunk(b"zTXt", b"note\0\0" + zlib.compress(bytes(80_000_000)))
    data = WHOLE["png"]
    place = data.index(b"IDAT") - 4 if before_the_pixels else len(data) - 12
    (tmp_path / "bomb").write_bytes(data[:place] + text + data[place:])
    with pytest.raises(UnreadableImage):
        decode_batch([tmp_path / "bomb"])


def test_a_damaged_second_frame_does_not_lose_the_first(tmp_path):
    short_control_block = b"\x21\xf9\x01\x00\x00"
    data = WHOLE["gif"][:-1] + short_control_block + b";"
    assert check_picture(data).media_type == "image/gif"
    (tmp_path / "gif").write_bytes(data)
    found = decode_batch([tmp_path / "gif"])
    assert found.notes == ("picture 1: animated, its first frame was taken",)
    (tmp_path / "gif").write_bytes(WHOLE["gif"])
    assert (found.images == decode_batch([tmp_path / "gif"]).images).all()


@st.composite
def damaged_files(draw):
    """A real file with some bytes changed, put in or taken out, and its PNG checksums made good again."""
    data = bytearray(WHOLE[draw(st.sampled_from(sorted(WHOLE)))])
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, len(data) - 1))
        change = draw(st.sampled_from(("change", "change", "change", "insert", "remove")))
        if change == "change":
            data[place] = draw(st.integers(0, 255))
        elif change == "insert":
            data[place:place] = draw(st.binary(min_size=1, max_size=8))
        elif len(data) > 100:
            del data[place : place + draw(st.integers(1, 8))]
    return with_good_checksums(bytes(data)) if draw(st.booleans()) else bytes(data)


def with_good_checksums(data: bytes) -> bytes:
    position, mended = 8, bytearray(data)
    while data.startswith(b"\x89PNG") and position + 12 <= len(data):
        end = position + 12 + int.from_bytes(data[position : position + 4], "big")
        mended[end - 4 : end] = struct.pack(">I", zlib.crc32(data[position + 4 : end - 4]))
        position = end
    return bytes(mended[: len(data)])


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(exactly, max_examples=400)
@given(data=damaged_files())
def test_a_damaged_file_is_either_a_picture_or_unreadable_and_nothing_worse(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("damaged") / "file"
    path.write_bytes(data)
    facts, found = outcome(lambda: check_picture(data)), outcome(lambda: decode_batch([path]))
    if found:
        assert facts and found.images.shape == (1, facts.height, facts.width, 3)
    elif facts:
        assert facts.media_type == "image/png", "all others were decoded by the check"


def outcome(look):
    """What comes of it; None where the file is unreadable."""
    try:
        return look()
    except UnreadableImage:
        return None


@exactly
@given(data=st.binary(max_size=300))
def test_any_bytes_at_all_are_unreadable_and_nothing_worse(data):
    with pytest.raises(UnreadableImage):
        check_picture(data)


def test_a_picture_is_described_by_its_header():
    assert describe_picture(file("PNG", "RGBA")).startswith("PNG ")
    assert describe_picture(file("PNG", "RGBA")).endswith(" RGBA")
    assert describe_picture(b"<html>") == "no picture"
