"""Result files of every kind, made here, through decoding: exact levels, right side up, in sRGB, with alpha as mask."""

import io
import struct
import threading
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch
from comfyui_picpik.imaging import (
    Decoded,
    ImagingError,
    UnreadableImage,
    check_picture,
    decode_batch,
    encode_picture,
    read_picture_size,
)
from hypothesis import given, settings, strategies as st
from PIL import Image, ImageCms

exactly = settings(derandomize=True, max_examples=60, database=None)

HEIGHT, WIDTH = 70, 41
RNG = np.random.default_rng(11)
NOISE = RNG.integers(0, 256, (HEIGHT, WIDTH, 4), np.uint8)
RGB, GREY, ALPHA = NOISE[..., :3], NOISE[..., 0], NOISE[..., 3]
DEEP = RNG.integers(0, 65536, (HEIGHT, WIDTH, 4), np.uint16)
DEEP[0, 0] = 0, 65535, 32768, 255
Y, X = np.mgrid[:HEIGHT, :WIDTH]
# Without noise, so that lossy formats come close to it.
SOFT = np.stack([X * 5 + 20, Y * 3 + 10, 200 - X * 2], axis=-1).astype(np.uint8)
SOFT_ALPHA = (255 - Y * 3).astype(np.uint8)


class Case(NamedTuple):
    """A file, the levels (0..1) that it holds, and the notes about it."""

    name: str
    data: bytes
    image: np.ndarray
    mask: np.ndarray | float
    notes: tuple[str, ...]
    tolerance: float


CASES: list[Case] = []


def case(name, data, image, mask=0.0, notes=(), tolerance=0.0):
    image = np.asarray(image, np.float32)
    image = image if image.ndim == 3 else np.repeat(image[..., None], 3, axis=2)
    CASES.append(Case(name, data, image, mask, tuple(notes), tolerance))


def file(picture: Image.Image | np.ndarray, kind: str, **options) -> bytes:
    if isinstance(picture, np.ndarray):
        picture = Image.fromarray(picture)
    target = io.BytesIO()
    picture.save(target, kind, **options)
    return target.getvalue()


def eighths(levels: np.ndarray) -> np.ndarray:
    """8-bit levels as LoadImage has them."""
    return levels.astype(np.float32) / np.float32(255)


def from_alpha(alpha: np.ndarray) -> np.ndarray:
    return np.float32(1) - eighths(alpha)


def deep_png(levels: np.ndarray, colour_type: int, *chunks: tuple[bytes, bytes], depth: int = 16) -> bytes:
    """A PNG of 16 bits per channel (or packed lines of another depth), which Pillow itself cannot write."""
    lines = levels.astype(">u2").reshape(len(levels), -1).view(np.uint8) if depth == 16 else levels
    width = levels.shape[1] if depth == 16 else levels.shape[1] * 8 // depth
    header = struct.pack(">IIBBBBB", width, len(levels), depth, colour_type, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + line.tobytes() for line in lines))
    parts = ((b"IHDR", header), *chunks, (b"IDAT", body), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in parts
    )


def exif(orientation: int) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


# --- colour profiles, made by hand ---------------------------------------------------------------------------------

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
WHITE = struct.pack(">III", 0xF6D6, 0x10000, 0xD32D)


def profile(space: bytes, connection: bytes, device: bytes, tags: dict[bytes, bytes]) -> bytes:
    start = 128 + 4 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for signature, data in tags.items():
        padded = data + bytes(-len(data) % 4)
        table += signature + struct.pack(">II", start + len(body), len(padded))
        body += padded
    head = bytearray(128)
    head[0:4] = struct.pack(">I", start + len(body))
    head[8:12] = struct.pack(">I", 0x02400000)
    head[12:24] = device + space + connection
    head[36:40] = b"acsp"
    head[68:80] = WHITE
    return bytes(head) + table + body


def swapped_primaries() -> bytes:
    """sRGB in which red is called green and green red."""
    return SRGB.replace(b"rXYZ", b"tXYZ", 1).replace(b"gXYZ", b"rXYZ", 1).replace(b"tXYZ", b"gXYZ", 1)


