"""The example pictures: they are what they claim to be, so that the templates and their thumbnails can rely on them."""

from collections.abc import Callable

import numpy as np
import pytest
from comfyui_picpik import artwork
from comfyui_picpik.artwork.dress import photograph
from comfyui_picpik.artwork.fans import fans

Picture = Callable[[], np.ndarray]

EXTRACT_BOX = np.s_[274:526, 308:560]
"""The part of the chest that the extract template cuts out: two by two repeats of the print."""
REPEAT = 126

PICTURES = (artwork.garment, artwork.garment_mask, artwork.pattern)


def brightness(picture: np.ndarray) -> np.ndarray:
    return picture.mean(axis=2)


def roughness(field: np.ndarray) -> float:
    """Mean difference between neighbours."""
    return float(np.abs(np.diff(field, axis=0)).mean() + np.abs(np.diff(field, axis=1)).mean())


def test_the_sizes_are_those_of_a_portrait_photo_and_a_square_tile() -> None:
    assert [picture().shape for picture in PICTURES] == [(1152, 896, 3), (1152, 896), (768, 768, 3)]


@pytest.mark.parametrize("picture", PICTURES)
def test_values_are_float32_from_0_to_1_and_use_that_range(picture: Picture) -> None:
    values = picture()
    assert values.dtype == np.float32
    assert np.isfinite(values).all()
    assert 0 <= values.min() < 0.15
    assert 0.9 < values.max() <= 1


@pytest.mark.parametrize("picture", PICTURES)
def test_a_caller_who_paints_on_a_picture_changes_nobody_elses(picture: Picture) -> None:
    untouched = picture()
    picture()[:] = 0.5
    assert np.array_equal(picture(), untouched)


def test_drawing_the_garment_again_gives_the_same_picture_to_the_last_bit() -> None:
    again = photograph.__wrapped__()
    assert np.array_equal(again.colours, artwork.garment())
    assert np.array_equal(again.printed, artwork.garment_mask())


def test_drawing_the_pattern_again_gives_the_same_picture_to_the_last_bit() -> None:
    assert np.array_equal(fans(), artwork.pattern())


def test_the_mask_covers_a_good_part_of_the_picture_and_is_soft_at_its_edges_only() -> None:
    mask = artwork.garment_mask()
    assert 0.3 < mask.mean() < 0.5
    assert 0 < np.mean((mask > 0.01) & (mask < 0.99)) < 0.01


def test_the_mask_keeps_clear_of_the_picture_s_border() -> None:
    inner = np.s_[60:-30, 60:-60]
    mask = artwork.garment_mask()
    assert np.count_nonzero(mask[inner]) == np.count_nonzero(mask)


@pytest.mark.parametrize(
    ("part", "y", "x"),
    [
        ("hanger", 170, 448),
        ("label", 236, 448),
        ("neck binding", 262, 448),
        ("waistband", 571, 560),
        ("bow", 572, 382),
        ("tail of the bow", 690, 358),
        ("wall between sleeve and skirt", 560, 200),
    ],
)
def test_the_mask_leaves_out_what_is_not_printed_cloth(part: str, y: int, x: int) -> None:
    assert artwork.garment_mask()[y - 2 : y + 3, x - 2 : x + 3].max() == 0, part


@pytest.mark.parametrize(
    ("part", "y", "x"),
    [
        ("left sleeve", 350, 210),
        ("right sleeve", 350, 690),
        ("bodice", 400, 448),
        ("skirt", 850, 448),
        ("hem", 1060, 448),
    ],
)
def test_the_mask_holds_all_printed_parts(part: str, y: int, x: int) -> None:
    assert artwork.garment_mask()[y - 2 : y + 3, x - 2 : x + 3].min() == 1, part


