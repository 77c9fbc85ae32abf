"""The PNG encoder, read back by Pillow and by a strict reader of the format's own rules."""

import io
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from comfyui_picpik.imaging.png import MASK, PHOTO, PRINT, encode_png
from hypothesis import given, settings, strategies as st
from PIL import Image

exactly = settings(derandomize=True, max_examples=60, database=None)


@pytest.fixture(scope="module")
def two_threads():
    with ThreadPoolExecutor(2) as executor:
        yield executor


def written(pixels, executor, recipes=(PHOTO, PRINT)) -> bytes:
    height, width, channels = pixels.shape
    rows = lambda start, stop: pixels[start:stop]  # noqa: E731
    return b"".join(encode_png(rows, width, height, channels, recipes, executor))


def read_by_pillow(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as picture:
        levels = np.asarray(picture)
    return levels if levels.ndim == 3 else levels[..., None]


def chunks_of(data: bytes) -> list[tuple[bytes, bytes]]:
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    position, chunks = 8, []
    while position < len(data):
        (length,) = struct.unpack_from(">I", data, position)
        kind, body = data[position + 4 : position + 8], data[position + 8 : position + 8 + length]
        (checksum,) = struct.unpack_from(">I", data, position + 8 + length)
        assert checksum == zlib.crc32(kind + body)
        chunks.append((kind, body))
        position += 12 + length
    return chunks


def filtered_lines(data: bytes) -> bytes:
    """The zlib stream of all IDAT chunks, decompressed to its checksummed end."""
    inflate = zlib.decompressobj()
    lines = inflate.decompress(b"".join(body for kind, body in chunks_of(data) if kind == b"IDAT"))
    assert inflate.eof, "the checksum at the end of the stream was reached and is right"
    assert inflate.unused_data == b""
    return lines


def noise(height, width, channels=3, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, channels), np.uint8)


def repeating_print(height, width):
    tile = noise(8, 16, seed=7) // 64 * 64
    return np.tile(tile, (height // 8 + 1, width // 16 + 1, 1))[:height, :width]


@exactly
@given(
    height=st.integers(1, 20),
    width=st.integers(1, 20),
    channels=st.sampled_from((1, 3)),
    kind=st.sampled_from(("noise", "black", "white", "ramp")),
    recipes=st.sampled_from(((PHOTO, PRINT), (PHOTO,), (PRINT,), (MASK,))),
)
def test_any_small_picture_comes_back_exactly_from_pillow(two_threads, height, width, channels, kind, recipes):
    pixels = {
        "noise": noise(height, width, channels),
        "black": np.zeros((height, width, channels), np.uint8),
        "white": np.full((height, width, channels), 255, np.uint8),
        "ramp": (np.arange(height * width * channels) % 256).astype(np.uint8).reshape(height, width, channels),
    }[kind]
    assert np.array_equal(read_by_pillow(written(pixels, two_threads, recipes)), pixels)


@pytest.mark.parametrize("width", [700, 1023, 2560])
@pytest.mark.parametrize("make", [noise, repeating_print])
def test_pictures_of_several_strips_come_back_exactly(two_threads, width, make):
    strip_rows = 768 * 1024 // (1 + 3 * width)
    for height in (strip_rows - 1, strip_rows, strip_rows + 1, 2 * strip_rows + 3):
        pixels = make(height, width)
        data = written(pixels, two_threads)
        assert np.array_equal(read_by_pillow(data), pixels)
        assert len(filtered_lines(data)) == height * (1 + 3 * width)


def test_the_file_has_a_header_data_and_an_end_in_this_order(two_threads):
    data = written(noise(600, 800), two_threads)
    kinds = [kind for kind, _ in chunks_of(data)]
    assert kinds[0] == b"IHDR" and kinds[-1] == b"IEND" and set(kinds[1:-1]) == {b"IDAT"}
    assert chunks_of(data)[0][1] == struct.pack(">IIBBBBB", 800, 600, 8, 2, 0, 0, 0)


def test_one_channel_is_written_as_grey(two_threads):
    with Image.open(io.BytesIO(written(noise(3, 5, 1), two_threads))) as picture:
        assert picture.mode == "L"


def test_the_number_of_threads_does_not_change_a_byte():
    pixels = np.concatenate([noise(400, 1200), repeating_print(500, 1200)])
    files = set()
    for threads in (1, 2, 5):
        with ThreadPoolExecutor(threads) as executor:
            files.add(written(pixels, executor))
            files.add(written(pixels, executor))
    assert len(files) == 1


def test_each_strip_takes_the_recipe_that_suits_it(two_threads):
    width = 1024
    strip_rows = 768 * 1024 // (1 + 3 * width)
    pixels = np.concatenate([noise(strip_rows, width), repeating_print(strip_rows, width)])
    lines = np.frombuffer(filtered_lines(written(pixels, two_threads)), np.uint8).reshape(2 * strip_rows, -1)
    average, left_neighbour = 3, 1
    assert set(lines[:strip_rows, 0]) == {average}
    assert set(lines[strip_rows:, 0]) == {left_neighbour}


def grainy_photo(side):
    """Soft shapes under a fine grain, as from a camera."""
    y, x = np.mgrid[:side, :side] / side
    shapes = np.stack([np.sin(9 * x + 4 * y), np.sin(7 * y - 3 * x), np.sin(5 * x * y + 2)], axis=-1)
    grain = np.random.default_rng(3).standard_normal((side, side, 3)) * 2
    return np.clip(np.rint(128 + 90 * shapes + grain), 0, 255).astype(np.uint8)


def test_a_photo_is_no_larger_than_from_pillow_and_a_print_not_much(two_threads):
    for pixels, allowed in ((grainy_photo(700), 1.0), (repeating_print(700, 700), 1.2)):
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "PNG", compress_level=6)
        assert len(written(pixels, two_threads)) <= allowed * len(file.getvalue())


def test_a_strip_that_cannot_be_read_stops_the_whole_picture(two_threads):
    def rows(_start, _stop):
        raise MemoryError("no room for these rows")

    with pytest.raises(MemoryError):
        encode_png(rows, 2000, 2000, 3, (PHOTO, PRINT), two_threads)
