"""What ResizeImage puts on the wire, to the letter of its API page, and what it refuses before that."""

import pytest
from comfyui_picpik.picpik.api import DataUri, ResizeImage

IMAGE = DataUri("image/png", (b"SU1H",))


@pytest.mark.parametrize("side", [64, 1024, 4096])
def test_resize_image_sends_every_parameter_of_its_page(side):
    request = ResizeImage(IMAGE, side, 512)
    assert request.to_params() == {"Action": "ResizeImage", "Width": side, "Height": 512, "Image": IMAGE}
    assert request.size == (side, 512)


@pytest.mark.parametrize(
    ("build", "input"),
    [
        (lambda: ResizeImage(IMAGE, 63, 512), "width"),
        (lambda: ResizeImage(IMAGE, 4097, 512), "width"),
        (lambda: ResizeImage(IMAGE, 512, 63), "height"),
        (lambda: ResizeImage(IMAGE, 512, 4097), "height"),
        (lambda: ResizeImage(IMAGE, 512, 512, attempt=1000), "attempt"),
    ],
)
def test_a_value_outside_its_documented_range_is_refused_by_its_input_name(build, input, assert_refused):
    assert_refused(build, input)