def test_the_edge_of_the_mask_lies_on_the_edge_of_the_garment() -> None:
    light = brightness(artwork.garment())
    steps = np.abs(np.diff(light, axis=1))
    # The left half only: there the cloth is brighter than the wall, on the other side the wall lies in shadow.
    edge = np.abs(np.diff(artwork.garment_mask(), axis=1)) > 0.4
    edge[:, 448:] = False
    beside = np.roll(edge, -14, axis=1)
    assert steps[edge].mean() > 3 * steps[beside].mean()


def test_the_cloth_is_printed_and_the_wall_is_calm() -> None:
    garment = artwork.garment()
    wall = garment[480:1000, :110]
    cloth = garment[EXTRACT_BOX]
    assert roughness(brightness(cloth)) > 2 * roughness(brightness(wall))
    assert np.ptp(cloth, axis=2).std() > 10 * np.ptp(wall, axis=2).std()


def test_folds_make_light_and_shade_on_the_skirt() -> None:
    """The brightest spot of each small block is the plain ground of the print: what varies there is the light."""
    light = brightness(artwork.garment())[700:1020, 320:576]
    ground = light.reshape(20, 16, 16, 16).max(axis=(1, 3))
    assert np.ptp(ground) > 0.15
    assert ground.std() > 0.03


def test_shade_lies_deeper_in_the_folds_of_the_skirt_than_on_the_chest() -> None:
    light = brightness(artwork.garment())
    chest, skirt = light[290:482, 352:544], light[780:972, 352:544]
    assert np.percentile(skirt, 5) < np.percentile(chest, 5)


def test_the_extract_box_holds_nothing_but_print() -> None:
    assert artwork.garment_mask()[EXTRACT_BOX].min() == 1


@pytest.mark.parametrize("axis", [0, 1], ids=["down", "across"])
def test_the_print_in_the_extract_box_repeats_twice(axis: int) -> None:
    box = np.moveaxis(artwork.garment()[EXTRACT_BOX], axis, 0)

    def unlikeness(shift: int) -> float:
        return float(np.abs(box[shift:] - box[:-shift]).mean())

    shifts = range(40, 200, 2)
    assert abs(min(shifts, key=unlikeness) - REPEAT) <= 4
    assert unlikeness(REPEAT) < 0.7 * np.mean([unlikeness(shift) for shift in shifts])


@pytest.mark.parametrize("axis", [0, 1], ids=["top to bottom", "left to right"])
def test_the_pattern_goes_on_across_its_edges(axis: int) -> None:
    lines = np.moveaxis(artwork.pattern(), axis, 0)
    neighbours = np.abs(np.diff(lines, axis=0)).mean(axis=(1, 2))
    assert np.abs(lines[0] - lines[-1]).mean() <= neighbours.max()
    # Around the seam the picture is as smooth as elsewhere, also in how it changes.
    seam = np.roll(lines, 4, axis=0)[:8]
    assert np.abs(np.diff(seam, n=2, axis=0)).mean() <= 1.5 * np.abs(np.diff(lines, n=2, axis=0)).mean()


def test_the_pattern_has_several_colours_and_none_of_them_floods_it() -> None:
    steps = np.round(artwork.pattern() * 5).astype(int) @ np.array((36, 6, 1))
    _, counts = np.unique(steps, return_counts=True)
    shares = np.sort(counts / counts.sum())[::-1]
    assert (shares > 0.04).sum() >= 5
    assert shares[0] < 0.4


def test_the_pattern_s_shapes_are_antialiased() -> None:
    """Between two flat colours there are pixels of neither: a hard-edged drawing has almost none."""
    pattern = artwork.pattern()
    step = np.abs(np.diff(pattern, axis=1)).max(axis=2)
    assert np.mean((step > 0.06) & (step < 0.3)) > np.mean(step >= 0.6)


def test_the_pattern_is_not_the_print_of_the_garment() -> None:
    print_colour = artwork.garment()[EXTRACT_BOX].mean(axis=(0, 1))
    pattern_colour = artwork.pattern().mean(axis=(0, 1))
    assert np.abs(print_colour - pattern_colour).max() > 0.1
