"""The repeat of a print is found in its photo, in any light and a little turned; where nothing repeats that is said."""

import functools

import numpy as np
import pytest
from comfyui_picpik.pattern import NoRepeat, PatternRefused, find_repeat
from comfyui_picpik.pattern.repeat_finding import look_for_repeat
from comfyui_picpik.tests import photographed, prints
from scipy import ndimage

PHOTOS, TILTED_PHOTOS, PICTURES = 72, 48, 24


def leaves(**layout) -> prints.Cloth:
    return prints.cloth(prints.leaves, np.random.default_rng(5), 96, 72, **layout)


def unlike(tile: np.ndarray, cloth: prints.Cloth) -> float:
    """Mean difference from the drawn print where it lies best on it, with up to a quarter pixel of shift."""
    height, width = tile.shape[:2]
    whole = np.tile(cloth.cut(0, 0, 2 * 96, 72), (2, 1, 1))
    waves = np.fft.fft2(np.pad(tile, ((0, whole.shape[0] - height), (0, whole.shape[1] - width), (0, 0))), axes=(0, 1))
    alike = np.fft.ifft2(np.conj(waves) * np.fft.fft2(whole, axes=(0, 1)), axes=(0, 1)).real.sum(2)
    down, across = np.unravel_index(alike.argmax(), alike.shape)
    return float(np.abs(cloth.cut(int(across), int(down), width, height) - tile).mean())


@pytest.mark.parametrize(("is_tilted", "count", "least"), [(False, PHOTOS, 0.95), (True, TILTED_PHOTOS, 0.85)])
def test_the_repeat_is_right_within_a_percent_or_a_pixel(is_tilted: bool, count: int, least: float, say_at_the_end):
    wrong = []
    for index in range(count):
        photo = photographed.photo(index, is_tilted=is_tilted)
        try:
            found = look_for_repeat(photo.picture).lattice.steps
        except NoRepeat:
            found = np.eye(2)
        if not any(photographed.is_same_lattice(found, right) for right in photo.lattices):
            wrong.append(f"{photo.story}: {found.T.round(1).tolist()}")
    kind = "turned and in perspective" if is_tilted else "straight"
    say_at_the_end(f"repeats found in photos that are {kind}: {count - len(wrong)} of {count}")
    assert len(wrong) <= (1 - least) * count, wrong


def test_where_nothing_repeats_nothing_is_found(say_at_the_end):
    found = []
    for index in range(PICTURES):
        try:
            found.append((index, look_for_repeat(photographed.unrepeated(index)).lattice.steps.round(1).tolist()))
        except NoRepeat:
            continue
    say_at_the_end(f"repeats found where nothing repeats: {len(found)} of {PICTURES}")
    assert not found


def test_one_colour_is_no_print():
    with pytest.raises(NoRepeat, match="one colour"):
        find_repeat(np.full((80, 80, 3), 0.4, np.float32), "auto", refine=True)


def test_a_print_that_stands_askew_is_to_be_turned():
    cloth = leaves()
    askew = ndimage.rotate(cloth.cut(0, 0, 900, 900), 17, reshape=False, order=1)[200:700, 200:700]
    with pytest.raises(NoRepeat, match=r"neither its columns are upright nor its rows level\.\nTurn the picture"):
        find_repeat(askew, "auto", refine=True)


@pytest.mark.parametrize("refine", [True, False])
@pytest.mark.parametrize(
    ("drop", "is_brick", "laid", "size"),
    [
        ((0, 1), False, "straight", (72, 96, 3)),
        ((1, 2), False, "half-drop 1/2", (72, 96, 3)),
        ((1, 3), False, "half-drop 1/3", (72, 96, 3)),
        ((1, 2), True, "half-brick 1/2", (72, 96, 3)),
    ],
)
def test_the_tile_of_a_clean_print_is_the_drawn_one(drop, is_brick: bool, laid: str, size, refine: bool):
    cloth = leaves(drop=drop, is_brick=is_brick)
    found = find_repeat(cloth.cut(11, 7, *((300, 420) if is_brick else (420, 300))), "auto", refine=refine)
    assert (str(found.layout), found.tile.shape) == (laid, size)
    assert found.tile.dtype == np.float32


