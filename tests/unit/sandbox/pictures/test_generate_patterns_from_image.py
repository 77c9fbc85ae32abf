"""The picture that GeneratePatternsFromImage makes of a printed cloth whose print is known."""

import numpy as np
import pytest
from comfyui_picpik.sandbox.pictures.generate_patterns_from_image import PatternExtraction
from comfyui_picpik.sandbox.pictures.processing.tiling import resized_wrapped
from comfyui_picpik.tests.unit.sandbox.pictures.printed_cloth import GROUND, SIZE, STEP, cloth, print_tile


def extracted(crop, seed=1, size=(256, 256), tiling=True):
    return PatternExtraction(crop, size, tiling).picture(seed)


def steps(picture, axis):
    """Mean difference between the last line and the first, and the largest between neighbours near these edges."""
    lines = np.roll(np.moveaxis(picture.astype(float), axis, 0), 8, axis=0)[:16]
    differences = np.abs(np.diff(lines, axis=0)).mean(axis=(1, 2))
    return differences[7], np.delete(differences, 7).max()


def likeness(one, other):
    """Correlation of two pictures of one size at the shift, going round, where they fit best."""
    one, other = (picture - picture.mean(axis=(0, 1)) for picture in (one, other))
    spectra = (np.fft.fft2(picture, axes=(0, 1)) for picture in (one, other))
    product = np.fft.ifft2(np.conj(next(spectra)) * next(spectra), axes=(0, 1)).real.sum(axis=2)
    return product.max() / np.sqrt((one**2).sum() * (other**2).sum())


@pytest.fixture(scope="module")
def tile():
    return extracted(cloth())


def test_opposite_edges_of_a_tile_continue_each_other(tile):
    for axis in (0, 1):
        across, near = steps(tile, axis)
        assert across <= near


def test_without_tiling_they_do_not():
    across, near = steps(extracted(cloth(), tiling=False), axis=1)
    assert across > 1.5 * near


def test_the_print_is_found_again_without_folds_and_light(tile):
    found = tile.astype(np.float32) / 255
    repeats = round(256 / (256 * STEP / SIZE))
    best = 0.0
    for count in range(1, repeats + 1):
        truth = resized_wrapped(np.tile(print_tile(), (count, count, 1)), 256, 256)
        best = max(best, likeness(truth, found))
    assert best > 0.93


def test_a_print_in_folds_comes_out_as_even_as_a_flat_one(tile):
    ground = np.array(GROUND, float)
    is_ground = (
        np.abs(tile / np.linalg.norm(tile, axis=2, keepdims=True) - ground / np.linalg.norm(ground)).max(2) < 0.03
    )
    assert is_ground.mean() > 0.3
    assert tile[is_ground].mean(axis=1).std() < 0.35 * cloth()[..., 0].std()
    assert tile[is_ground].mean(axis=1).std() < 8


@pytest.mark.parametrize("size", [(64, 64), (64, 200), (333, 127)])
@pytest.mark.parametrize("tiling", [True, False])
def test_the_picture_has_the_size_asked_for(size, tiling):
    assert extracted(cloth(), size=size, tiling=tiling).shape == (size[1], size[0], 3)


@pytest.mark.parametrize("tiling", [True, False])
def test_a_seed_repeats_exactly_and_two_seeds_differ(tiling):
    pictures = [extracted(cloth(), seed, tiling=tiling) for seed in (7, 7, 8)]
    assert np.array_equal(pictures[0], pictures[1])
    assert np.abs(pictures[0].astype(int) - pictures[2]).mean() > 1


@pytest.mark.parametrize("tiling", [True, False])
def test_pictures_of_one_task_are_those_of_its_seeds_one_by_one(tiling):
    task = PatternExtraction(cloth(), (96, 96), tiling)
    pictures = [task.picture(seed) for seed in (7, 8, 7)]
    assert np.array_equal(pictures[0], pictures[2])
    assert np.array_equal(pictures[1], extracted(cloth(), 8, (96, 96), tiling))


def test_a_picture_without_a_regular_print_is_sewn_to_a_tile():
    y, x = np.mgrid[0:200, 0:240].astype(np.float32)
    waves = np.stack([np.sin(x * x / 900 + y / 11), np.sin(y * y / 700 - x / 13), np.cos(x * y / 1500)], axis=-1)
    picture = np.rint(128 + 60 * waves).astype(np.uint8)
    for axis in (0, 1):
        across, near = steps(extracted(picture), axis)
        assert across <= near
        across, near = steps(extracted(picture, tiling=False), axis)
        assert across > 3 * near


def test_a_print_on_part_of_the_picture_is_found():
    wall = np.full((600, 600, 3), 128, np.uint8)
    wall[150:450, 150:450] = cloth()
    colourful = np.ptp(extracted(wall).astype(int), axis=2) > 60
    assert 0.1 < colourful.mean() < 0.8


@pytest.mark.parametrize(("width", "height"), [(1, 1), (2, 3), (5, 200), (200, 5), (31, 33), (40, 40)])
@pytest.mark.parametrize("tiling", [True, False])
def test_boxes_of_any_size_and_without_any_contrast_are_drawn(width, height, tiling):
    noise = np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8)
    orange = np.full_like(noise, (255, 165, 0))
    for crop in (noise, orange, np.zeros_like(noise), np.full_like(noise, 255)):
        assert extracted(crop, size=(64, 70), tiling=tiling).shape == (70, 64, 3)
