"""How many pixels lie on an inch of cloth."""

import pytest
from comfyui_picpik.pattern import PatternRefused, print_resolution
from comfyui_picpik.pattern.print_sizes import centimetres, described, pixels


@pytest.mark.parametrize(
    ("dpi", "width_cm", "found"), [(150, 0, 150), (150, 25.4, 100), (0, 25.4, 100), (72.5, 0, 72.5)]
)
def test_a_width_wins_over_dpi(dpi: float, width_cm: float, found: float):
    assert print_resolution(1000, dpi, width_cm) == pytest.approx(found)


@pytest.mark.parametrize(
    ("dpi", "width_cm", "name"),
    [
        (0, 0, "dpi"),
        (-1, 0, "dpi"),
        (float("nan"), 0, "dpi"),
        (float("inf"), 0, "dpi"),
        (0.5, 0, "dpi"),
        (150, -3, "width_cm"),
        (150, float("nan"), "width_cm"),
        (150, 1e9, "width_cm"),
        (150, 0.0001, "width_cm"),
        (150, 99_999, "width_cm"),
    ],
)
def test_what_is_no_resolution_is_refused_by_the_input_that_says_it(dpi: float, width_cm: float, name: str):
    with pytest.raises(PatternRefused) as refused:
        print_resolution(1000, dpi, width_cm)
    assert refused.value.input == name


def test_pixels_centimetres_and_words_agree():
    assert pixels(17.34, 150) == 1024
    assert centimetres(1024, 150) == pytest.approx(17.34, abs=0.005)
    assert described(1024, 512, 150) == "17.3 x 8.7 cm (6.83 x 3.41 in) at 150 dpi"
