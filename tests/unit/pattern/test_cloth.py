"""Cloth: as large as it was asked for, and pixel by pixel that of the straight tile."""

import numpy as np
import pytest
import torch
from comfyui_picpik.pattern import Extent, Layout, PatternRefused, lay_out, parse_layout, refuse_too_much, report_cloth
from hypothesis import given, settings, strategies as st

TILE = (300, 150)


@settings(derandomize=True, max_examples=100, database=None)
@given(
    tile=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    size=st.tuples(st.integers(1, 30), st.integers(1, 30)),
    count=st.integers(1, 3),
)
def test_cloth_is_the_tile_again_and_again_and_cut_where_it_ends(tile, size, count):
    straight = torch.rand(count, *tile, 3, generator=torch.Generator().manual_seed(1))
    cloth = lay_out(straight, *size)
    rows, columns = np.arange(size[1]) % tile[0], np.arange(size[0]) % tile[1]
    assert torch.equal(cloth, straight[:, rows][:, :, columns])


def test_the_tile_is_not_written_to():
    straight = torch.rand(1, 8, 8, 3)
    before = straight.clone()
    lay_out(straight, 20, 20).zero_()
    assert torch.equal(straight, before)


@pytest.mark.parametrize(
    ("extent", "size", "dpi"),
    [
        (Extent(3, 2), (900, 300), 0),
        (Extent(3, 2, dpi=150), (900, 300), 150),
        (Extent(3, 2, width_cm=25.4), (900, 300), 90),
        (Extent(3, 2, height_cm=25.4), (900, 300), 30),
        (Extent(3, 2, width_cm=25.4, dpi=150), (1500, 300), 150),
        (Extent(3, 2, width_cm=25.4, height_cm=12.7), (900, 450), 90),
        (Extent(3, 2, width_cm=2.54, height_cm=1.27, dpi=33.3), (33, 17), 33.3),
    ],
)
def test_a_length_wins_over_tiles_and_tells_the_resolution_that_is_not_given(extent: Extent, size, dpi):
    assert extent.size(*TILE) == size
    assert extent.resolution(*TILE) == pytest.approx(dpi)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("columns", {"columns": 0}),
        ("rows", {"rows": -1}),
        ("columns", {"columns": 1001}),
        ("width_cm", {"width_cm": -1}),
        ("height_cm", {"height_cm": float("nan")}),
        ("dpi", {"dpi": float("inf")}),
        ("dpi", {"dpi": 1e308}),
    ],
)
def test_what_is_no_size_is_refused_by_name(name: str, values):
    with pytest.raises(PatternRefused) as refused:
        Extent(**({"columns": 3, "rows": 3} | values))
    assert refused.value.input == name
    assert len(str(refused.value).splitlines()) == 2


@pytest.mark.parametrize(
    ("name", "extent"),
    [
        ("columns", Extent(100, 1)),
        ("rows", Extent(1, 200)),
        ("width_cm", Extent(1, 1, width_cm=1000, dpi=150)),
        ("height_cm", Extent(1, 1, height_cm=1000, dpi=150)),
        ("width_cm", Extent(1, 1, width_cm=0.01, dpi=1)),
    ],
)
def test_cloth_without_pixels_or_with_more_than_fit_is_refused_by_what_makes_it_so(name: str, extent: Extent):
    with pytest.raises(PatternRefused, match="1 to 16384") as refused:
        extent.size(*TILE)
    assert refused.value.input == name


@pytest.mark.parametrize(
    ("name", "count", "layout", "cloth"),
    [
        ("drop", 1, parse_layout("half-drop", "1/999"), (10, 10)),
        ("tile", 9, Layout("mirror"), (10, 10)),
        ("tile", 2, Layout("straight"), (16384, 16384)),
    ],
)
def test_what_would_not_fit_into_memory_is_refused_before(name: str, count: int, layout: Layout, cloth):
    with pytest.raises(PatternRefused, match="268 million") as refused:
        refuse_too_much(count, (3000, 3000), layout, cloth)
    assert refused.value.input == name


def test_the_report_tells_sizes_and_what_does_not_come_out_even():
    lines = report_cloth((512, 513), Layout("half-drop"), Extent(2, 2, dpi=150))
    assert lines[0] == "Cloth: 1024 x 1026 pixels, 2 x 2 tiles, half-drop 1/2."
    assert lines[1] == "It repeats straight every 1024 x 513 pixels."
    assert "17.3 x 17.4 cm (6.83 x 6.84 in) at 150 dpi" in lines[2]
    assert "256 and 257 pixels" in lines[3] and "A height that 2 divides" in lines[3]


def test_the_report_says_nothing_of_centimetres_that_nobody_knows_nor_of_even_steps():
    assert len(report_cloth((512, 512), Layout("half-drop"), Extent(2, 2))) == 2
