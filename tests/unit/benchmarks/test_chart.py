"""The chart of the bench."""

from comfyui_picpik.benchmarks import chart
from PIL import Image


def test_a_bar_is_as_long_as_its_ratio_and_tells_by_colour_whether_the_target_is_met(tmp_path):
    bars = [chart.Bar("met", 0.25, 0.5), chart.Bar("not met", 0.75, 0.5), chart.Bar("no target", 0.5, None)]
    chart.draw(bars, "Title", tmp_path / "chart.png")
    with Image.open(tmp_path / "chart.png") as picture:
        rows = [picture.crop((0, top, picture.width, top + 34)) for top in (100, 134, 168)]
    met, not_met, none = (
        [count for count, colour in row.getcolors(99999) if colour == rgb]
        for row, rgb in zip(rows, ((47, 125, 107), (194, 85, 45), (47, 125, 107)), strict=True)
    )
    assert met[0] < none[0] < not_met[0]