WHITE_POINT = b"XYZ " + bytes(4) + WHITE
LINEAR_GREY = profile(
    b"GRAY", b"XYZ ", b"mntr", {b"kTRC": b"curv" + bytes(4) + struct.pack(">IH", 1, 0x0100), b"wtpt": WHITE_POINT}
)
# Every ink darkens alike and has no colour.
GREY_INKS = b"mft1" + bytes(4) + bytes((4, 3, 2, 0)) + struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
GREY_INKS += bytes(range(256)) * 4
for inks in range(16):
    cyan_magenta_yellow, black = (inks >> 1).bit_count(), inks & 1
    GREY_INKS += bytes((round(255 * (1 - black) * (1 - cyan_magenta_yellow / 3)), 128, 128))
GREY_INKS += bytes(range(256)) * 3
CMYK_PROFILE = profile(b"CMYK", b"Lab ", b"prtr", {b"A2B0": GREY_INKS, b"wtpt": WHITE_POINT})

SWAPPED = RGB[..., [1, 0, 2]]
TO_SRGB = "converted from its colour profile to sRGB"
LEFT_OUT = "its colour profile cannot be used and was left out"
TURNED = "turned upright by its EXIF orientation"
FIRST_FRAME = "animated, its first frame was taken"
READ_AS_8_BITS = "16-bit colours were read as 8-bit ones"
FROM_CMYK = "converted from CMYK to RGB"
LOSSY = 8 / 255
ONE_LEVEL = 1.01 / 255

# --- PNG -----------------------------------------------------------------------------------------------------------

case("png grey", file(GREY, "PNG"), eighths(GREY))
case("png black and white", file(Image.fromarray(GREY).point(lambda v: 255 * (v > 99), "1"), "PNG"), (GREY > 99) * 1.0)
case("png grey with alpha", file(Image.fromarray(NOISE[..., 2:]), "PNG"), eighths(NOISE[..., 2]), from_alpha(ALPHA))
case("png rgb", file(RGB, "PNG"), eighths(RGB))
case("png rgba", file(NOISE, "PNG"), eighths(RGB), from_alpha(ALPHA))
case("png rgba, opaque", file(np.dstack([RGB, GREY * 0 + 255]), "PNG"), eighths(RGB))
case("png rgba, all transparent keeps its colours", file(np.dstack([RGB, GREY * 0]), "PNG"), eighths(RGB), 1.0)

