"""Cut-outs in whatever form they come: the object on white, and a mask that is 1 on it."""

import numpy as np
import pytest
import torch
from comfyui_picpik.imaging import ImagingError, Point, Sought, cut_out_batch
from comfyui_picpik.imaging.boxes import Box
from PIL import Image

HEIGHT, WIDTH = 40, 60
OBJECT = np.s_[10:30, 20:45]
ON, BESIDE = Point(25, 20), Point(2, 2)


@pytest.fixture
def photo() -> torch.Tensor:
    levels = torch.full((HEIGHT, WIDTH, 3), 0.5)
    levels[..., 2] = 0.25
    levels[OBJECT] = torch.tensor([0.75, 0.5, 0.0])
    return (levels * 255).round() / 255


def object_mask(height: int = HEIGHT, width: int = WIDTH) -> np.ndarray:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[OBJECT] = 255
    return np.asarray(Image.fromarray(mask).resize((width, height), Image.Resampling.NEAREST))


def bytes_of(photo: torch.Tensor) -> np.ndarray:
    return (photo.numpy() * 255).round().astype(np.uint8)


@pytest.fixture
def save(tmp_path):
    def save(pixels: np.ndarray):
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.png"
        Image.fromarray(pixels).save(path)
        return path

    return save


def assert_is_the_object_on_white(found, photo, index=0):
    mask = object_mask() / 255
    assert found.object_masks is not None
    np.testing.assert_allclose(found.object_masks[index].numpy(), mask, atol=1e-6)
    expected = photo.numpy() * mask[..., None] + (1 - mask[..., None])
    np.testing.assert_allclose(found.images[index].numpy(), expected, atol=1e-6)


def test_an_alpha_channel_is_the_mask(photo, save):
    file = save(np.dstack([bytes_of(photo), object_mask()]))
    for sought in (Sought(photo), Sought(photo, points=(BESIDE,)), Sought(photo, box=Box(0, 0, 5, 5))):
        found = cut_out_batch([[file]], [sought])
        assert_is_the_object_on_white(found, photo)
        assert found.notes == ()


def test_half_transparent_edges_stay_what_they_are(photo, save):
    alpha = object_mask() // 2
    found = cut_out_batch([[save(np.dstack([bytes_of(photo), alpha]))]], [Sought(photo)])
    np.testing.assert_allclose(found.object_masks[0].numpy(), alpha / 255, atol=1e-6)


def black_and_white() -> torch.Tensor:
    """A photo of a black cloth with a white print before a white wall."""
    photo = torch.ones(HEIGHT, WIDTH, 3)
    photo[OBJECT] = 0.05
    photo[14:20, 28:36] = 0.98
    return photo


@pytest.mark.parametrize("where", [{"points": (Point(30, 16),)}, {"points": (Point(22, 28),)}, {}])
def test_of_a_photo_in_black_and_white_the_cut_out_is_not_taken_for_its_mask(save, where):
    photo = black_and_white()
    files = [save(bytes_of(photo)), save(object_mask())]

    assert_is_the_object_on_white(cut_out_batch([files], [Sought(photo, **where)]), (photo * 255).round() / 255)
    assert cut_out_batch([files[:1]], [Sought(photo, **where)]).object_masks is None


def test_a_result_without_a_file_is_told_in_two_lines(photo):
    with pytest.raises(ImagingError, match=r"(?s)There is no picture to decode.*Look at the task itself"):
        cut_out_batch([[]], [Sought(photo)])


SOUGHT = [{"points": (ON,)}, {"box": Box(18, 8, 47, 32)}, {}]


@pytest.mark.parametrize("where", SOUGHT, ids=["points", "box", "anywhere"])
@pytest.mark.parametrize("is_inverted", [False, True], ids=["white on the object", "black on the object"])
@pytest.mark.parametrize("beside", [False, True], ids=["alone", "beside a picture"])
def test_a_grey_mask_is_turned_so_that_it_is_white_where_the_object_was_looked_for(
    photo, save, where, is_inverted, beside
):
    mask = 255 - object_mask() if is_inverted else object_mask()
    files = [save(np.full((HEIGHT, WIDTH, 3), (200, 30, 30), np.uint8))] if beside else []

    found = cut_out_batch([[*files, save(mask)]], [Sought(photo, **where)])

    assert_is_the_object_on_white(found, photo)
    assert found.notes == (("picture 1: the mask was black on the object, and was inverted",) if is_inverted else ())


def test_a_mask_of_three_equal_channels_is_a_mask(photo, save):
    found = cut_out_batch([[save(np.dstack([object_mask()] * 3))]], [Sought(photo, points=(ON,))])
    assert_is_the_object_on_white(found, photo)


def test_most_points_decide(photo, save):
    points = (ON, Point(30, 15), BESIDE)
    found = cut_out_batch([[save(255 - object_mask())]], [Sought(photo, points=points)])
    assert_is_the_object_on_white(found, photo)


def test_a_small_object_in_a_large_box_is_not_turned(photo, save):
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[12:14, 22:24] = 255
    for given in (mask, 255 - mask):
        found = cut_out_batch([[save(given)]], [Sought(photo, box=Box(5, 5, 55, 35))])
        np.testing.assert_array_equal(found.object_masks[0].numpy(), mask / 255)


def test_points_and_box_follow_a_mask_of_another_size(photo, save):
    small = object_mask(HEIGHT // 2, WIDTH // 2)
    for where in ({"points": (Point(43, 28),)}, {"box": Box(20, 10, 45, 30)}):
        found = cut_out_batch([[save(255 - small)]], [Sought(photo, **where)])
        np.testing.assert_array_equal(found.object_masks[0].numpy(), small / 255)
        assert found.images.shape == (1, HEIGHT // 2, WIDTH // 2, 3)


def test_of_a_box_that_fills_a_smaller_mask_the_border_decides(photo, save):
    small = object_mask(HEIGHT // 2, WIDTH // 2)
    for given in (small, 255 - small):
        found = cut_out_batch([[save(given)]], [Sought(photo, box=Box(1, 1, WIDTH - 1, HEIGHT - 1))])
        np.testing.assert_array_equal(found.object_masks[0].numpy(), small / 255)


def test_a_result_that_does_not_tell_where_the_object_is_has_no_mask(photo, save):
    grey_photo = np.linspace(60, 200, HEIGHT * WIDTH).reshape(HEIGHT, WIDTH).astype(np.uint8)
    for pixels in (bytes_of(photo), grey_photo):
        found = cut_out_batch([[save(pixels)]], [Sought(photo)])
        assert found.object_masks is None
        assert found.images.shape == (1, HEIGHT, WIDTH, 3)


def test_smaller_ones_of_a_batch_lie_top_left_on_white_with_no_object_around_them(photo, save):
    small = np.dstack([np.zeros((20, 30, 3), np.uint8), np.full((20, 30), 254, np.uint8)])
    files = [[save(np.dstack([bytes_of(photo), object_mask()]))], [save(small)]]
    found = cut_out_batch(files, [Sought(photo), Sought(photo)])
    assert found.images.shape == (2, HEIGHT, WIDTH, 3)
    assert_is_the_object_on_white(found, photo)
    assert found.images[1, 20:].eq(1).all() and found.images[1, :, 30:].eq(1).all()
    assert found.object_masks[1, 20:].eq(0).all() and found.object_masks[1, :20, :30].gt(0.99).all()
    assert found.notes == (f"pictures of different sizes were padded to {WIDTH} x {HEIGHT}",)
