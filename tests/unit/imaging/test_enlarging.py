"""Sizes that a picture is enlarged to, and tiles that repeat afterwards as they did before."""

import numpy as np
import pytest
import torch
from comfyui_picpik.imaging import ImageRefused, ImagingError, cut_tiles, enlarged_size, wrapping
from hypothesis import given, strategies as st
from PIL import Image

LIMITS = (64, 4096)


@pytest.mark.parametrize(
    ("width", "height", "factor", "image", "size"),
    [
        (0, 0, 2.0, (1024, 768), (2048, 1536)),
        (0, 0, 1.5, (101, 67), (152, 100)),
        (0, 0, 0.5, (1024, 768), (512, 384)),
        (2000, 0, 9.0, (1024, 768), (2000, 1500)),
        (0, 1500, 9.0, (1024, 768), (2000, 1500)),
        (300, 400, 9.0, (1024, 768), (300, 400)),
        (0, 0, 4.0, (1024, 1024), (4096, 4096)),
    ],
)
def test_the_size_is_given_or_follows_from_the_other_side_or_from_the_factor(width, height, factor, image, size):
    assert enlarged_size(width, height, factor, image, LIMITS, is_tile=False) == size


@pytest.mark.parametrize(
    ("width", "height", "factor", "image", "is_tile", "input", "advice"),
    [
        (0, 0, 4.01, (1024, 768), False, "factor", "factor to at most 4."),
        (0, 0, 5.0, (1000, 768), False, "factor", "factor to at most 4.09."),
        (0, 0, 4.0, (1024, 1024), True, "factor", "factor to at most 3.75."),
        (0, 0, 3.8, (1029, 1004), True, "factor", "factor to at most 3.65."),
        (5000, 0, 2.0, (1024, 768), False, "width", "factor to at most 4."),
        (0, 4000, 2.0, (1024, 768), False, "height", "factor to at most 4."),
        (0, 0, 0.05, (1024, 768), False, "factor", "factor to at least 0.09."),
        (63, 64, 2.0, (1024, 768), False, "width", "factor to at least 0.09."),
    ],
)
def test_a_size_that_is_not_made_is_refused_with_the_factor_that_is(
    width, height, factor, image, is_tile, input, advice
):
    with pytest.raises(ImageRefused) as refusal:
        enlarged_size(width, height, factor, image, LIMITS, is_tile)
    first, second = str(refusal.value).splitlines()
    assert first.startswith(f"{input}: the result would have ")
    assert second.endswith(advice)
    allowed = float(advice.rsplit(" ", 1)[1].rstrip("."))
    enlarged_size(0, 0, allowed, image, LIMITS, is_tile)
    with pytest.raises(ImageRefused):
        enlarged_size(0, 0, allowed + 0.01 if "most" in advice else allowed - 0.01, image, LIMITS, is_tile)


@pytest.mark.parametrize("factor", [0.0, -1.0, float("nan"), float("inf")])
def test_a_factor_that_is_none_is_refused(factor):
    with pytest.raises(ImageRefused, match=r"^factor: "):
        enlarged_size(0, 0, factor, (64, 64), LIMITS, is_tile=False)


sides = st.integers(3, 150)


@given(sides, sides, st.integers(1, 4))
def test_a_whole_factor_gives_every_pixel_of_the_tile_back(width, height, factor):
    tile = torch.rand(height, width, 3)
    around = wrapping((width, height), (width * factor, height * factor))
    enlarged = around.around(tile).repeat_interleave(factor, 0).repeat_interleave(factor, 1)
    assert (enlarged.shape[1], enlarged.shape[0]) == around.asked
    assert torch.equal(around.cut(enlarged), tile.repeat_interleave(factor, 0).repeat_interleave(factor, 1))