PALETTE = Image.fromarray(GREY // 16)
PALETTE.putpalette(RGB.reshape(-1)[:48].tobytes())
COLOURS = RGB.reshape(-1, 3)[:16]
case("png palette", file(PALETTE, "PNG"), eighths(COLOURS[GREY // 16]))
case("png palette of 4 bits", file(PALETTE, "PNG", bits=4), eighths(COLOURS[GREY // 16]))
case(
    "png palette with one transparent colour",
    file(PALETTE, "PNG", transparency=3),
    eighths(COLOURS[GREY // 16]),
    (GREY // 16 == 3) * 1.0,
)
case(
    "png palette with an alpha for each colour",
    file(PALETTE, "PNG", transparency=bytes(range(0, 160, 10))),
    eighths(COLOURS[GREY // 16]),
    from_alpha(GREY // 16 * 10),
)
case("png grey with one transparent level", file(GREY, "PNG", transparency=7), eighths(GREY), (GREY == 7) * 1.0)
case(
    "png rgb with one transparent colour",
    file(RGB, "PNG", transparency=tuple(int(v) for v in RGB[5, 5])),
    eighths(RGB),
    (RGB[5, 5] == RGB).all(axis=2) * 1.0,
)
case(
    "png 2-bit grey",
    deep_png(GREY[:, :10], 0, depth=2),
    np.stack([GREY[:, :10] >> s & 3 for s in (6, 4, 2, 0)], 2).reshape(HEIGHT, 40) / 3,
    tolerance=1e-6,
)
case("png 16-bit grey", file(DEEP[..., 0], "PNG"), DEEP[..., 0].astype(np.float32) / np.float32(65535))
case(
    "png 16-bit grey with one transparent level",
    deep_png(DEEP[..., 0], 0, (b"tRNS", struct.pack(">H", DEEP[6, 6, 0]))),
    DEEP[..., 0].astype(np.float32) / np.float32(65535),
    (DEEP[..., 0] == DEEP[6, 6, 0]) * 1.0,
)
case(
    "png 16-bit grey with a profile",
    file(DEEP[..., 0], "PNG", icc_profile=LINEAR_GREY),
    DEEP[..., 0].astype(np.float32) / np.float32(65535),
    notes=["its colour profile was left out, as it is 16-bit grey"],
)
case("png 16-bit rgb", deep_png(DEEP[..., :3], 2), DEEP[..., :3] / 65535, notes=[READ_AS_8_BITS], tolerance=ONE_LEVEL)
case(
    "png 16-bit rgba",
    deep_png(DEEP, 6),
    DEEP[..., :3] / 65535,
    1 - DEEP[..., 3] / 65535,
    notes=[READ_AS_8_BITS],
    tolerance=ONE_LEVEL,
)
case(
    "png 16-bit grey with alpha",
    deep_png(DEEP[..., 2:], 4),
    DEEP[..., 2] / 65535,
    1 - DEEP[..., 3] / 65535,
    notes=[READ_AS_8_BITS],
    tolerance=ONE_LEVEL,
)
for orientation, upright in {
    1: RGB,
    2: RGB[:, ::-1],
    3: RGB[::-1, ::-1],
    4: RGB[::-1],
    5: RGB.transpose(1, 0, 2),
    6: RGB[::-1].transpose(1, 0, 2),
    7: RGB[::-1, ::-1].transpose(1, 0, 2),
    8: RGB[:, ::-1].transpose(1, 0, 2),
    9: RGB,
}.items():
    case(
        f"png with EXIF orientation {orientation}",
        file(RGB, "PNG", exif=exif(orientation)),
        eighths(upright),
        notes=[TURNED] if 1 < orientation < 9 else [],
    )
case(
    "png rgba with EXIF orientation 6",
    file(NOISE, "PNG", exif=exif(6)),
    eighths(RGB[::-1].transpose(1, 0, 2)),
    from_alpha(ALPHA[::-1].T),
    [TURNED],
)
case(
    "png 16-bit rgb with EXIF orientation 3",
    deep_png(DEEP[..., :3], 2, (b"eXIf", exif(3).tobytes()[6:])),
    DEEP[::-1, ::-1, :3] / 65535,
    notes=[READ_AS_8_BITS, TURNED],
    tolerance=ONE_LEVEL,
)
case(
    "png 16-bit grey with EXIF orientation 8",
    deep_png(DEEP[..., 0], 0, (b"eXIf", exif(8).tobytes()[6:])),
    DEEP[:, ::-1, 0].T.astype(np.float32) / np.float32(65535),
    notes=[TURNED],
)
case("png with damaged EXIF", file(RGB, "PNG", exif=b"Exif\0\0no tiff"), eighths(RGB))
case("png with an sRGB profile", file(RGB, "PNG", icc_profile=SRGB), eighths(RGB))
case(
    "png grey with an sRGB profile, which is none for grey",
    file(GREY, "PNG", icc_profile=SRGB),
    eighths(GREY),
    notes=[LEFT_OUT],
)
case(
    "png with another profile",
    file(RGB, "PNG", icc_profile=swapped_primaries()),
    eighths(SWAPPED),
    notes=[TO_SRGB],
    tolerance=ONE_LEVEL,
)
case(
    "png rgba with another profile",
    file(NOISE, "PNG", icc_profile=swapped_primaries()),
    eighths(SWAPPED),
    from_alpha(ALPHA),
    [TO_SRGB],
    ONE_LEVEL,
)
case(
    "png palette with another profile and one transparent colour",
    file(PALETTE, "PNG", icc_profile=swapped_primaries(), transparency=3),
    eighths(COLOURS[GREY // 16][..., [1, 0, 2]]),
    (GREY // 16 == 3) * 1.0,
    [TO_SRGB],
    ONE_LEVEL,
)


case(
    "png palette with another profile and an alpha for each colour",
    file(PALETTE, "PNG", icc_profile=swapped_primaries(), transparency=bytes(range(0, 160, 10))),
    eighths(COLOURS[GREY // 16][..., [1, 0, 2]]),
    from_alpha(GREY // 16 * 10),
    [TO_SRGB],
    ONE_LEVEL,
)
# The colour engine reads steep curves off short tables: the first levels above black are off by some.
NEAR_BLACK = 10 / 255


def from_linear(levels: np.ndarray) -> np.ndarray:
    light = levels / 255
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


case(
    "png grey with a linear profile",
    file(GREY, "PNG", icc_profile=LINEAR_GREY),
    from_linear(GREY),
    notes=[TO_SRGB],
    tolerance=NEAR_BLACK,
)
case(
    "png grey with alpha and a linear profile",
    file(Image.fromarray(NOISE[..., 2:]), "PNG", icc_profile=LINEAR_GREY),
    from_linear(NOISE[..., 2]),
    from_alpha(ALPHA),
    [TO_SRGB],
    NEAR_BLACK,
)
case("png with a damaged profile", file(RGB, "PNG", icc_profile=b"no profile"), eighths(RGB), notes=[LEFT_OUT])
case(
    "png with the profile of another kind of picture",
    file(RGB, "PNG", icc_profile=CMYK_PROFILE),
    eighths(RGB),
    notes=[LEFT_OUT],
)
case(
    "png animated",
    file(RGB, "PNG", save_all=True, append_images=[Image.fromarray(RGB[::-1])]),
    eighths(RGB),
    notes=[FIRST_FRAME],
)
case("png of one pixel", file(RGB[:1, :1], "PNG"), eighths(RGB[:1, :1]))
case("png one pixel wide", file(RGB[:, :1], "PNG"), eighths(RGB[:, :1]))
case("png one pixel high", file(NOISE[:1], "PNG"), eighths(RGB[:1]), from_alpha(ALPHA[:1]))

# --- JPEG ----------------------------------------------------------------------------------------------------------

case("jpeg", file(SOFT, "JPEG", quality=95), eighths(SOFT), tolerance=LOSSY)
case("jpeg without chroma loss", file(SOFT, "JPEG", quality=95, subsampling=0), eighths(SOFT), tolerance=LOSSY)
case("jpeg progressive", file(SOFT, "JPEG", quality=95, progressive=True), eighths(SOFT), tolerance=LOSSY)
case("jpeg grey", file(SOFT[..., 0], "JPEG", quality=95), eighths(SOFT[..., 0]), tolerance=LOSSY)
case(
    "jpeg with EXIF orientation 6",
    file(SOFT, "JPEG", quality=95, exif=exif(6)),
    eighths(SOFT[::-1].transpose(1, 0, 2)),
    notes=[TURNED],
    tolerance=LOSSY,
)
case(
    "jpeg with another profile",
    file(SOFT, "JPEG", quality=95, icc_profile=swapped_primaries()),
    eighths(SOFT[..., [1, 0, 2]]),
    notes=[TO_SRGB],
    tolerance=LOSSY,
)
case("jpeg with bytes behind its end", file(SOFT, "JPEG", quality=95) + bytes(100), eighths(SOFT), tolerance=LOSSY)
case(
    "jpeg cmyk",
    file(Image.fromarray(SOFT).convert("CMYK"), "JPEG", quality=95),
    eighths(SOFT),
    notes=[FROM_CMYK],
    tolerance=LOSSY,
)
case(
    "jpeg cmyk with the profile of another kind of picture",
    file(Image.fromarray(SOFT).convert("CMYK"), "JPEG", quality=95, icc_profile=SRGB),
    eighths(SOFT),
    notes=[FROM_CMYK, LEFT_OUT],
    tolerance=LOSSY,
)
# By its profile this cyan is a grey of L = 67, 162 of 255 in sRGB; without a profile it would be (0, 255, 255).
case(
    "jpeg cmyk with a profile",
    file(Image.new("CMYK", (WIDTH, HEIGHT), (255, 0, 0, 0)), "JPEG", quality=95, icc_profile=CMYK_PROFILE),
    np.full((HEIGHT, WIDTH), 162 / 255),
    notes=[FROM_CMYK, TO_SRGB],
    tolerance=LOSSY,
)
case(
    "jpeg of several pictures",
    file(SOFT, "MPO", quality=95, save_all=True, append_images=[Image.fromarray(SOFT[::-1])]),
    eighths(SOFT),
    notes=[FIRST_FRAME],
    tolerance=LOSSY,
)

# --- WebP and GIF --------------------------------------------------------------------------------------------------

case("webp lossless", file(RGB, "WEBP", lossless=True), eighths(RGB))
case(
    "webp lossless rgba keeps its colours",
    file(NOISE, "WEBP", lossless=True, exact=True),
    eighths(RGB),
    from_alpha(ALPHA),
)
case("webp lossy", file(SOFT, "WEBP", quality=95), eighths(SOFT), tolerance=LOSSY)
case(
    "webp lossy with alpha",
    file(np.dstack([SOFT, SOFT_ALPHA]), "WEBP", quality=95),
    eighths(SOFT),
    from_alpha(SOFT_ALPHA),
    tolerance=LOSSY,
)
case(
    "webp with EXIF orientation 3",
    file(RGB, "WEBP", lossless=True, exif=exif(3)),
    eighths(RGB[::-1, ::-1]),
    notes=[TURNED],
)
case(
    "webp with another profile",
    file(RGB, "WEBP", lossless=True, icc_profile=swapped_primaries()),
    eighths(SWAPPED),
    notes=[TO_SRGB],
    tolerance=ONE_LEVEL,
)
case(
    "webp animated",
    file(RGB, "WEBP", lossless=True, save_all=True, append_images=[Image.fromarray(RGB[::-1])]),
    eighths(RGB),
    notes=[FIRST_FRAME],
)
case("gif", file(PALETTE, "GIF"), eighths(COLOURS[GREY // 16]))
case("gif grey", file(GREY, "GIF"), eighths(GREY))
case(
    "gif with one transparent colour",
    file(PALETTE, "GIF", transparency=3),
    eighths(COLOURS[GREY // 16]),
    (GREY // 16 == 3) * 1.0,
)
case(
    "gif animated",
    file(PALETTE, "GIF", save_all=True, append_images=[PALETTE.transpose(Image.Transpose.FLIP_TOP_BOTTOM)]),
    eighths(COLOURS[GREY // 16]),
    notes=[FIRST_FRAME],
)


@pytest.fixture
def stored(tmp_path) -> Callable[..., list[Path]]:
    """Writes files as the pack stores results: without a telling suffix."""

    def store(*files: bytes) -> list[Path]:
        paths = [tmp_path / f"result-{index}" for index in range(len(files))]
        for path, data in zip(paths, files, strict=True):
            path.write_bytes(data)
        return paths

    return store


def test_the_table_of_result_files_has_many_rows():
    assert len(CASES) >= 60 and len({one.name for one in CASES}) == len(CASES)


@pytest.mark.parametrize("one", CASES, ids=[one.name for one in CASES])
def test_a_result_file_becomes_image_and_mask(one, stored):
    paths = stored(one.data)
    found = decode_batch(paths)
    height, width, _ = one.image.shape
    assert found.images.shape == (1, height, width, 3) and found.images.dtype == torch.float32
    assert found.masks.shape == (1, height, width) and found.masks.dtype == torch.float32
    assert np.abs(found.images[0].numpy() - one.image).max() <= one.tolerance
    assert np.abs(found.masks[0].numpy() - np.float32(one.mask)).max() <= one.tolerance
    assert found.notes == tuple(f"picture 1: {note}" for note in one.notes)
    facts = check_picture(one.data)
    assert (facts.width, facts.height) == (width, height) == read_picture_size(paths[0])


@pytest.mark.filterwarnings("ignore:Palette images with Transparency")
@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "gif"])
def test_plain_files_are_bit_for_bit_what_load_image_makes_of_them(kind, stored):
    for one in CASES:
        if one.name.startswith(kind) and not one.notes and "16-bit" not in one.name:
            with Image.open(io.BytesIO(one.data)) as picture:
                # The way of ComfyUI's LoadImage through Pillow.
                wanted = torch.from_numpy(np.array(picture.convert("RGB")).astype(np.float32) / 255.0)
            assert torch.equal(decode_batch(stored(one.data)).images[0], wanted), one.name


def test_all_files_together_are_one_batch_padded_and_in_order(stored):
    found = decode_batch(stored(*(one.data for one in CASES)))
    height, width = max(one.image.shape[0] for one in CASES), max(one.image.shape[1] for one in CASES)
    assert found.images.shape == (len(CASES), height, width, 3)
    for index, one in enumerate(CASES):
        own_height, own_width, _ = one.image.shape
        image, mask = found.images[index].numpy(), found.masks[index].numpy()
        assert np.abs(image[:own_height, :own_width] - one.image).max() <= one.tolerance, one.name
        assert np.abs(mask[:own_height, :own_width] - np.float32(one.mask)).max() <= one.tolerance, one.name
        for padding in (np.s_[own_height:], np.s_[:, own_width:]):
            assert (image[padding] == 0).all() and (mask[padding] == 1).all()
    told = [f"picture {index + 1}: {note}" for index, one in enumerate(CASES) for note in one.notes]
    assert list(found.notes) == [*told, f"pictures of different sizes were padded to {width} x {height}"]


@exactly
@given(
    sizes=st.lists(st.tuples(st.integers(1, 90), st.integers(1, 90)), min_size=1, max_size=4),
    seed=st.integers(0, 2**16),
    channels=st.sampled_from((3, 4)),
)
def test_pictures_of_any_sizes_are_padded_never_stretched(tmp_path_factory, sizes, seed, channels):
    folder = tmp_path_factory.mktemp("results")
    pictures = [np.random.default_rng(seed).integers(0, 256, (*size, channels), np.uint8) for size in sizes]
    paths = [folder / str(index) for index in range(len(pictures))]
    for path, picture in zip(paths, pictures, strict=True):
        path.write_bytes(file(picture, "PNG"))
    found = decode_batch(paths)
    for index, picture in enumerate(pictures):
        height, width, _ = picture.shape
        images = torch.zeros(found.images.shape[1:])
        masks = torch.ones(found.masks.shape[1:])
        images[:height, :width] = torch.from_numpy(eighths(picture[..., :3]))
        masks[:height, :width] = torch.from_numpy(from_alpha(picture[..., 3])) if channels == 4 else 0
        assert torch.equal(found.images[index], images)
        assert torch.equal(found.masks[index], masks)
    assert any("padded" in note for note in found.notes) == (len(set(sizes)) > 1)


@exactly
@given(height=st.integers(1, 80), width=st.integers(1, 80), seed=st.integers(0, 2**16))
def test_what_was_sent_comes_back_exactly(tmp_path_factory, height, width, seed):
    image = torch.from_numpy(eighths(np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)))
    path = tmp_path_factory.mktemp("results") / "sent"
    path.write_bytes(b"".join(encode_picture("raw_image", image).chunks))
    assert torch.equal(decode_batch([path]).images[0], image)


def test_the_number_of_threads_changes_nothing(stored):
    paths = stored(*(one.data for one in CASES))
    plain = decode_batch(paths)
    for threads in (1, 4):
        with ThreadPoolExecutor(threads) as executor:
            found = decode_batch(paths, executor)
        assert torch.equal(found.images, plain.images) and torch.equal(found.masks, plain.masks)
        assert found.notes == plain.notes


def test_a_batch_is_written_to_by_later_nodes_without_harm(stored):
    found = decode_batch(stored(file(RGB, "PNG"), file(NOISE, "PNG")))
    found.images.mul_(0.5)
    found.masks.add_(1)
    assert found.images.is_contiguous() and found.masks.is_contiguous()
    assert not found.images.is_inference()


def test_files_are_decoded_in_the_given_executor(stored):
    names = set()

    class Recording(ThreadPoolExecutor):
        def map(self, function, *iterables):
            def recorded(*arguments):
                names.add(threading.current_thread().name)
                return function(*arguments)

            return super().map(recorded, *iterables)

    with Recording(1, thread_name_prefix="given") as executor:
        decode_batch(stored(file(RGB, "PNG")), executor)
    assert names == {"given_0"}


def test_no_file_is_an_error_with_a_remedy():
    with pytest.raises(ImagingError, match="no picture to decode"):
        decode_batch([])


def test_one_damaged_file_fails_the_batch_by_its_path_and_stays_where_it_is(stored):
    whole = file(RGB, "PNG")
    paths = stored(whole, whole[:-20], whole)
    with pytest.raises(UnreadableImage) as error:
        decode_batch(paths)
    assert str(error.value).startswith(f"{paths[1]}: ") and error.value.label == str(paths[1])
    assert paths[1].read_bytes() == whole[:-20]


def test_a_missing_file_is_said_by_name(tmp_path):
    with pytest.raises(UnreadableImage, match=r"result-7: the file cannot be read"):
        decode_batch([tmp_path / "result-7"])


def test_a_file_that_goes_away_between_two_looks_is_said_by_name(stored):
    [path] = stored(file(RGB, "PNG"))

    class Late(ThreadPoolExecutor):
        def map(self, *arguments):
            path.unlink()
            return super().map(*arguments)

    with Late(1) as executor, pytest.raises(UnreadableImage, match=r"result-0: the file cannot be read"):
        decode_batch([path], executor)


def test_decoded_is_a_plain_record():
    images, masks = torch.zeros(1, 2, 2, 3), torch.zeros(1, 2, 2)
    assert Decoded(images, masks, ()).notes == ()
