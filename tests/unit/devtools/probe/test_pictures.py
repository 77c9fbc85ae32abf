"""The pictures that the probe sends, and how it sees what was redrawn."""

import io

import numpy as np
from comfyui_picpik.devtools.probe import pictures
from PIL import Image


def encoded(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def test_no_two_pictures_are_alike():
    digests = [pictures.photo(number).digest for number in range(1, 13)]
    assert len(set(digests)) == 12


def test_the_half_that_was_changed_is_seen_also_in_another_size():
    before = pictures.disc(1, 128)
    after = before.copy()
    after[:, :64] = 255 - after[:, :64]
    for result in (after, np.asarray(Image.fromarray(after).resize((256, 256)))):
        left, right = pictures.changes(before, encoded(result))
        assert left > 50 > 2 > right