@given(sides, sides, sides, sides)
def test_what_lies_around_a_tile_is_the_tile(width, height, new_width, new_height):
    tile = torch.rand(height, width, 3)
    around = wrapping((width, height), (new_width, new_height))
    wrapped = around.around(tile)
    assert torch.equal(wrapped[around.y.margin : around.y.margin + height, around.x.margin :][:, :width], tile)
    assert torch.equal(wrapped[:, :-width], wrapped[:, width:]) and torch.equal(wrapped[:-height], wrapped[height:])
    assert around.cut(torch.rand(around.asked[1], around.asked[0], 3)).shape == (new_height, new_width, 3)


def test_tiles_of_a_batch_are_told_by_their_numbers_where_their_pixels_were_changed(tmp_path):
    around = wrapping((64, 48), (128, 96))
    sizes = [around.asked, (99, 80), around.asked]
    paths = [tmp_path / f"{index}.png" for index in range(len(sizes))]
    for size, path in zip(sizes, paths, strict=True):
        Image.new("RGB", size, "teal").save(path)

    cut = cut_tiles(around, paths)

    assert (cut.images.shape, cut.masks.shape) == ((3, 96, 128, 3), (3, 96, 128))
    asked = f"{around.asked[0]} x {around.asked[1]}"
    assert cut.notes == (f"picture 2: it came as 99 x 80 instead of {asked}, and the tile was resized to 128 x 96",)


def test_a_tile_that_is_cut_between_pixels_is_told_of(tmp_path):
    around = wrapping((101, 67), (217, 144))
    Image.new("RGB", around.asked).save(tmp_path / "0.png")
    assert cut_tiles(around, [tmp_path / "0.png"]).notes == (
        "picture 1: the tile was cut out between pixels, resampled to 217 x 144",
    )


@given(sides, sides, st.integers(1, 60))
def test_whole_edges_are_cut_to_the_pixel_whatever_floats_would_make_of_them(width, height, factor):
    around = wrapping((width, height), (width * factor, height * factor))
    assert around.note(*around.asked) is None


def print_of_waves(size: int) -> torch.Tensor:
    y, x = np.mgrid[0:size, 0:size] * 2 * np.pi / size
    channels = [0.5 + 0.45 * np.sin(a * x + b * y + a) for a, b in ((1, 3), (4, -2), (7, 5))]
    return torch.from_numpy(np.stack(channels, -1).astype(np.float32))


@pytest.mark.parametrize(("size", "new"), [(96, 192), (96, 217), (100, 333), (128, 91)])
def test_the_seam_of_an_enlarged_tile_is_like_its_inside(size, new):
    """Between pixels the tile is enlarged by a filter that knows nothing of the wrapping, as the service's."""
    tile = print_of_waves(size)
    around = wrapping((size, size), (new, new))

    def by_filter(image: torch.Tensor, width: int, height: int) -> torch.Tensor:
        channels = [Image.fromarray(channel.contiguous().numpy()) for channel in image.unbind(2)]
        return torch.from_numpy(
            np.stack([np.asarray(one.resize((width, height), Image.Resampling.LANCZOS)) for one in channels], -1)
        )

    cut = around.cut(by_filter(around.around(tile), *around.asked))
    plain = by_filter(tile, new, new)

    assert jump_over_the_seam(cut) < 1.02
    if new > size:
        assert jump_over_the_seam(plain) > 1.02


def jump_over_the_seam(tile: torch.Tensor) -> float:
    """How unsteady it goes on over an edge, in second differences, beside the most unsteady place inside."""
    worst = 0.0
    for lines in (tile, tile.transpose(0, 1)):
        bends = (lines.roll(1, 0) - 2 * lines + lines.roll(-1, 0)).abs().mean(dim=(1, 2))
        worst = max(worst, float(max(bends[0], bends[-1]) / bends[2:-2].max()))
    return worst


def test_a_task_without_pictures_gives_no_empty_batch_of_tiles():
    with pytest.raises(ImagingError, match="no picture to decode"):
        cut_tiles(wrapping((64, 64), (128, 128)), [])
