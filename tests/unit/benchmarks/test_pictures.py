"""The pictures of the bench look like photos and prints to a codec: neither noise nor flat areas."""

import io

import numpy as np
import pytest
from comfyui_picpik.benchmarks import pictures
from PIL import Image


def bits_per_pixel(levels: np.ndarray) -> float:
    file = io.BytesIO()
    Image.fromarray(levels).save(file, "PNG")
    return len(file.getvalue()) * 8 / (levels.shape[0] * levels.shape[1])


def test_a_photo_has_grain_and_is_no_noise():
    photo = pictures.photo(512)
    assert photo.shape == (512, 512, 3) and photo.dtype == np.uint8
    assert 8 < bits_per_pixel(photo) < 18


def test_a_print_repeats():
    print_ = pictures.print_(512)
    assert np.array_equal(print_[:256, :256], print_[256:, 256:])
    assert bits_per_pixel(print_) < bits_per_pixel(pictures.photo(512)) + 2


def test_a_mask_is_painted_in_part_with_soft_edges():
    mask = pictures.mask(512)
    assert mask.shape == (512, 512)
    assert 0.1 < (mask > 127).mean() < 0.9
    assert 0 < ((mask > 0) & (mask < 255)).mean() < 0.1


def test_tensors_are_what_load_image_gives():
    image, mask = pictures.image_tensor("print", 64), pictures.mask_tensor(64)
    assert image.shape == (1, 64, 64, 3) and mask.shape == (1, 64, 64)
    assert 0 <= float(image.min()) < float(image.max()) <= 1


@pytest.mark.parametrize("file_format", pictures.FORMATS)
def test_result_files_are_of_the_format(tmp_path, file_format):
    paths = pictures.write_results(tmp_path, 3, 64, file_format)
    for path in paths:
        with Image.open(path) as picture:
            assert (picture.format, picture.size) == (file_format, (64, 64))
    assert paths[0].read_bytes() == paths[2].read_bytes() != paths[1].read_bytes()