def test_without_refining_the_pixels_are_those_of_the_picture():
    picture = leaves(drop=(1, 2)).cut(3, 5, 400, 300)
    tile = find_repeat(picture, "auto", refine=False).tile
    assert any(
        np.array_equal(picture[top : top + 72, left : left + 96], tile)
        for top in range(300 - 72 + 1)
        for left in np.flatnonzero((picture[top, : 400 - 96 + 1] == tile[0, 0]).all(1))
    )


def test_refining_takes_light_and_slant_away():
    cloth = leaves()
    size = [500, 400]
    slanted = photographed.tilted(cloth.cut(0, 0, 600, 500), size, np.eye(2), np.array([0.02 / 250, -0.015 / 200]))
    dark = slanted * np.linspace(0.8, 1.2, 500)[:, None].astype(np.float32)
    refined, cut = (find_repeat(dark, "auto", refine=refine) for refine in (True, False))
    assert unlike(refined.tile, cloth) < 0.5 * unlike(cut.tile, cloth)
    assert "nearer at one side than in the middle; the tile is not." in refined.report[-1]
    assert cut.report[-1].endswith("refine straightens that.")


def test_a_refined_tile_repeats_without_a_seam():
    photo = photographed.photo(9, is_tilted=True)
    found = find_repeat(photo.picture, "auto", refine=True)
    for joint in found.layout.joints(found.tile):
        lines = [np.moveaxis(each, joint.axis, 0) for each in (joint.first, joint.second)]
        inside = np.abs(np.diff(lines[0], axis=0)).mean((1, 2))
        assert np.abs(lines[0][-1] - lines[1][0]).mean() <= inside.max()


def test_it_is_laid_as_asked_where_it_can_be():
    half_drop = leaves(drop=(1, 2)).cut(0, 0, 500, 400)
    found = find_repeat(half_drop, "straight", refine=False)
    assert (str(found.layout), found.tile.shape) == ("straight", (72, 192, 3))
    with pytest.raises(PatternRefused) as refused:
        find_repeat(leaves().cut(0, 0, 500, 400), "half-drop", refine=False)
    assert str(refused.value) == (
        "layout: the print does not repeat as half-drop.\nChoose auto: it repeats as straight."
    )


def test_a_tile_that_is_nowhere_whole_in_view_is_not_made_up():
    with pytest.raises(NoRepeat, match=r"no whole tile is in view\.\nShow more of the print"):
        find_repeat(leaves(drop=(1, 3)).cut(0, 0, 280, 200), "straight", refine=True)


@pytest.mark.parametrize(
    ("degrees", "size"),
    [(0, (40, 40)), (90, (40, 40)), (0.7, (40, 40)), (88, (40, 40)), (30, (80, 46)), (45, (57, 57))],
)
def test_stripes_are_cut_at_any_length_and_that_is_said(degrees: float, size):
    y, x = np.mgrid[0:300, 0:400]
    place = (x * np.cos(np.radians(degrees)) + y * np.sin(np.radians(degrees))) % 40
    stripes = np.array([[0.9, 0.8, 0.7], [0.2, 0.3, 0.5], [0.6, 0.1, 0.2]])[np.digitize(place, [10, 25])]
    found = find_repeat(prints.noisy(stripes, np.random.default_rng(1)).astype(np.float32), "auto", refine=True)
    assert (str(found.layout), found.tile.shape[:2]) == ("straight", size)
    assert "It is striped: along the stripes any length will do." in found.report


def test_the_report_tells_size_layout_and_how_much_is_in_view():
    found = find_repeat(leaves(drop=(1, 2)).cut(0, 0, 384, 252), "auto", refine=True)
    assert found.report == (
        "One repeat: 96 x 72 pixels, half-drop 1/2.",
        "In view: 4.0 across, 3.5 down, 100% alike.",
    )


@functools.cache
def large() -> np.ndarray:
    small = prints.cloth(prints.dots, np.random.default_rng(3), 102, 90)
    tile = np.kron(small.tile(), np.ones((4, 4, 1), np.float32))[:-3, :-1]
    return np.tile(tile, (4, 4, 1))


def test_a_large_picture_is_measured_to_the_pixel():
    found = find_repeat(large(), "auto", refine=False)
    assert found.tile.shape == (357, 407, 3)
