"""The files that results are written to."""

from io import BytesIO

import numpy as np
import pytest
from comfyui_picpik.sandbox.picture_encoding import CONTENT_TYPES, encode_picture
from PIL import Image


@pytest.mark.parametrize("file_format", CONTENT_TYPES)
@pytest.mark.parametrize("shape", [(6, 8), (6, 8, 3), (6, 8, 4)])
def test_grey_colour_and_alpha_can_be_written_in_every_format(file_format, shape):
    file = Image.open(BytesIO(encode_picture(np.full(shape, 200, np.uint8), file_format)))
    assert (file.format, file.size) == (file_format, (8, 6))
    assert ("A" in file.mode) == (shape == (6, 8, 4) and file_format != "JPEG")
